package io.banyan.delegation.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.delegation.CallReport;
import io.banyan.delegation.Command;
import io.banyan.delegation.Delegator;
import io.banyan.delegation.Event;
import io.banyan.delegation.Known;
import io.banyan.delegation.Loan;
import io.banyan.delegation.Placement;
import io.banyan.delegation.PlannedCall;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.Manifest;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Priority;
import io.banyan.schema.SplitRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/**
 * A manager is lost when most of what it was lent is done. It stands between the entry node and
 * three children, who know nobody else.
 */
class LostManagerTest {
  private static final int SEEDS = 25;
  private static final int MANAGER = 1;
  private static final int CHILDREN = 3;
  private static final int CELLS = 640;
  private static final int LENT = 256; // the manager's first lease
  private static final long SECOND = 1_000_000_000;

  /** Watches who executes what; at 80 % the manager crashes. */
  private static final class Watch implements Cast {
    private final List<Simulation> worlds = new ArrayList<>(); // the one there is
    private final Set<PlanNode> done = new HashSet<>(); // of the lease
    private final Set<PlanNode> ofOthers = new HashSet<>(); // done by children, when it crashed
    private final Set<PlanNode> again = new HashSet<>();
    private Optional<PlanNode> lease = Optional.empty();
    private boolean lost;

    @Override
    public VirtualNode node(Simulation world, int number, Scenario.Member member) {
      worlds.add(world);
      return new VirtualNode(world, number, member);
    }

    @Override
    public Brain brain(Delegator.Settings settings) {
      int number = (int) settings.seed();
      return new ErringBrain(settings) {
        private final Map<Long, PlanNode> calls = new HashMap<>();

        @Override
        List<Command> said(Event event, List<Command> commands, long nowNanos) {
          if (event instanceof Event.Executed(long call, CallReport.Returned _)
              && calls.containsKey(call)) {
            executed(number, calls.get(call));
          }
          for (Command command : commands) {
            if (command instanceof Command.Execute(long call, PlannedCall planned)
                && planned.function() == GuestFunction.EXECUTE) {
              calls.put(call, planned.node());
            }
            if (command instanceof Command.Lend(long _, Loan loan) && number == Simulation.ENTRY) {
              lent(loan);
            }
          }
          return commands;
        }
      };
    }

    private void lent(Loan loan) {
      if (lease.isEmpty() && ((PlanNode.Cells) loan.node()).interval().count() == LENT) {
        lease = Optional.of(loan.node());
      }
    }

    private void executed(int number, PlanNode leaf) {
      if (lost && ofOthers.contains(leaf)) {
        again.add(leaf);
      }
      if (!lost && lease.isPresent() && Known.isWithin(leaf, lease.get())) {
        done.add(leaf);
        if (number > MANAGER) {
          ofOthers.add(leaf);
        }
        lost = done.size() >= LENT * 4 / 5;
        if (lost) {
          Simulation world = worlds.getFirst();
          world.agenda.in(0, () -> kill(world));
          world.agenda.in(300 * SECOND, () -> world.node(MANAGER).restart());
        }
      }
    }

    /** Its machine is still there, and ends its connections. */
    private static void kill(Simulation world) {
      VirtualNode manager = world.node(MANAGER);
      for (Connection connection : world.network.connections()) {
        if (connection.there.from == manager || connection.there.to == manager) {
          world.network.disconnect(connection);
        }
      }
      manager.crash();
    }
  }

  private static Scenario.Member member(int number, int workers, double fuelPerSecond) {
    return new Scenario.Member(
        new Delegator.Settings(workers, 0, Placement.FASTEST_FINISH, fuelPerSecond, number),
        fuelPerSecond,
        0.3,
        1e8,
        (long) fuelPerSecond,
        Scenario.Member.HELD_MAX);
  }

  private static VirtualJob job(long seed) {
    Manifest manifest =
        SmallNetworks.manifest(
            new SplitRule.ByIndex(CELLS),
            0,
            BlobRef.EMPTY,
            3,
            60,
            seed,
            Priority.NORMAL,
            1000,
            new Budget(1L << 40, 1 << 20, 1L << 30, 1L << 30, 4, 36_000_000));
    return new VirtualJob(
        new JobId(Digest.sha256(new byte[] {1})),
        manifest,
        SmallNetworks.submitter(0),
        manifest.cutsBySize(),
        new VirtualGuest(seed, true, 0, 60, 0.3),
        4 * SECOND,
        Optional.empty());
  }

  private static Watch watch(long seed) {
    List<Scenario.Member> members = new ArrayList<>();
    List<Scenario.Pair> links = new ArrayList<>();
    members.add(member(Simulation.ENTRY, 1, 10));
    members.add(member(MANAGER, 8, 20));
    links.add(new Scenario.Pair(Simulation.ENTRY, MANAGER, 2_000_000));
    for (int child = MANAGER + 1; child <= MANAGER + CHILDREN; child++) {
      members.add(member(child, 4, 40));
      links.add(new Scenario.Pair(MANAGER, child, 2_000_000));
    }
    Watch watch = new Watch();
    Scenario scenario =
        new Scenario(
            new Draws(seed), members, links, List.of(job(seed)), Faults.NONE, true, false, 0);
    Report report = new Simulation(scenario, watch, false).run();
    assertEquals(Map.of("Completed", 1), report.ends(), "seed " + seed);
    assertTrue(watch.lost, "seed " + seed + ": the manager was not lent " + new Interval(0, LENT));
    return watch;
  }

  @Test
  void hardlyALeafThatOthersHadFinishedUnderItIsComputedAgain(TestReporter reporter) {
    int finished = 0;
    int again = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      Watch watch = watch(seed);
      assertTrue(watch.ofOthers.size() > LENT / 4, "seed " + seed + ": " + watch.ofOthers.size());
      assertTrue(
          5 * watch.again.size() <= watch.ofOthers.size(),
          "seed %d: of %d leaves that others had finished %d are computed again"
              .formatted(seed, watch.ofOthers.size(), watch.again.size()));
      finished += watch.ofOthers.size();
      again += watch.again.size();
    }

    reporter.publishEntry("computed again", again + " of " + finished + " leaves");
  }
}

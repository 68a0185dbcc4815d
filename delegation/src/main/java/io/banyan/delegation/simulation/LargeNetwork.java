package io.banyan.delegation.simulation;

import io.banyan.delegation.Delegator;
import io.banyan.delegation.Placement;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.Limits;
import io.banyan.schema.Manifest;
import io.banyan.schema.Priority;
import io.banyan.schema.SplitRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** Thousands of nodes in a tree, or in a star, and one job of many leaves without input. */
public final class LargeNetwork {
  private static final long SECOND = 1_000_000_000;

  /** Fuel of a second at speed 1, in thousandths of what a call may take. */
  private static final double FUEL_PER_SECOND = 1e8;

  private static final double BYTES_PER_SECOND = 1e8; // a gigabit
  private static final double NOISE = 0.1; // of a call's time

  private LargeNetwork() {}

  /** Runs {@code workload} to the end of its job. */
  public static Measured run(Workload workload) {
    Simulation simulation = new Simulation(scenario(workload), Cast.PRODUCTION, false);
    Report report = simulation.run();
    VirtualJob job = simulation.scenario.jobs().getFirst();
    Oracle.Answer answer = simulation.oracle(job.id()).root().orElseThrow();
    int depth = depth(workload);
    return new Measured(
        workload,
        String.join(", ", report.ends().keySet()),
        simulation.isRight(job),
        report.makespanNanos() / 1e9,
        bound(workload, simulation.scenario, answer.evidence().fuel(), depth),
        depth,
        report.events(),
        report.letters() - report.beats(),
        report.beats(),
        report.fetches(),
        report.leaves(),
        report.leases(),
        report.crashes(),
        report.mostOfOneNode());
  }

  static Scenario scenario(Workload workload) {
    Draws draws = new Draws(workload.seed());
    List<Scenario.Member> members = new ArrayList<>();
    List<Scenario.Pair> links = new ArrayList<>();
    long latencyNanos = (long) (workload.latencyMillis() * 1e6);
    double factor = Math.log(workload.fastest() / workload.slowest());
    for (int i = 0; i < workload.nodes(); i++) {
      SplittableRandom random = draws.of("member", i);
      double speed = workload.slowest() * Math.exp(factor * random.nextDouble());
      double fuelPerSecond = speed * FUEL_PER_SECOND;
      members.add(
          new Scenario.Member(
              new Delegator.Settings(
                  workload.workers(),
                  Delegator.Settings.THRESHOLD_SECONDS,
                  Placement.FASTEST_FINISH,
                  fuelPerSecond,
                  random.nextLong()),
              fuelPerSecond,
              NOISE,
              BYTES_PER_SECOND,
              (long) fuelPerSecond, // it has worked before
              Scenario.Member.HELD_MAX));
    }
    int above = 0; // where the level above begins
    int begin = 1;
    while (begin < workload.nodes()) {
      int size =
          (int) Math.min((long) (begin - above) * workload.fanOut(), workload.nodes() - begin);
      for (int i = 0; i < size; i++) { // in turns, so that no subtree is larger than another
        links.add(new Scenario.Pair(above + i % (begin - above), begin + i, latencyNanos));
      }
      above = begin;
      begin += size;
    }
    int lostPerMille = (int) Math.round(workload.lossPercent() * 10);
    Faults faults =
        lostPerMille == 0
            ? Faults.NONE
            : new Faults(Long.MAX_VALUE / 2, Map.of(FaultKind.LOSS, lostPerMille));
    return new Scenario(
        draws,
        members,
        links,
        List.of(job(workload)),
        faults,
        false,
        false,
        workload.churnPercent() / 100 * workload.nodes());
  }

  private static VirtualJob job(Workload workload) {
    double leafFuel = workload.leafSeconds() * FUEL_PER_SECOND;
    Manifest manifest =
        SmallNetworks.manifest(
            new SplitRule.ByIndex(workload.leaves()),
            0,
            BlobRef.EMPTY,
            3,
            leafFuel,
            workload.seed(),
            Priority.NORMAL,
            1000,
            new Budget(
                1L << 60, 1L << 40, 1L << 60, 1L << 30, Limits.HOPS_MAX, Budget.TIME_MILLIS_MAX));
    return new VirtualJob(
        new JobId(Digest.sha256(new byte[] {1})),
        manifest,
        SmallNetworks.submitter(0),
        manifest.cutsBySize(),
        new VirtualGuest(workload.seed(), true, 0, (long) Math.max(1, leafFuel), workload.spread()),
        4 * SECOND, // when everybody knows his peers
        Optional.empty());
  }

  private static int depth(Workload workload) {
    int depth = 0;
    long level = 1;
    for (long known = 1; known < workload.nodes(); known += level) {
      level *= workload.fanOut();
      depth++;
    }
    return depth;
  }

  private static double bound(Workload workload, Scenario scenario, long fuel, int depth) {
    double all =
        scenario.members().stream()
            .mapToDouble(member -> member.fuelPerSecond() * workload.workers())
            .sum();
    double fastest =
        scenario.members().stream().mapToDouble(Scenario.Member::fuelPerSecond).max().orElse(1);
    double longestLeaf = workload.leafSeconds() * FUEL_PER_SECOND * (1 + workload.spread());
    double path = 2 * depth * workload.latencyMillis() / 1e3;
    return Math.max(fuel / all, longestLeaf / fastest + path);
  }
}

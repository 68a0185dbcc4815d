package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Manifest;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Routing;
import io.banyan.schema.SplitRule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;

/**
 * Whole networks, each from one seed: nodes, rule, input, guest, speed, and what goes wrong, for a
 * while or never. {@link TestingNode} holds each command of each node against what it may be; here
 * the end is held against {@link SoloRun}, which knows nothing of peers.
 */
class LendingSimulationTest {
  private static final int SEEDS = 1500;
  private static final long SECOND = 1_000_000_000;

  /** What came of all seeds, so that nothing is left out by chance. */
  private static final class Tally {
    final Map<Class<?>, Integer> ends = new HashMap<>();
    int leases;
    int adopted;
    int below;
  }

  @Test
  void everyJobComesToWhatOneNodeComesTo() {
    Tally tally = new Tally();
    for (long seed = 0; seed < SEEDS; seed++) {
      simulate(seed, tally);
    }

    assertTrue(tally.ends.get(JobEnd.Completed.class) > SEEDS / 2, tally.ends.toString());
    assertTrue(tally.ends.get(JobEnd.TaskFailed.class) > SEEDS / 50, tally.ends.toString());
    assertTrue(tally.leases > 10 * SEEDS, tally.leases + " leases");
    assertTrue(tally.adopted > 5 * SEEDS, tally.adopted + " deliveries");
    assertTrue(tally.below > SEEDS, tally.below + " leases below a child");
  }

  private static void simulate(long seed, Tally tally) {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L);
    List<Delegator.Settings> settings = settings(random);
    TestingNetwork.Faults faults = faults(random);
    TestingNode.Job job = job(random);
    List<Double> slowness = settings.stream().map(_ -> 0.5 + random.nextDouble() * 2).toList();
    Set<List<Integer>> strangers = strangers(settings.size(), random);
    TestingNetwork network =
        new TestingNetwork(
            settings,
            slowness,
            (one, other) -> !strangers.contains(List.of(one, other)),
            job,
            faults,
            random);
    try {
      network.run(faults.untilNanos() + 3000 * SECOND);
      verify(network, job);
      if (seed % 20 == 0) {
        network.entry().replay();
      }
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "seed "
              + seed
              + ": "
              + TestingJobs.words(job)
              + ", "
              + settings
              + ", "
              + faults
              + "\n"
              + String.join("\n", network.story),
          e);
    }
    tally.ends.merge(job.end.orElseThrow().getClass(), 1, Integer::sum);
    tally.leases += network.entry().everLent.size();
    tally.adopted += job.adopted.size();
    tally.below += network.leasesBelowEntry();
  }

  /** Pairs that do not know each other; the entry node knows the next one. */
  private static Set<List<Integer>> strangers(int nodes, Random random) {
    Set<List<Integer>> strangers = new HashSet<>();
    boolean dense = random.nextBoolean();
    for (int one = 0; one < nodes; one++) {
      for (int other = one + 1; other < nodes; other++) {
        if (!dense && other > one + 1 && random.nextBoolean()) {
          strangers.add(List.of(one, other));
        }
      }
    }
    return strangers;
  }

  private static List<Delegator.Settings> settings(Random random) {
    List<Delegator.Settings> settings = new ArrayList<>();
    Placement placement = List.of(Placement.values()).get(random.nextInt(4));
    int nodes = 2 + random.nextInt(5);
    double thresholdSeconds = random.nextInt(2) * 0.5;
    for (int node = 0; node < nodes; node++) {
      settings.add(
          new Delegator.Settings(
              1 + random.nextInt(4), thresholdSeconds, placement, 5 + random.nextInt(100)));
    }
    return settings;
  }

  private static TestingNetwork.Faults faults(Random random) {
    if (random.nextInt(4) == 0) {
      return TestingNetwork.Faults.NONE;
    }
    return new TestingNetwork.Faults(
        (1 + random.nextInt(60)) * SECOND,
        random.nextInt(2) * random.nextInt(50),
        random.nextInt(2) * random.nextInt(200),
        random.nextInt(2) * random.nextInt(300),
        random.nextInt(2) * random.nextInt(50),
        random.nextInt(2) * random.nextInt(8),
        random.nextInt(2) * random.nextInt(8),
        random.nextInt(2) * random.nextInt(8));
  }

  private static TestingNode.Job job(Random random) {
    TestingNode.Job drawn =
        TestingJobs.draw(
            1,
            random,
            _ -> 36_000_000,
            chosen -> chosen.nextInt(2) * 1.5 * (0.5 + chosen.nextDouble()));
    Manifest manifest =
        TestingManifests.with(
            drawn.manifest, drawn.manifest.budget(), Routing.DEFAULT, random.nextInt(4));
    return new TestingNode.Job(drawn.id, manifest, drawn.input, drawn.guest);
  }

  /** Seconds that 1000 leaves take, each 0.4 s on average on a node of slowness 1. */
  private static double seconds(BiPredicate<Integer, Integer> connected, Double... slowness) {
    byte[] input = "abcdefghij".repeat(100).getBytes(StandardCharsets.US_ASCII);
    Manifest manifest =
        TestingManifests.of(new SplitRule.ByBytes(), 1, BlobRef.of(input), 36_000_000, 0);
    TestingNode.Job job =
        new TestingNode.Job(
            TestingManifests.link(1), manifest, input, new TestingGuest.UpperCase(false));
    TestingNetwork network =
        new TestingNetwork(
            Collections.nCopies(slowness.length, Delegator.Settings.of(2)),
            List.of(slowness),
            connected,
            job,
            TestingNetwork.Faults.NONE,
            new Random(1));
    network.run(3000 * SECOND);
    return (job.endNanos - job.submittedNanos) / 1e9;
  }

  private static double seconds(Double... slowness) {
    return seconds((_, _) -> true, slowness);
  }

  private static void assertNear(double ideal, double measured) {
    assertTrue(
        0.95 * ideal < measured && measured < 1.2 * ideal, measured + " s, ideal " + ideal + " s");
  }

  @Test
  void nodesTogetherTakeAboutTheTimeThatTheirSpeedsAddUpTo() {
    double alone = seconds(1.0);

    assertNear(200, alone);
    assertNear(alone / 2, seconds(1.0, 1.0));
    assertNear(alone / 5, seconds(1.0, 1.0, 1.0, 1.0, 1.0));
    assertNear(alone / 2, seconds(1.0, 4.0, 4.0, 4.0, 4.0));
    assertNear(alone / 4.25, seconds(4.0, 1.0, 1.0, 1.0, 1.0));
  }

  @Test
  void aNodeThatIsTwentyTimesSlowerDoesNotHoldUpTheOthers() {
    assertNear(seconds(1.0, 1.0, 1.0, 1.0), seconds(1.0, 1.0, 1.0, 1.0, 20.0));
  }

  /** Each node knows only the next: what one lends, the next lends on. */
  @Test
  void aChainOfNodesSharesTheWork() {
    double alone = seconds(1.0);
    double chain = seconds((one, other) -> one + 1 == other, 1.0, 1.0, 1.0, 1.0);

    assertTrue(chain < alone / 2.5, chain + " s, alone " + alone);
  }

  private static void verify(TestingNetwork network, TestingNode.Job job) {
    SoloRun solo = new SoloRun(job.manifest, job.cuts, job.input, job.guest);
    switch (job.end.orElseThrow()) {
      case JobEnd.Completed completed -> {
        SoloRun.Done done = solo.root.orElseThrow();
        assertEquals(done.value(), completed.value());
        assertEquals(done.evidence(), completed.evidence());
        assertArrayEquals(done.bytes(), network.entry().join(done.blobs()));
        assertEquals(solo.steps, job.stepsInOrder(job.task.node()));
        Map<BlobRef, Integer> needed = new HashMap<>();
        done.blobs().forEach(ref -> needed.merge(ref, 1, Integer::sum));
        assertEquals(needed, network.entry().held(job.id), "what is still held is the answer");
        assertEquals(job.receiptsInOrder(job.task.node()), completed.lentReceipts());
      }
      case JobEnd.TaskFailed(PlanNode node, var claim) -> {
        SoloRun.Failure failure = solo.failures.get(node);
        assertTrue(failure != null, node + " does not fail when one thread runs it");
        assertEquals(failure.outcome(), claim.outcome());
        assertEquals(failure.input(), claim.input());
      }
      case JobEnd.PlanRefused _,
          JobEnd.NodeFailed _,
          JobEnd.TimedOut _,
          JobEnd.Cancelled _,
          JobEnd.Partial _,
          JobEnd.Shed _ ->
          throw new AssertionError(job.end.toString());
    }
  }
}

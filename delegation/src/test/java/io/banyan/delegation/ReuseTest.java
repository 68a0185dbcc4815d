package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.Digest;
import io.banyan.schema.Manifest;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Routing;
import io.banyan.schema.SplitRule;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is known when a task begins is not done again, and changes nothing of the answer. */
class ReuseTest {
  private static final int SEEDS = 800;

  /** {@link TestingNode} fails at every call and lease at or below what is known. */
  @Test
  void anySubsetOfWhatWasFinishedComesToTheSameAnswer() {
    int reused = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      TestingNode.Job whole =
          TestingJobs.draw(1, random, _ -> 3_600_000, chosen -> chosen.nextInt(2) * 2.5);
      SoloRun solo = new SoloRun(whole.manifest, whole.cuts, whole.input, whole.guest);
      TestingNode.Job job = whole.knowing(subset(solo, random), solo);
      TestingNode node = new TestingNode(1 + random.nextInt(4));
      try {
        node.submit(job);
        while (!node.out.isEmpty()) {
          List<Long> calls = List.copyOf(node.out.keySet());
          node.answer(calls.get(random.nextInt(calls.size())));
        }
        verify(node, job, solo);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            "seed " + seed + ": " + TestingJobs.words(job) + ", known " + job.task.known(), e);
      }
      reused += job.reused.size();
    }

    assertTrue(reused > SEEDS, reused + " plan nodes were reused");
  }

  private static Set<PlanNode> subset(SoloRun solo, Random random) {
    int ofTen = random.nextInt(11);
    Set<PlanNode> subset = new LinkedHashSet<>();
    for (PlanNode node : solo.doneNodes()) {
      boolean isRoot = node.equals(solo.doneNodes().getLast());
      if (random.nextInt(10) < ofTen && (!isRoot || random.nextInt(10) == 0)) {
        subset.add(node);
      }
    }
    return subset;
  }

  private static void verify(TestingNode node, TestingNode.Job job, SoloRun solo) {
    if (solo.root.isEmpty()) {
      JobEnd.TaskFailed failed = assertInstanceOf(JobEnd.TaskFailed.class, job.end.orElseThrow());
      assertTrue(solo.failures.containsKey(failed.node()), failed.words());
      return;
    }
    SoloRun.Done done = solo.root.get();
    JobEnd.Completed end = assertInstanceOf(JobEnd.Completed.class, job.end.orElseThrow());
    assertEquals(done.value(), end.value());
    assertEquals(done.evidence(), end.evidence());
    assertEquals(List.of(), end.lentReceipts());
    assertEquals(solo.steps, job.stepsInOrder(job.task.node()));
    assertEquals(job.task.known().all().keySet(), job.reused.keySet());
    Map<BlobRef, Integer> needed = new HashMap<>();
    done.blobs().forEach(ref -> needed.merge(ref, 1, Integer::sum));
    assertEquals(needed, node.held(job.id), "what is still held is the answer");
  }

  @Test
  void aTaskWhoseRootIsKnownIsOverAtOnce() {
    TestingNode.Job whole = upperCase(600, 1 << 20, 1L << 40);
    SoloRun solo = new SoloRun(whole.manifest, whole.cuts, whole.input, whole.guest);
    TestingNode.Job job = whole.knowing(Set.of(whole.task.node()), solo);
    TestingNode node = new TestingNode(2);

    List<Command> commands = node.submit(job);

    assertEquals(new Command.Reuse(job.id, job.task.node()), commands.getFirst());
    assertInstanceOf(JobEnd.Completed.class, job.end.orElseThrow());
    assertTrue(node.everLent.isEmpty() && node.out.isEmpty());
  }

  @Test
  void whatIsKnownCountsAgainstTheGrant() {
    TestingNode.Job tight = upperCase(600, 99, 1L << 40);
    TestingNode.Job poor = upperCase(600, 1 << 20, 300);
    for (TestingNode.Job whole : List.of(tight, poor)) {
      SoloRun solo = new SoloRun(whole.manifest, whole.cuts, whole.input, whole.guest);
      TestingNode.Job job = whole.knowing(Set.of(whole.task.node()), solo);

      new TestingNode(1).submit(job);

      assertInstanceOf(JobEnd.PlanRefused.class, job.end.orElseThrow());
    }
  }

  /** The peer could have had all of it, were it not for one leaf that is known. */
  @Test
  void aPlanNodeOverSomethingKnownIsOpenedAndNotLentWhole() {
    TestingNode.Job whole = upperCase(600, 1 << 20, 1L << 40);
    SoloRun solo = new SoloRun(whole.manifest, whole.cuts, whole.input, whole.guest);
    Set<PlanNode> leaves = new LinkedHashSet<>();
    for (int cell = 0; cell < 300; cell += 20) {
      leaves.add(PlanNode.parse(Integer.toString(cell)));
    }
    TestingNode.Job job = whole.knowing(leaves, solo);
    TestingNode node = new TestingNode(new Delegator.Settings(1, 0, Placement.FASTEST_FINISH, 1));
    node.join(TestingManifests.peer(2), 4);
    node.submit(job);
    while (job.end.isEmpty()) {
      node.nowNanos += 1_000_000;
      if (node.lent.isEmpty() || node.out.size() > 1) {
        node.answer(node.out.firstKey());
      } else {
        node.deliver(node.lent.firstKey(), solo);
      }
    }

    assertTrue(!node.everLent.isEmpty(), "nothing was lent");
    assertEquals(leaves, job.reused.keySet());
    JobEnd.Completed end = assertInstanceOf(JobEnd.Completed.class, job.end.orElseThrow());
    assertEquals(solo.root.orElseThrow().value(), end.value());
    assertEquals(job.receiptsInOrder(job.task.node()), end.lentReceipts());
  }

  private static TestingNode.Job upperCase(int bytes, long leavesMax, long fuelMax) {
    byte[] input = "ab".repeat(bytes / 2).getBytes(StandardCharsets.US_ASCII);
    Manifest manifest =
        TestingManifests.of(new SplitRule.ByBytes(), 2, BlobRef.of(input), 3_600_000, 2.5);
    Budget was = manifest.budget();
    Budget budget =
        new Budget(
            fuelMax, leavesMax, was.bytes(), was.memoryBytesMax(), was.hops(), was.timeMillis());
    return new TestingNode.Job(
        Digest.sha256(input),
        TestingManifests.with(manifest, budget, Routing.DEFAULT, 3),
        input,
        new TestingGuest.UpperCase(true));
  }
}

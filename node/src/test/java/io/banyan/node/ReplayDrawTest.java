package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.Claim;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Interval;
import io.banyan.schema.Outcome;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Profile;
import io.banyan.schema.Step;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is run again is drawn from all leaves alike, and from the merges above leaves. */
class ReplayDrawTest {
  private static Step step(GuestFunction function, int from, int to) {
    return new Step(
        new PlanNode.Cells(new Interval(from, to)),
        new Claim(
            Profile.ONE,
            Digest.ZERO,
            function,
            Digest.ZERO,
            Digest.ZERO,
            0,
            0,
            new Outcome.Completed()));
  }

  /** The steps of a plan of {@code leaves} cells with merges of the lowest level and one above. */
  private static ReplayDraw drawn(int wanted, int leaves) {
    ReplayDraw draw = new ReplayDraw(wanted);
    for (int cell = 0; cell < leaves; cell++) {
      draw.offer(step(GuestFunction.EXECUTE, cell, cell + 1));
      if (cell % 16 == 15) {
        draw.offer(step(GuestFunction.MERGE, cell - 15, cell + 1));
      }
    }
    draw.offer(step(GuestFunction.MERGE, 0, leaves));
    return draw;
  }

  private static List<Step> of(List<Step> steps, GuestFunction function) {
    return steps.stream().filter(step -> step.claim().function() == function).toList();
  }

  @Test
  void nothingIsDrawnWhereNothingIsWanted() {
    assertEquals(List.of(), drawn(0, 64).steps());
  }

  @Test
  void asManyDifferentLeavesAsWantedAreDrawnAndOneLowestMerge() {
    for (int wanted = 1; wanted <= 80; wanted++) {
      List<Step> steps = drawn(wanted, 64).steps();

      List<Step> leaves = of(steps, GuestFunction.EXECUTE);
      assertEquals(Math.min(wanted, 64), leaves.size());
      assertEquals(leaves.size(), new HashSet<>(leaves).size());
      List<Step> merges = of(steps, GuestFunction.MERGE);
      assertEquals(1, merges.size());
      assertEquals(16, ((PlanNode.Cells) merges.getFirst().node()).interval().count());
    }
  }

  @Test
  void everyLeafAndEveryLowestMergeIsDrawnSoonerOrLater() {
    Set<PlanNode> seen = new HashSet<>();

    // Each of 64 leaves is missed by 1000 draws of 8 with a chance of (7/8)^1000 < 10^-57.
    for (int round = 0; round < 1000; round++) {
      drawn(8, 64).steps().forEach(step -> seen.add(step.node()));
    }

    assertEquals(64 + 4, seen.size());
  }

  @Test
  void everyLeafIsDrawnAboutEquallyOften() {
    int[] counts = new int[32];

    for (int round = 0; round < 20_000; round++) {
      for (Step step : of(drawn(4, 32).steps(), GuestFunction.EXECUTE)) {
        counts[((PlanNode.Cells) step.node()).interval().from()]++;
      }
    }

    // 2500 each, with a standard deviation of 47: fifteen of them are never seen.
    for (int count : counts) {
      assertTrue(Math.abs(count - 2500) < 700, () -> "a leaf was drawn " + count + " times");
    }
  }

  @Test
  void mergesAreDrawnAboutEquallyOften() {
    int[] counts = new int[4];

    for (int round = 0; round < 4_000; round++) {
      for (Step step : of(drawn(1, 64).steps(), GuestFunction.MERGE)) {
        counts[((PlanNode.Cells) step.node()).interval().from() / 16]++;
      }
    }

    // 1000 each, with a standard deviation of 27.
    for (int count : counts) {
      assertTrue(Math.abs(count - 1000) < 400, () -> "a merge was drawn " + count + " times");
    }
  }
}

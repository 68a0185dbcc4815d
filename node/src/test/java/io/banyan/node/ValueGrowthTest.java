package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ValueGrowthTest {
  @Test
  void lowestMergesAreHandedLeavesAndNotWhatAllComeTo() {
    ValueGrowth growth = new ValueGrowth(32, 100, 3200);

    assertFalse(growth.exceedsAtOnce(4 + 16 * 104));
    assertTrue(growth.exceedsAtOnce(4 + 16 * 104 - 1));
  }

  @Test
  void valuesOfOneLengthExceedNothing() {
    assertEquals(OptionalLong.empty(), new ValueGrowth(32, 8, 8).leavesMax(1 << 20));
    assertEquals(OptionalLong.empty(), new ValueGrowth(32, 1000, 1010).leavesMax(1 << 20));
    assertEquals(OptionalLong.empty(), new ValueGrowth(1, 8, 0).leavesMax(1 << 20));
  }

  @Test
  void listsExceedAtTheLimitItself() {
    long leaves = new ValueGrowth(32, 1000, 32_000).leavesMax(1_000_000).orElseThrow();

    assertTrue(leaves > 990 && leaves <= 1000, () -> leaves + " leaves of 1000 bytes");
  }

  @Test
  void setsExceedLaterThanLists() {
    ValueGrowth sets = new ValueGrowth(16, 1000, 4000); // as the square root of the leaves

    long leaves = sets.leavesMax(1_000_000).orElseThrow();

    assertEquals(16 * 62.5 * 62.5, (double) leaves, 1000); // 16 values of 62 500 bytes
  }

  @Test
  void whatNoPlanHasLeavesForIsNotForetold() {
    assertEquals(OptionalLong.empty(), new ValueGrowth(32, 1, 32).leavesMax(1L << 30));
  }
}

package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.Limits;
import io.banyan.schema.SplitRule;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChunkChoiceTest {
  private static final SplitRule BYTES = new SplitRule.ByBytes();
  private static final SplitRule LINES = new SplitRule.ByLines();
  private static final int MIN = 1 << 16;
  private static final int MAX = 1 << 20;

  /** 200 M fuel are 3051 a byte of 64 KiB, and 190 a byte of 1 MiB. */
  @ParameterizedTest
  @CsvSource({
    "0, 1048576",
    "12.4, 1048576",
    "190, 1048576",
    "380, 524288",
    "760, 262144",
    "1500, 131072",
    "3000, 65536",
    "1000000, 65536"
  })
  void theCostlierAByteTheShorterTheChunk(double fuelPerByte, int chunkBytes) {
    assertEquals(chunkBytes, ChunkChoice.nearest(BYTES, 1L << 30, 0, fuelPerByte));
    assertEquals(chunkBytes, ChunkChoice.nearest(LINES, 1L << 30, 0, fuelPerByte));
  }

  /** 100 M for the memory that it begins with leave 95 a byte of 1 MiB. */
  @Test
  void whatEveryCallCostsIsNotCountedByTheByte() {
    assertEquals(MAX, ChunkChoice.nearest(BYTES, 1L << 30, 100_000_000, 95));
    assertEquals(MAX / 2, ChunkChoice.nearest(BYTES, 1L << 30, 100_000_000, 190));
    assertEquals(MIN, ChunkChoice.nearest(BYTES, 1L << 30, 300_000_000, 1));
  }

  @Test
  void recordsAreNotCut() {
    SplitRule hundred = new SplitRule.ByRecords(100);

    assertEquals(1_048_500, ChunkChoice.nearest(hundred, 1L << 30, 0, 12.4));
    assertEquals(200_000, ChunkChoice.nearest(hundred, 1L << 30, 0, 1000));
    assertEquals(65_500, ChunkChoice.nearest(hundred, 1L << 30, 0, 1e9));
    assertEquals(3 << 20, ChunkChoice.nearest(new SplitRule.ByRecords(3 << 20), 1L << 30, 0, 12.4));
  }

  @Test
  void rulesWithoutChunksOfInputHaveTheirOwn() {
    assertEquals(0, ChunkChoice.nearest(new SplitRule.ByIndex(7), 0, 0, 12.4));
    assertEquals(MAX, ChunkChoice.nearest(new SplitRule.ByModule(), 1 << 30, 0, 1e9));
  }

  @Property
  void noOtherPowerOfTwoIsNearer(@ForAll @DoubleRange(min = 0, max = 10_000) double fuelPerByte) {
    int chosen = ChunkChoice.nearest(BYTES, 1L << 30, 0, fuelPerByte);

    assertTrue(Integer.bitCount(chosen) == 1 && MIN <= chosen && chosen <= MAX);
    for (int other = MIN; other <= MAX; other *= 2) {
      assertTrue(away(chosen, fuelPerByte) <= away(other, fuelPerByte), other + " is nearer");
    }
  }

  @Property
  void noOtherMultipleIsNearer(
      @ForAll @IntRange(min = 1, max = MAX) int record,
      @ForAll @DoubleRange(min = 0, max = 10_000) double fuelPerByte) {
    SplitRule rule = new SplitRule.ByRecords(record);
    int chosen = ChunkChoice.nearest(rule, 1L << 30, 0, fuelPerByte);
    int least = ChunkChoice.least(rule, 1L << 30);
    int most = ChunkChoice.most(rule);

    assertEquals(0, chosen % record);
    assertTrue(least <= chosen && chosen <= Math.max(least, most));
    if (chosen - record >= least) {
      assertTrue(away(chosen, fuelPerByte) <= away(chosen - record, fuelPerByte));
    }
    if (chosen + record <= most) {
      assertTrue(away(chosen, fuelPerByte) <= away(chosen + record, fuelPerByte));
    }
  }

  private static double away(int bytes, double fuelPerByte) {
    return Math.abs(bytes * fuelPerByte - ChunkChoice.LEAF_FUEL);
  }

  /** Up to 16 TiB, which have that many cells of 1 MiB. */
  @Property
  void noInputHasMoreCellsThanAPlanMayHave(
      @ForAll @LongRange(min = 0, max = 1L << 44) long inputBytes,
      @ForAll @DoubleRange(min = 0, max = 10_000) double fuelPerByte) {
    int chunkBytes = ChunkChoice.nearest(BYTES, inputBytes, 0, fuelPerByte);

    assertTrue(Math.ceilDiv(inputBytes, (long) chunkBytes) <= Limits.CELLS_MAX);
  }
}

package io.banyan.node;

import io.banyan.schema.Limits;
import io.banyan.schema.SplitRule;

/**
 * How long the chunks of a job should be, where its user does not say: so long that a leaf costs
 * about {@link #LEAF_FUEL}, within bounds. It depends on fuel alone, and so is the same on every
 * machine.
 */
public final class ChunkChoice {
  /**
   * What a leaf should cost: a fifth of what a call may by default, so that leaves which cost more
   * than most still end; and some tenths of a second, beside which a call's own trouble is little.
   */
  public static final double LEAF_FUEL = 200_000_000;

  /** Shorter chunks are proven and named one by one, and are never worth it. */
  public static final int CHUNK_BYTES_MIN = Limits.BLOCK_BYTES; // 64 KiB

  /** Longer ones leave too little to share out; and the length where nothing is known. */
  public static final int CHUNK_BYTES_MAX = 1 << 20; // 1 MiB

  private ChunkChoice() {}

  /**
   * The power of two (under the rule {@code records:N} the multiple of N) from {@link
   * #CHUNK_BYTES_MIN} to {@link #CHUNK_BYTES_MAX} whose leaf costs nearest to {@link #LEAF_FUEL};
   * the smaller one of two that are as near.
   *
   * @param callFuel that a leaf costs however short it is
   * @param fuelPerByte beside that; 0 if nothing is known: the longest
   */
  public static int nearest(SplitRule rule, long inputBytes, double callFuel, double fuelPerByte) {
    if (fuelPerByte == 0) {
      return Math.max(least(rule, inputBytes), most(rule));
    }
    double aim = LEAF_FUEL - callFuel;
    return switch (rule) {
      case SplitRule.ByBytes(), SplitRule.ByLines() -> nearestPower(inputBytes, aim / fuelPerByte);
      case SplitRule.ByRecords(int record) ->
          nearestMultiple(record, inputBytes, aim / fuelPerByte);
      case SplitRule.ByIndex(int _), SplitRule.ByModule() -> most(rule);
    };
  }

  private static int nearestPower(long inputBytes, double wanted) {
    int best = least(new SplitRule.ByBytes(), inputBytes);
    for (int bytes = best; bytes <= CHUNK_BYTES_MAX; bytes *= 2) {
      if (Math.abs(bytes - wanted) < Math.abs(best - wanted)) {
        best = bytes;
      }
    }
    return best;
  }

  private static int nearestMultiple(int record, long inputBytes, double wanted) {
    SplitRule rule = new SplitRule.ByRecords(record);
    int least = least(rule, inputBytes);
    int most = Math.max(least, most(rule));
    int below = (int) Math.min(most, wanted / record); // records of it
    int lower = Math.clamp((long) below * record, least, most);
    int upper = Math.clamp((below + 1L) * record, least, most);
    return Math.abs(upper - wanted) < Math.abs(lower - wanted) ? upper : lower;
  }

  /** The shortest chunks that are chosen: those which a rehearsal runs. */
  public static int least(SplitRule rule, long inputBytes) {
    // More than a terabyte has too many cells of the shortest.
    long bytes = Math.max(CHUNK_BYTES_MIN, Math.ceilDiv(inputBytes, (long) Limits.CELLS_MAX));
    int power = (int) Math.min(CHUNK_BYTES_MAX, Long.highestOneBit(2 * bytes - 1));
    return switch (rule) {
      case SplitRule.ByBytes(), SplitRule.ByLines() -> power;
      case SplitRule.ByRecords(int record) -> {
        int multiple = Math.max(record, power / record * record);
        yield Math.ceilDiv(inputBytes, (long) multiple) > Limits.CELLS_MAX
            ? multiple + record
            : multiple;
      }
      case SplitRule.ByIndex(int _) -> 0;
      case SplitRule.ByModule() -> CHUNK_BYTES_MAX;
    };
  }

  /** The longest chunks that are chosen. */
  public static int most(SplitRule rule) {
    return switch (rule) {
      case SplitRule.ByBytes(), SplitRule.ByLines(), SplitRule.ByModule() -> CHUNK_BYTES_MAX;
      case SplitRule.ByRecords(int record) -> Math.max(record, CHUNK_BYTES_MAX / record * record);
      case SplitRule.ByIndex(int _) -> 0;
    };
  }
}

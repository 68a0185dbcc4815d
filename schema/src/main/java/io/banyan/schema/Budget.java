package io.banyan.schema;

/**
 * What may be spent on a plan node and all below it. A budget only shrinks on the way down: fuel,
 * leaves and bytes add up, of memory, time and hops the smaller counts.
 *
 * @param fuel units of metered work, 1 or more
 * @param leaves executions of leaves, 1 or more
 * @param bytes moved between machines, 0 or more
 * @param memoryBytesMax of one call, 1 or more
 * @param hops machines between the holder and the farthest leaf, 0 to {@link Limits#HOPS_MAX}
 * @param timeMillis until the work is worth nothing any more, 1 to {@link #TIME_MILLIS_MAX}
 */
public record Budget(
    long fuel, long leaves, long bytes, long memoryBytesMax, int hops, long timeMillis) {
  /** The longest time of a job: within it, nanoseconds on a long never wrap. */
  public static final long TIME_MILLIS_MAX = 366L * 24 * 3600 * 1000; // a year

  public Budget {
    if (fuel < 1 || leaves < 1 || bytes < 0 || memoryBytesMax < 1) {
      throw new IllegalArgumentException(
          "budget of fuel "
              + fuel
              + ", leaves "
              + leaves
              + ", bytes "
              + bytes
              + ", memory "
              + memoryBytesMax);
    }
    if (timeMillis < 1 || timeMillis > TIME_MILLIS_MAX) {
      throw new IllegalArgumentException(
          "budget of " + timeMillis + " ms, must be 1 to " + TIME_MILLIS_MAX);
    }
    if (hops < 0 || hops > Limits.HOPS_MAX) {
      throw new IllegalArgumentException(
          "budget of " + hops + " hops, must be 0 to " + Limits.HOPS_MAX);
    }
  }

  /** Whether a holder of this budget may hand on {@code part} all by itself. */
  public boolean covers(Budget part) {
    return part.fuel <= fuel
        && part.leaves <= leaves
        && part.bytes <= bytes
        && part.memoryBytesMax <= memoryBytesMax
        && part.hops <= hops
        && part.timeMillis <= timeMillis;
  }
}

package io.banyan.schema;

/**
 * What one call of a guest may use. Fuel, memory, depth and output are part of every key, because
 * they decide the outcome; wall time is not: running into it says nothing about the call.
 *
 * @param fuel units of metered work, 1 to {@link #FUEL_MAX}
 * @param memoryBytesMax the guest's linear memory, 64 KiB to 2 GiB − 64 KiB, whole pages
 * @param depthBytesMax the guest's call stack as the profile counts it, 1 to {@link
 *     #DEPTH_BYTES_MAX}
 * @param outputBytesMax the value a call returns, 0 or more
 * @param wallMillis time by the clock after which the host gives up on the call, 1 to a year
 */
public record CallLimits(
    long fuel, long memoryBytesMax, long depthBytesMax, long outputBytesMax, long wallMillis) {
  /** A WebAssembly page. */
  public static final int PAGE_BYTES = 1 << 16; // 64 KiB

  /** The most linear memory that one Java array holds, in whole pages. */
  public static final long MEMORY_BYTES_MAX = 32767L * PAGE_BYTES; // 2 GiB - 64 KiB

  /** The most fuel of one call: the sum over the largest plan still fits a long. */
  public static final long FUEL_MAX = 1L << 38; // 275 thousand million

  /** The deepest call stack: on any thread for guests, the JVM's own stack ends far behind it. */
  public static final long DEPTH_BYTES_MAX = 1L << 20; // 1 MiB

  public static final CallLimits DEFAULT =
      new CallLimits(
          1_000_000_000L,
          256L << 20, // 256 MiB
          DEPTH_BYTES_MAX,
          16L << 20, // 16 MiB
          30_000); // 30 s

  public CallLimits {
    if (fuel < 1 || fuel > FUEL_MAX) {
      throw new IllegalArgumentException("fuel limit is " + fuel + ", must be 1 to " + FUEL_MAX);
    }
    if (memoryBytesMax < PAGE_BYTES
        || memoryBytesMax > MEMORY_BYTES_MAX
        || memoryBytesMax % PAGE_BYTES != 0) {
      throw new IllegalArgumentException(
          "memory limit is "
              + memoryBytesMax
              + " bytes, must be whole 64 KiB pages between 64 KiB and 2 GiB - 64 KiB");
    }
    if (depthBytesMax < 1 || depthBytesMax > DEPTH_BYTES_MAX) {
      throw new IllegalArgumentException(
          "depth limit is " + depthBytesMax + " bytes, must be 1 to " + DEPTH_BYTES_MAX);
    }
    if (outputBytesMax < 0 || outputBytesMax > MEMORY_BYTES_MAX) {
      throw new IllegalArgumentException(
          "output limit is " + outputBytesMax + " bytes, must be 0 to 2 GiB - 64 KiB");
    }
    if (wallMillis < 1 || wallMillis > Budget.TIME_MILLIS_MAX) {
      throw new IllegalArgumentException(
          "wall time limit is " + wallMillis + " ms, must be 1 to " + Budget.TIME_MILLIS_MAX);
    }
  }

  /** The most bytes a merge's framed input may have: half the memory. */
  public long mergeInputBytesMax() {
    return memoryBytesMax / 2;
  }

  /** The most bytes a split's input or output may have: a quarter of the memory. */
  public long splitBytesMax() {
    return memoryBytesMax / 4;
  }
}

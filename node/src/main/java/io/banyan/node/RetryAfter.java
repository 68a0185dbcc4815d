package io.banyan.node;

import java.util.OptionalLong;
import java.util.stream.LongStream;

/** When somebody who found everything taken may come again: when the first place is free. */
public final class RetryAfter {
  /** A round trip, and a little. */
  public static final long MILLIS_MIN = 100;

  /** A place may be freed earlier than anybody thought; asking costs little. */
  public static final long MILLIS_MAX = 60_000; // 1 min

  private RetryAfter() {}

  /**
   * Milliseconds, {@link #MILLIS_MIN} to {@link #MILLIS_MAX}.
   *
   * @param remainingMillis how long those that hold the places will take, where it is known
   * @param unknownMillis the answer where nothing is known of any
   */
  public static long millis(LongStream remainingMillis, long unknownMillis) {
    return Math.clamp(remainingMillis.min().orElse(unknownMillis), MILLIS_MIN, MILLIS_MAX);
  }

  /**
   * What is left of work that went on for {@code elapsedMillis}, should it go on as before; nothing
   * where too little is done to tell.
   */
  public static OptionalLong remaining(long elapsedMillis, long done, long total) {
    if (done <= 0 || total <= 0 || elapsedMillis <= 0) {
      return OptionalLong.empty();
    }
    double share = Math.min(1, (double) done / total);
    return OptionalLong.of((long) (elapsedMillis * (1 - share) / share));
  }
}

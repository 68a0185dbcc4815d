package io.banyan.node;

import io.banyan.schema.Budget;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/**
 * When something will be done, if it goes on as it did lately.
 *
 * <p>For one thread.
 */
public final class Eta {
  /** Short enough to notice a peer that came or went, long enough for leaves of seconds. */
  private static final long WINDOW_NANOS = 30_000_000_000L; // 30 s

  /** Of the samples that come closer together the first counts: so they are few. */
  private static final long SAMPLE_NANOS = 1_000_000_000; // 1 s

  private final Deque<Sample> samples = new ArrayDeque<>();

  private record Sample(long nanos, double share) {}

  /**
   * Begins where the work does.
   *
   * @param share of all work that is done by then: what is known from before was not done by it
   */
  public Eta(double share, long nowNanos) {
    samples.add(new Sample(nowNanos, share));
  }

  /**
   * Milliseconds until all is done; nothing while it does not move.
   *
   * @param share of all work that is done, 0 to 1; it may fall when a peer is lost
   */
  public OptionalLong remainingMillis(double share, long nowNanos) {
    while (samples.size() > 1 && nowNanos - samples.getFirst().nanos() > WINDOW_NANOS) {
      samples.removeFirst();
    }
    Sample first = samples.getFirst();
    if (nowNanos - samples.getLast().nanos() >= SAMPLE_NANOS) {
      samples.addLast(new Sample(nowNanos, share));
    }
    double gained = share - first.share();
    long tookNanos = nowNanos - first.nanos();
    if (gained <= 0 || tookNanos <= 0) {
      return OptionalLong.empty();
    }
    double millis = Math.max(0, 1 - share) / gained * tookNanos / 1e6;
    return OptionalLong.of((long) Math.min(millis, Budget.TIME_MILLIS_MAX));
  }
}

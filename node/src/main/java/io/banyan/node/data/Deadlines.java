package io.banyan.node.data;

import io.banyan.p2p.P2pStream;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Resets streams whose time is over, so that no peer holds one by being slow: not by sending a byte
 * now and then, nor by not reading.
 *
 * <p>Safe for any thread. One thread waits for all.
 */
final class Deadlines implements AutoCloseable {
  /** What any exchange may take beside its bytes. */
  static final Duration USUAL = Duration.ofSeconds(30);

  /** A quarter of a megabit a second: below that a peer is of no use. */
  static final long USUAL_BYTES_PER_SECOND = 32 << 10; // 32 KiB

  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("data-deadlines").factory());

  private final Duration base;
  private final long bytesPerSecond;

  /** Gives every exchange {@code base}, and what its bytes take at {@code bytesPerSecond}. */
  Deadlines(Duration base, long bytesPerSecond) {
    this.base = base;
    this.bytesPerSecond = bytesPerSecond;
    timer.setRemoveOnCancelPolicy(true);
  }

  /** A time that is running, until it is closed. */
  static final class Deadline implements AutoCloseable {
    private final ScheduledFuture<?> reset;

    private Deadline(ScheduledFuture<?> reset) {
      this.reset = reset;
    }

    @Override
    public void close() {
      reset.cancel(false);
    }
  }

  /** Resets {@code stream} when {@code bytes} have had their time, unless it is closed before. */
  Deadline set(P2pStream stream, long bytes) {
    long nanos = base.plusSeconds(bytes / bytesPerSecond).toNanos();
    return new Deadline(timer.schedule(stream::reset, nanos, TimeUnit.NANOSECONDS));
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}

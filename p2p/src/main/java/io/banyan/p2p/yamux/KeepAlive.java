package io.banyan.p2p.yamux;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Pings at even intervals, one in flight at a time, which measure the round trip and keep the
 * connection from falling silent. Any byte of the peer's shows that it lives: an answer may be late
 * behind data.
 */
final class KeepAlive {
  private final YamuxLimits limits;
  private long heardNanos;
  private long nextPingNanos;
  private boolean due = true;
  private boolean inFlight;
  private int value;
  private long leftNanos;
  private long roundTripNanos;

  KeepAlive(YamuxLimits limits, long nowNanos) {
    this.limits = limits;
    this.heardNanos = nowNanos;
    this.nextPingNanos = nowNanos + limits.pingNanos();
  }

  void heard(long nowNanos) {
    heardNanos = nowNanos;
  }

  /** A ping is to leave, unless one is on its way. */
  void request() {
    due = due || !inFlight;
  }

  /** The session is over: nothing leaves any more. */
  void stop() {
    due = false;
  }

  boolean isDue() {
    return due;
  }

  /** The ping leaves now: its value. */
  int leave(long nowNanos) {
    due = false;
    inFlight = true;
    leftNanos = nowNanos;
    nextPingNanos = nowNanos + limits.pingNanos();
    return ++value;
  }

  /**
   * An answer has come.
   *
   * @return the time that it took; empty if nobody asked
   */
  OptionalLong pong(long answered, long nowNanos) {
    if (!inFlight || answered != Integer.toUnsignedLong(value)) {
      return OptionalLong.empty();
    }
    inFlight = false;
    long sample = Math.max(1, nowNanos - leftNanos);
    roundTripNanos = roundTripNanos == 0 ? sample : roundTripNanos / 2 + sample / 2;
    return OptionalLong.of(sample);
  }

  /** The mean, in which each sample weighs as much as all before it; 0 before there is one. */
  long roundTripNanos() {
    return roundTripNanos;
  }

  long wakeNanos() {
    long silentNanos = heardNanos + limits.silenceNanos();
    return due || inFlight || silentNanos - nextPingNanos < 0 ? silentNanos : nextPingNanos;
  }

  /**
   * Time has passed.
   *
   * @return a sentence, if the peer is to be given up
   */
  Optional<String> onTime(long nowNanos) {
    long silence = nowNanos - heardNanos;
    if (silence >= limits.silenceNanos()) {
      return Optional.of("silent for " + silence / 1_000_000 + " ms");
    }
    if (nowNanos - nextPingNanos >= 0) {
      request();
    }
    return Optional.empty();
  }
}

package io.banyan.p2p.yamux;

/**
 * What the peer may still send on one stream. Credit is given back for bytes that were read, never
 * for bytes that merely came, so that what is held stays within the window.
 *
 * <p>INVARIANT: credit + held is at most window, and window is at most what the peer was told, or
 * is told by the next update.
 */
final class ReceiveWindow {
  /** What both sides assume of each stream before a word is said: 256 KiB. */
  static final int FIRST_BYTES = 256 << 10;

  /*
   * The rule of go-yamux and js: a window that is used up within 4 round trips is what holds the
   * sender back. It is counted in bytes over an epoch, since the time between two updates says
   * little when updates are rare (go-yamux issue 136).
   */
  private static final int EPOCH_ROUND_TRIPS = 4;

  private final WindowBudget budget;
  private final int bytesMax;
  private int window = FIRST_BYTES;
  private int credit = FIRST_BYTES;
  private int held;
  private long epochNanos;
  private int epochBytes;

  ReceiveWindow(WindowBudget budget, int bytesMax) {
    this.budget = budget;
    this.bytesMax = bytesMax;
    budget.takeFirst();
  }

  /** Makes the window this large, where the connection has so much left. */
  void growTo(int bytes) {
    if (bytes > window && budget.take(bytes - window)) {
      window = bytes;
    }
  }

  /**
   * A frame has begun that carries so many bytes.
   *
   * @return whether the peer had the credit
   */
  boolean announced(long bytes) {
    if (bytes > credit) {
      return false;
    }
    credit -= (int) bytes;
    held += (int) bytes;
    return true;
  }

  /**
   * The stream's reader has taken so many bytes.
   *
   * @param roundTripNanos 0 while nobody knows
   */
  void consumed(int bytes, long nowNanos, long roundTripNanos) {
    if (bytes < 0 || bytes > held) {
      throw new IllegalStateException(bytes + " bytes consumed of " + held);
    }
    held -= bytes;
    if (roundTripNanos == 0) {
      return;
    }
    if (epochBytes == 0 || nowNanos - epochNanos > EPOCH_ROUND_TRIPS * roundTripNanos) {
      epochNanos = nowNanos;
      epochBytes = 0;
    }
    epochBytes += bytes;
    if (epochBytes >= window) {
      growTo(Math.min(2 * window, bytesMax));
      epochBytes = 0;
    }
  }

  /** Half of the window or more has been read and not been given back. */
  boolean isUpdateDue() {
    return window - credit - held >= window / 2;
  }

  /** Gives back all that can be: the delta to tell the peer. */
  int update() {
    int delta = window - credit - held;
    credit += delta;
    return delta;
  }

  /** Bytes that are announced or delivered, and not read. */
  int held() {
    return held;
  }

  void close() {
    budget.give(window);
    window = 0;
  }
}

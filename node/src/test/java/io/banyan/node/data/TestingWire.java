package io.banyan.node.data;

import java.util.Arrays;

/**
 * What one host sends to another one, over all streams and connections: counted, and, where a test
 * says so, changed or lost. Each fault happens once.
 */
final class TestingWire {
  static final String LOST = "the connection was lost";

  private final Runnable connectionLost;
  private long sentBytes;
  private long cutAt = Long.MAX_VALUE;
  private long flipAt = Long.MAX_VALUE;
  private int flippedBit;

  TestingWire(Runnable connectionLost) {
    this.connectionLost = connectionLost;
  }

  /** What goes on its way, which may be less than, and other than, what was to be sent. */
  record Sent(byte[] bytes, int offset, int length) {}

  synchronized Sent send(byte[] bytes, int offset, int length) {
    int goes = (int) Math.min(length, cutAt - sentBytes);
    Sent sent = new Sent(bytes, offset, goes);
    if (sentBytes <= flipAt && flipAt < sentBytes + goes) {
      byte[] changed = Arrays.copyOfRange(bytes, offset, offset + goes);
      changed[(int) (flipAt - sentBytes)] ^= (byte) (1 << flippedBit);
      flipAt = Long.MAX_VALUE;
      sent = new Sent(changed, 0, goes);
    }
    sentBytes += goes;
    return sent;
  }

  /** The moment has come that {@link #cutAfter} named. */
  void cut() {
    synchronized (this) {
      cutAt = Long.MAX_VALUE;
    }
    connectionLost.run();
  }

  synchronized void cutAfter(long bytes) {
    cutAt = sentBytes + bytes;
  }

  synchronized void flipAfter(long bytes, int bit) {
    flipAt = sentBytes + bytes;
    flippedBit = bit;
  }

  synchronized long sentBytes() {
    return sentBytes;
  }
}

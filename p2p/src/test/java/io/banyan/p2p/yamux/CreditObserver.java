package io.banyan.p2p.yamux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.p2p.yamux.TestingFrames.Frame;
import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.Map;

/**
 * Watches what one side puts on the wire and what reaches it, and counts what it may send: 256 KiB
 * for each stream, and what updates that have reached it say. It also holds the side to the order
 * in which a stream lives: SYN first and once, no data behind FIN, nothing behind RST.
 */
final class CreditObserver {
  private final TestingFrames.Scanner leaving = new TestingFrames.Scanner();
  private final TestingFrames.Scanner arriving = new TestingFrames.Scanner();
  private final Map<Long, Watched> streams = new HashMap<>();
  private final long parity;

  private static final class Watched {
    private long credit = 256 << 10;
    private long granted = 256 << 10;
    private boolean begun;
    private boolean ended;
    private boolean reset;
  }

  CreditObserver(Side side) {
    this.parity = side == Side.DIALER ? 1 : 0;
  }

  /** The side has put these bytes on the wire. */
  void left(ByteBuf bytes) {
    for (Frame frame : leaving.scan(bytes)) {
      if (frame.type() <= 1) {
        left(frame, streams.computeIfAbsent(frame.id(), _ -> new Watched()));
      }
    }
  }

  private void left(Frame frame, Watched stream) {
    assertEquals(
        frame.id() % 2 == parity && !stream.begun, frame.has(TestingFrames.SYN), () -> "" + frame);
    assertFalse(stream.reset, () -> "behind RST: " + frame);
    stream.begun = true;
    stream.reset = frame.has(TestingFrames.RST);
    if (frame.type() == 0) {
      assertFalse(stream.ended, () -> "behind FIN: " + frame);
      stream.credit -= frame.length();
      assertTrue(stream.credit >= 0, () -> "over credit: " + frame);
    } else {
      stream.granted += frame.length();
    }
    stream.ended |= frame.has(TestingFrames.FIN);
  }

  /** These bytes have reached the side. */
  void reached(ByteBuf bytes) {
    for (Frame frame : arriving.scan(bytes)) {
      if (frame.type() <= 1 && !frame.has(TestingFrames.RST)) {
        Watched stream = streams.computeIfAbsent(frame.id(), _ -> new Watched());
        stream.credit += frame.type() == 1 ? frame.length() : 0;
      }
    }
  }

  /** What the other side may have this side hold of a stream of which so much has been read. */
  long window(long id, long read) {
    return streams.get(id).granted - read;
  }
}

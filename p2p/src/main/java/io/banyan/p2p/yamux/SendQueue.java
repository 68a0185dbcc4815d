package io.banyan.p2p.yamux;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/** Bytes of one stream that wait to be sent. */
final class SendQueue {
  private final ArrayDeque<ByteBuf> pieces = new ArrayDeque<>();
  private int bytes;

  int bytes() {
    return bytes;
  }

  /** Takes the buffer over. */
  void add(ByteBuf piece) {
    if (!piece.isReadable()) {
      piece.release();
      return;
    }
    bytes += piece.readableBytes();
    pieces.add(piece);
  }

  /** Moves the next {@code count} bytes; there are as many. */
  void moveTo(ByteBuf into, int count) {
    int left = count;
    while (left > 0) {
      ByteBuf piece = pieces.element();
      int part = Math.min(left, piece.readableBytes());
      into.writeBytes(piece, part);
      left -= part;
      if (!piece.isReadable()) {
        pieces.remove().release();
      }
    }
    bytes -= count;
  }

  void close() {
    pieces.forEach(ByteBuf::release);
    pieces.clear();
    bytes = 0;
  }
}

package io.banyan.p2p.yamux;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/**
 * Bytes of one stream that came and are not read yet. Small pieces are copied together: a peer that
 * sends each byte in a frame of its own cannot make this side hold a buffer for each.
 *
 * <p>Not safe for threads: a stream that is read by another thread than the one that receives
 * guards it with its lock.
 */
public final class Inbox implements AutoCloseable {
  /** Pieces shorter than this are copied into buffers of this size. */
  static final int SMALL_BYTES = 4 << 10; // 4 KiB

  private final ArrayDeque<ByteBuf> pieces = new ArrayDeque<>();
  private int readableBytes;

  /** Takes the buffer over. */
  public void add(ByteBuf piece) {
    int count = piece.readableBytes();
    readableBytes += count;
    if (count >= SMALL_BYTES) {
      pieces.add(piece);
      return;
    }
    ByteBuf last = pieces.peekLast();
    if (last == null || last.capacity() != SMALL_BYTES || last.writableBytes() < count) {
      last = piece.alloc().buffer(SMALL_BYTES, SMALL_BYTES);
      pieces.add(last);
    }
    last.writeBytes(piece);
    piece.release();
  }

  public int readableBytes() {
    return readableBytes;
  }

  /**
   * Moves bytes, as many as there are and fit.
   *
   * @return how many; 0 if there are none
   */
  public int read(byte[] into, int offset, int length) {
    int moved = 0;
    while (moved < length && !pieces.isEmpty()) {
      ByteBuf piece = pieces.element();
      int part = Math.min(length - moved, piece.readableBytes());
      piece.readBytes(into, offset + moved, part);
      moved += part;
      if (!piece.isReadable()) {
        pieces.remove().release();
      }
    }
    readableBytes -= moved;
    return moved;
  }

  /** Releases all that was not read. */
  @Override
  public void close() {
    pieces.forEach(ByteBuf::release);
    pieces.clear();
    readableBytes = 0;
  }
}

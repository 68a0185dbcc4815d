package io.banyan.schema;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Cuts a stream of bytes into frames: 4-byte big-endian length, then a message. It looks at a
 * length before it spends memory on it, and spends only what has come, doubled. It takes no byte
 * behind a frame, so that what follows raw is the caller's.
 *
 * <p>For one thread; useless after an exception.
 */
public final class FrameDecoder {
  private static final int FIRST_BYTES = 1 << 10; // 1 KiB

  private final FrameKind kind;
  private final ByteBuffer head = ByteBuffer.allocate(Frames.LENGTH_BYTES);
  private ByteBuffer message = ByteBuffer.allocate(0);
  private int length;
  private long consumed;

  public FrameDecoder(FrameKind kind) {
    this.kind = kind;
  }

  /**
   * Takes from {@code in} what belongs to the next frame.
   *
   * @return the message, ready to be decoded, once it is whole; nothing when {@code in} is empty
   *     before that
   */
  public Optional<ByteBuffer> next(ByteBuffer in) throws MalformedMessageException {
    if (head.hasRemaining()) {
      move(in, head, head.remaining());
      if (head.hasRemaining()) {
        return Optional.empty();
      }
      length = Frames.requireLength(kind, head.getInt(0), consumed - Frames.LENGTH_BYTES);
      message = ByteBuffer.allocate(Math.min(length, FIRST_BYTES));
    }
    while (message.position() < length && in.hasRemaining()) {
      if (!message.hasRemaining()) {
        int doubled = Math.min(length, 2 * message.capacity());
        message = ByteBuffer.allocate(doubled).put(message.flip());
      }
      move(in, message, message.remaining());
    }
    if (message.position() < length) {
      return Optional.empty();
    }
    ByteBuffer whole = message.flip();
    head.clear();
    message = ByteBuffer.allocate(0);
    return Optional.of(whole);
  }

  /** The stream is over; it must not be in the middle of a frame. */
  public void end() throws MalformedMessageException {
    if (head.position() > 0) {
      throw MalformedMessageException.at(
          consumed,
          "the stream ends "
              + (head.hasRemaining() ? head.position() : message.position())
              + " bytes into "
              + (head.hasRemaining() ? "the length of a frame" : "a message of " + length));
    }
  }

  private void move(ByteBuffer from, ByteBuffer to, int most) {
    int count = Math.min(from.remaining(), most);
    to.put(to.position(), from, from.position(), count).position(to.position() + count);
    from.position(from.position() + count);
    consumed += count;
  }
}

package io.banyan.schema;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Frames, whole: 4-byte big-endian length, then a message. */
public final class Frames {
  /** The bytes of the length in front of each message. */
  public static final int LENGTH_BYTES = 4;

  private Frames() {}

  /**
   * {@code message} with its length in front.
   *
   * @throws IllegalArgumentException if it is longer than a frame of this kind
   */
  public static byte[] frame(FrameKind kind, byte[] message) {
    if (message.length > kind.bytesMax()) {
      throw new IllegalArgumentException(
          "message of "
              + message.length
              + " bytes for a frame of kind "
              + kind
              + ", limit "
              + kind.bytesMax());
    }
    return ByteBuffer.allocate(LENGTH_BYTES + message.length)
        .putInt(message.length)
        .put(message)
        .array();
  }

  /**
   * Reads the next frame's message, and no byte behind it; blocks until it is whole.
   *
   * @return the message; nothing when the stream ends before its first byte
   * @throws IOException if {@code in} cannot be read
   */
  public static Optional<ByteBuffer> read(FrameKind kind, InputStream in)
      throws IOException, MalformedMessageException {
    byte[] head = in.readNBytes(LENGTH_BYTES);
    if (head.length == 0) {
      return Optional.empty();
    }
    if (head.length < LENGTH_BYTES) {
      throw MalformedMessageException.at(head.length, "the stream ends in the length of a frame");
    }
    int length = requireLength(kind, ByteBuffer.wrap(head).getInt(), 0);
    // readNBytes spends only what comes, in pieces of 16 KiB.
    byte[] message = in.readNBytes(length);
    if (message.length < length) {
      throw MalformedMessageException.at(
          LENGTH_BYTES + message.length,
          "the stream ends " + message.length + " bytes into a message of " + length);
    }
    return Optional.of(ByteBuffer.wrap(message));
  }

  /** The length, if a message of this kind can have it. */
  static int requireLength(FrameKind kind, int length, long offset)
      throws MalformedMessageException {
    long unsigned = Integer.toUnsignedLong(length);
    if (unsigned > kind.bytesMax()) {
      throw MalformedMessageException.at(
          offset,
          "a frame of kind " + kind + " and " + unsigned + " bytes, limit " + kind.bytesMax());
    }
    SegmentTable.requireLength(offset, unsigned);
    return length;
  }
}

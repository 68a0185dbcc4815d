package io.banyan.schema;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The head of a standard Cap'n Proto message: u32le number of segments - 1, u32le words of each,
 * padded to whole words; then the segments. Read here, because the library's reader trusts sizes
 * that overflow.
 */
final class SegmentTable {
  /** Writers that know the size make one; a few more for those that do not. */
  static final int SEGMENTS_MAX = 16;

  static final int WORD_BYTES = 8;

  /** The table of one segment, and the pointer to the root. */
  static final int MESSAGE_BYTES_MIN = 2 * WORD_BYTES;

  private SegmentTable() {}

  /** The segments of the message that {@code message} exactly holds, as views of it. */
  static ByteBuffer[] segments(ByteBuffer message) throws MalformedMessageException {
    ByteBuffer bytes = message.slice().order(ByteOrder.LITTLE_ENDIAN);
    requireLength(0, bytes.remaining());
    int count = count(bytes);
    int tableBytes = WORD_BYTES * ((1 + count) / 2 + (1 + count) % 2);
    if (tableBytes > bytes.limit()) {
      throw MalformedMessageException.at(
          0, "a table of " + count + " segments in a message of " + bytes.limit() + " bytes");
    }
    ByteBuffer[] segments = new ByteBuffer[count];
    long begin = tableBytes;
    for (int i = 0; i < count; i++) {
      int at = Integer.BYTES * (1 + i);
      long length = WORD_BYTES * Integer.toUnsignedLong(bytes.getInt(at));
      if (length > bytes.limit() - begin || (i == 0 && length == 0)) {
        throw MalformedMessageException.at(
            at,
            "segment "
                + i
                + " is "
                + length
                + " bytes long, "
                + (bytes.limit() - begin)
                + " are left");
      }
      segments[i] = bytes.slice((int) begin, (int) length).order(ByteOrder.LITTLE_ENDIAN);
      begin += length;
    }
    if (begin != bytes.limit()) {
      throw MalformedMessageException.at(
          begin, (bytes.limit() - begin) + " bytes lie behind the last segment");
    }
    return segments;
  }

  private static int count(ByteBuffer bytes) throws MalformedMessageException {
    long count = 1 + Integer.toUnsignedLong(bytes.getInt(0));
    if (count > SEGMENTS_MAX) {
      throw MalformedMessageException.at(0, count + " segments, limit " + SEGMENTS_MAX);
    }
    return (int) count;
  }

  /** Whole words, two or more. */
  static void requireLength(long offset, long length) throws MalformedMessageException {
    if (length < MESSAGE_BYTES_MIN || length % WORD_BYTES != 0) {
      throw MalformedMessageException.at(
          offset, "a message of " + length + " bytes; it has whole words of 8, two or more");
    }
  }
}

package io.banyan.node.data;

import java.io.IOException;

/**
 * Bytes that are read by their place: all of a blob, or those ranges of it that are here.
 *
 * <p>Safe for any thread.
 */
public interface RangeReader {
  /**
   * Reads {@code count} bytes, beginning with byte {@code from}, into {@code into} at {@code
   * offset}.
   *
   * @throws IndexOutOfBoundsException if they are not all here
   * @throws IOException if what they lie in cannot be read
   */
  void read(long from, byte[] into, int offset, int count) throws IOException;

  /**
   * The bytes [from, to), at most 2 GiB of them.
   *
   * @throws IndexOutOfBoundsException if they are not all here
   * @throws IOException if what they lie in cannot be read
   */
  default byte[] read(long from, long to) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(to - from)];
    read(from, bytes, 0, bytes.length);
    return bytes;
  }
}

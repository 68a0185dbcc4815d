package io.banyan.p2p;

import io.netty.buffer.ByteBuf;
import java.util.OptionalLong;

/**
 * Unsigned numbers in groups of 7 bits, the lowest first, as libp2p writes lengths and codes
 * (multiformats, "unsigned-varint"): at most 9 bytes, and no byte more than the number needs.
 */
public final class Uvarint {
  private static final int LENGTH_MAX = 9; // 63 bits

  private Uvarint() {}

  /**
   * Appends a number.
   *
   * @param value 0 or more
   */
  public static void write(long value, ByteBuf out) {
    if (value < 0) {
      throw new IllegalStateException("the number " + value + " is negative");
    }
    long rest = value;
    while (rest > 0x7F) {
      out.writeByte((int) (rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    out.writeByte((int) rest);
  }

  /** How many bytes a number takes: 1 to 9. */
  public static int length(long value) {
    return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7);
  }

  /**
   * Reads a number, if it is there whole.
   *
   * @param max the largest number that is allowed here
   * @return empty, and nothing is read, while bytes are missing
   * @throws ViolationException if it is larger, or longer than it needs to be
   */
  public static OptionalLong read(ByteBuf in, long max) throws ViolationException {
    long value = 0;
    for (int i = 0; i < LENGTH_MAX; i++) {
      if (i == in.readableBytes()) {
        return OptionalLong.empty();
      }
      int group = in.getUnsignedByte(in.readerIndex() + i);
      value |= (long) (group & 0x7F) << (7 * i);
      if (value > max) {
        throw new ViolationException("the number " + value + " is over the limit " + max);
      }
      if (group < 0x80) {
        if (group == 0 && i > 0) {
          throw new ViolationException("the number " + value + " is written longer than it needs");
        }
        in.skipBytes(i + 1);
        return OptionalLong.of(value);
      }
    }
    throw new ViolationException("a number is longer than " + LENGTH_MAX + " bytes");
  }
}

package io.banyan.compute;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A cursor over the bytes of a module. Confined to one thread. */
final class WasmReader {
  private final byte[] bytes;
  private final int end;
  private int position;

  WasmReader(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  int position() {
    return position;
  }

  boolean atEnd() {
    return position == end;
  }

  int remaining() {
    return end - position;
  }

  int u8() throws RefusedException {
    if (position == end) {
      throw truncated();
    }
    return bytes[position++] & 0xff;
  }

  void skip(long count) throws RefusedException {
    if (count > remaining()) {
      throw truncated();
    }
    position += (int) count;
  }

  /** The part of {@code length} bytes that begins here; this cursor moves behind it. */
  WasmReader part(long length) throws RefusedException {
    int start = position;
    skip(length);
    return new WasmReader(bytes, start, position);
  }

  /** A copy of the next {@code length} bytes. */
  byte[] bytes(long length) throws RefusedException {
    int start = position;
    skip(length);
    return Arrays.copyOfRange(bytes, start, position);
  }

  /** An unsigned LEB128 number of 32 bits. */
  long u32() throws RefusedException {
    long value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      int b = u8();
      value |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        if (value > 0xffff_ffffL) {
          break;
        }
        return value;
      }
    }
    throw malformed("a number has more than 32 bits");
  }

  /** A u32 that has a maximum of its own, by this rule. */
  int u32(Rule rule, String what, int max) throws RefusedException {
    int offset = position;
    long value = u32();
    if (value > max) {
      throw new RefusedException(rule, offset, what + " of " + value + " exceeds " + max);
    }
    return (int) value;
  }

  /** A signed LEB128 number of at most {@code bits} bits. */
  long signed(int bits) throws RefusedException {
    long value = 0;
    for (int shift = 0; shift < bits; shift += 7) {
      int b = u8();
      value |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        int used = shift + 7;
        long number = used < 64 && (b & 0x40) != 0 ? value | -1L << used : value;
        if (used > bits && !isSignExtended(b, bits - shift)) {
          break;
        }
        return number;
      }
    }
    throw malformed("a number has more than " + bits + " bits");
  }

  /** Whether what the last byte holds beyond its {@code used} bits repeats the sign. */
  private static boolean isSignExtended(int last, int used) {
    int beyond = (last & 0x7f) >> (used - 1);
    return beyond == 0 || beyond == 0x7f >> (used - 1);
  }

  String name() throws RefusedException {
    int length = u32(Rule.NAME_BYTES, "name length", ModuleLimits.NAME_BYTES_MAX);
    int start = position;
    skip(length);
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, start, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw malformed("a name is not UTF-8");
    }
  }

  /** What was read last breaks the format. */
  RefusedException malformed(String what) {
    return new RefusedException(Rule.FORMAT, position, "not a WebAssembly module: " + what);
  }

  /** What was read last is not valid. */
  RefusedException invalid(String what) {
    return new RefusedException(Rule.VALIDITY, position, "module is not valid: " + what);
  }

  RefusedException refused(Rule rule, String sentence) {
    return new RefusedException(rule, position, sentence);
  }

  private RefusedException truncated() {
    return malformed("the section or function ends early");
  }
}

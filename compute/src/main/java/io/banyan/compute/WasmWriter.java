package io.banyan.compute;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes of a module that grow at the end. Confined to one thread. */
final class WasmWriter {
  private byte[] bytes;
  private int length;

  WasmWriter(int capacity) {
    this.bytes = new byte[Math.max(16, capacity)];
  }

  int length() {
    return length;
  }

  byte[] toByteArray() {
    return Arrays.copyOf(bytes, length);
  }

  WasmWriter u8(int value) {
    room(1);
    bytes[length++] = (byte) value;
    return this;
  }

  WasmWriter bytes(byte[] source, int from, int to) {
    room(to - from);
    System.arraycopy(source, from, bytes, length, to - from);
    length += to - from;
    return this;
  }

  WasmWriter bytes(byte[] source) {
    return bytes(source, 0, source.length);
  }

  WasmWriter append(WasmWriter other) {
    return bytes(other.bytes, 0, other.length);
  }

  WasmWriter u32(long value) {
    long rest = value;
    while (rest >= 0x80) {
      u8((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    return u8((int) rest);
  }

  WasmWriter signed(long value) {
    long rest = value;
    while (rest < -64 || rest > 63) {
      u8((int) (rest & 0x7f | 0x80));
      rest >>= 7;
    }
    return u8((int) (rest & 0x7f));
  }

  WasmWriter f32(int bits) {
    for (int shift = 0; shift < 32; shift += 8) {
      u8(bits >>> shift);
    }
    return this;
  }

  WasmWriter f64(long bits) {
    return f32((int) bits).f32((int) (bits >>> 32));
  }

  WasmWriter name(String name) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    return u32(utf8.length).bytes(utf8);
  }

  /** A length, and that many bytes. */
  WasmWriter sized(WasmWriter content) {
    return u32(content.length).append(content);
  }

  private void room(int count) {
    if (count > bytes.length - length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + count, 2 * bytes.length));
    }
  }
}

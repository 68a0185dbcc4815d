package io.banyan.compute;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Makes bytes that are nearly modules out of modules. Confined to one thread. */
final class ModuleMutator {
  private static final int EDITS_MAX = 4;
  private static final int CHUNK_MAX = 64; // bytes that are moved, removed or repeated at a time
  private static final int CHOICES = 4;
  private static final int HEADER_BYTES = 8;

  /** Bytes that mean much: opcodes, types, ends, and the parts of long numbers. */
  private static final byte[] TELLING = {
    0x00,
    0x01,
    0x02,
    0x03,
    0x04,
    0x05,
    0x0b,
    0x0c,
    0x0d,
    0x0e,
    0x0f,
    0x10,
    0x11,
    0x1a,
    0x1b,
    0x1c,
    0x20,
    0x28,
    0x3f,
    0x40,
    0x41,
    0x60,
    0x6f,
    0x70,
    0x7c,
    0x7d,
    0x7e,
    0x7f,
    (byte) 0x80,
    (byte) 0xd0,
    (byte) 0xd2,
    (byte) 0xfc,
    (byte) 0xfd,
    (byte) 0xff
  };

  private final SplittableRandom random;
  private final List<byte[]> corpus;

  ModuleMutator(SplittableRandom random, List<byte[]> corpus) {
    this.random = random;
    this.corpus = corpus;
  }

  byte[] next() {
    byte[] bytes = smallOne().clone();
    for (int edits = random.nextInt(1, EDITS_MAX + 1); edits > 0 && bytes.length > 0; edits--) {
      bytes = mutate(bytes);
    }
    return bytes;
  }

  /** The smaller of a few, since a small one takes less time and is as good. */
  private byte[] smallOne() {
    byte[] small = anyOf(corpus);
    for (int i = 1; i < CHOICES; i++) {
      byte[] other = anyOf(corpus);
      small = other.length < small.length ? other : small;
    }
    return small;
  }

  private byte[] anyOf(List<byte[]> list) {
    return list.get(random.nextInt(list.size()));
  }

  private byte[] mutate(byte[] bytes) {
    int at = position(bytes);
    int length = random.nextInt(1, CHUNK_MAX + 1);
    return switch (random.nextInt(12)) {
      case 0, 1 -> flip(bytes, at);
      case 2, 3, 4 -> set(bytes, at, anyByte());
      case 5 -> set(bytes, at, (byte) (bytes[at] + random.nextInt(-2, 3)));
      case 6 -> replace(bytes, at, 0, some(random.nextInt(1, 6)));
      case 7 -> replace(bytes, at, random.nextInt(1, 6), new byte[0]);
      case 8 -> replace(bytes, at, length, new byte[0]);
      case 9 -> random.nextInt(4) == 0 ? Arrays.copyOf(bytes, at) : spliced(bytes, at, length);
      case 10 -> replace(bytes, at, 1, number());
      default -> section(bytes);
    };
  }

  /** The header stays mostly whole: what is behind it is more worth a look. */
  private int position(byte[] bytes) {
    return bytes.length <= HEADER_BYTES || random.nextInt(100) == 0
        ? random.nextInt(bytes.length)
        : random.nextInt(HEADER_BYTES, bytes.length);
  }

  private byte anyByte() {
    return random.nextInt(3) == 0
        ? (byte) random.nextInt(256)
        : TELLING[random.nextInt(TELLING.length)];
  }

  private byte[] some(int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = anyByte();
    }
    return bytes;
  }

  private byte[] flip(byte[] bytes, int at) {
    return set(bytes, at, (byte) (bytes[at] ^ 1 << random.nextInt(8)));
  }

  private static byte[] set(byte[] bytes, int at, byte value) {
    bytes[at] = value;
    return bytes;
  }

  private static byte[] replace(byte[] bytes, int at, int count, byte[] with) {
    int end = Math.min(bytes.length, at + count);
    byte[] result = Arrays.copyOf(bytes, at + with.length + bytes.length - end);
    System.arraycopy(with, 0, result, at, with.length);
    System.arraycopy(bytes, end, result, at + with.length, bytes.length - end);
    return result;
  }

  /** A piece of another module, or of this one, in the place of what is here. */
  private byte[] spliced(byte[] bytes, int at, int length) {
    byte[] other = random.nextBoolean() ? bytes : anyOf(corpus);
    int from = random.nextInt(other.length);
    byte[] piece = Arrays.copyOfRange(other, from, Math.min(other.length, from + length));
    return replace(bytes, at, random.nextBoolean() ? piece.length : 0, piece);
  }

  /** LEB128 as it should not be: too long, too large, or padded with zeros. */
  private byte[] number() {
    return switch (random.nextInt(5)) {
      case 0 -> new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f};
      case 1 -> new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f};
      case 2 -> new byte[] {(byte) (random.nextInt(128) | 0x80), (byte) 0x80, 0};
      case 3 -> new byte[] {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x10};
      default -> {
        byte[] longOne = new byte[random.nextInt(1, 12)];
        Arrays.fill(longOne, (byte) 0x80);
        yield longOne;
      }
    };
  }

  /** A section whose size lies, which comes twice, or is of another kind. */
  private byte[] section(byte[] bytes) {
    int at = HEADER_BYTES;
    for (int skip = random.nextInt(8); skip > 0 && at < bytes.length; skip--) {
      at = sectionEnd(bytes, at);
    }
    if (at + 1 >= bytes.length) {
      return bytes;
    }
    return switch (random.nextInt(4)) {
      case 0 -> set(bytes, at, (byte) random.nextInt(15));
      case 1 -> set(bytes, at + 1, (byte) (bytes[at + 1] + random.nextInt(-3, 4)));
      case 2 -> replace(bytes, at + 1, 1, number());
      default -> {
        byte[] whole = Arrays.copyOfRange(bytes, at, Math.max(at, sectionEnd(bytes, at)));
        yield random.nextBoolean()
            ? replace(bytes, at, 0, whole)
            : replace(bytes, at, whole.length, new byte[0]);
      }
    };
  }

  private static int sectionEnd(byte[] bytes, int start) {
    long size = 0;
    int at = start + 1;
    for (int shift = 0; at < bytes.length && shift < 35; shift += 7) {
      byte b = bytes[at++];
      size |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        break;
      }
    }
    return (int) Math.min(bytes.length, at + size);
  }
}

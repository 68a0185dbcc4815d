package io.banyan.compute;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Lists in guest memory: u32le count, then for each item u32le length and its bytes. */
final class Frames {
  private Frames() {}

  static long length(List<byte[]> items) {
    long length = Integer.BYTES;
    for (byte[] item : items) {
      length += Integer.BYTES + item.length;
    }
    return length;
  }

  static void write(GuestMemory memory, long address, List<byte[]> items) {
    memory.writeU32(address, items.size());
    long at = address + Integer.BYTES;
    for (byte[] item : items) {
      memory.writeU32(at, item.length);
      memory.write(at + Integer.BYTES, item, 0, item.length);
      at += Integer.BYTES + item.length;
    }
  }

  /**
   * The list that fills the range exactly; empty if none does, or one of no items or too many. The
   * range is known to lie in memory.
   */
  static Optional<List<byte[]>> read(GuestMemory memory, long address, long length, int countMax) {
    if (length < Integer.BYTES) {
      return Optional.empty();
    }
    long count = Integer.toUnsignedLong(memory.readU32(address));
    if (count < 1 || count > countMax) {
      return Optional.empty();
    }
    List<byte[]> items = new ArrayList<>((int) count);
    long at = address + Integer.BYTES;
    long end = address + length;
    for (long i = 0; i < count; i++) {
      if (end - at < Integer.BYTES) {
        return Optional.empty();
      }
      long itemLength = Integer.toUnsignedLong(memory.readU32(at));
      at += Integer.BYTES;
      if (itemLength > end - at) {
        return Optional.empty();
      }
      items.add(memory.read(at, itemLength));
      at += itemLength;
    }
    return at == end ? Optional.of(items) : Optional.empty();
  }
}

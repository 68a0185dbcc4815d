package io.banyan.compute;

/**
 * The linear memory as the host sees it. Addresses and lengths are unsigned numbers of 32 bits; a
 * range outside the memory ends the call with a trap.
 */
interface GuestMemory {
  /** Its present size in bytes. */
  int size();

  default boolean holds(long address, long length) {
    return address >= 0 && length >= 0 && address + length <= size();
  }

  byte[] read(long address, long length);

  void write(long address, byte[] source, int offset, int length);

  int readU32(long address);

  void writeU32(long address, int value);

  void writeU64(long address, long value);
}

package io.banyan.compute;

import io.banyan.schema.Digest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The random numbers of one call: block n is SHA-256(seed ‖ u64le n), and the seed is SHA-256 of a
 * tag and the input. So a call draws the same numbers on every machine, and two leaves on different
 * inputs draw different ones. Confined to its call's thread.
 */
final class GuestRandom {
  private static final byte[] TAG = "banyan/random/1".getBytes(StandardCharsets.US_ASCII);

  private final List<byte[]> input;
  private byte[] seed = {}; // computed when first needed: most guests never ask
  private long blockIndex;
  private byte[] block = {};
  private int used;

  GuestRandom(List<byte[]> input) {
    this.input = input;
  }

  /** Whether the input was hashed, which the first draw waits for. */
  boolean isSeeded() {
    return seed.length > 0;
  }

  long inputBytes() {
    return input.stream().mapToLong(part -> part.length).sum();
  }

  /** Ends the call if the thread is interrupted meanwhile. */
  void fill(GuestMemory memory, long address, long length) {
    long done = 0;
    while (done < length) {
      if (used == block.length) {
        nextBlock();
      }
      int part = (int) Math.min(length - done, block.length - used);
      memory.write(address + done, block, used, part);
      used += part;
      done += part;
    }
  }

  private void nextBlock() {
    if (Thread.currentThread().isInterrupted()) {
      throw CallEndException.interrupted();
    }
    if (seed.length == 0) {
      List<byte[]> parts = new ArrayList<>();
      parts.add(TAG);
      parts.addAll(input);
      seed = Digest.sha256(parts.toArray(byte[][]::new)).bytes();
    }
    byte[] index =
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(blockIndex++)
            .array();
    block = Digest.sha256(seed, index).bytes();
    used = 0;
  }
}

package io.banyan.p2p.yamux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class InboxTest {
  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);

  @Test
  void singleBytesShareABuffer() {
    try (Inbox inbox = new Inbox()) {
      for (int i = 0; i < 100_000; i++) {
        inbox.add(allocator.buffer(1, 1).writeByte(i));
      }

      assertEquals(100_000, inbox.readableBytes());
      assertTrue(allocator.metric().usedHeapMemory() < 100_000 + Inbox.SMALL_BYTES);
    }
    assertEquals(0, allocator.metric().usedHeapMemory());
  }

  @Property(tries = 200)
  void bytesComeOutInTheirOrder(
      @ForAll @Size(max = 20) List<@IntRange(max = 3 * Inbox.SMALL_BYTES / 2) Integer> sizes,
      @ForAll @IntRange(min = 1, max = 10_000) int readSize,
      @ForAll long seed) {
    byte[] sent = new byte[sizes.stream().mapToInt(Integer::intValue).sum()];
    new Random(seed).nextBytes(sent);
    byte[] received = new byte[sent.length];
    try (Inbox inbox = new Inbox()) {
      int added = 0;
      int read = 0;
      for (int size : sizes) {
        inbox.add(allocator.buffer().writeBytes(sent, added, size));
        added += size;
        read += inbox.read(received, read, Math.min(readSize, received.length - read));
        assertEquals(added - read, inbox.readableBytes());
      }
      while (read < received.length) {
        read += inbox.read(received, read, Math.min(readSize, received.length - read));
      }
      assertEquals(0, inbox.read(new byte[1], 0, 1));
    }
    assertArrayEquals(sent, received);
    assertEquals(0, allocator.metric().usedHeapMemory());
  }
}

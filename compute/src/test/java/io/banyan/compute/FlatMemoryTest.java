package io.banyan.compute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import run.endive.runtime.Memory;

class FlatMemoryTest {
  private static final int PAGE = Memory.PAGE_SIZE;

  @Test
  void numbersAreLittleEndianAndNeedNoAlignment() {
    FlatMemory memory = new FlatMemory(1, 1, List.of());

    memory.writeLong(3, 0x0807060504030201L);

    assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, memory.readBytes(3, 8));
    assertEquals(0x05040302, memory.readInt(4));
    assertEquals(0x0605, memory.readShort(7));
    assertEquals(8, memory.read(10));
  }

  @Test
  void theBitsOfNansSurvive() {
    FlatMemory memory = new FlatMemory(1, 1, List.of());

    memory.writeI32(0, 0x7fa00001);
    memory.writeLong(8, 0xfff4000000000123L);

    assertEquals(0x7fa00001, (int) memory.readF32(0));
    assertEquals(0xfff4000000000123L, memory.readF64(8));
  }

  @Test
  void roomBeyondTheSizeIsOutOfBounds() {
    FlatMemory memory = new FlatMemory(2, 100, List.of());

    assertEquals(2, memory.grow(1)); // makes room for four

    assertThrows(CallEndException.class, () -> memory.read(3 * PAGE));
    assertThrows(CallEndException.class, () -> memory.writeI32(3 * PAGE - 3, 1));
    assertEquals(3, memory.grow(1));
    assertEquals(0, memory.readInt(3 * PAGE));
  }

  @Test
  void growingPageByPageCopiesEachPageAFewTimesOnly() {
    // 4 000 pages of 64 KiB; copied at each step that would be half a terabyte.
    FlatMemory memory = new FlatMemory(0, 4_000, List.of());

    for (int page = 0; page < 4_000; page++) {
      assertEquals(page, memory.grow(1));
    }

    assertEquals(-1, memory.grow(1));
    assertEquals(4_000, memory.pages());
  }

  @Test
  void aMemoryOfNoPagesHoldsNothing() {
    FlatMemory memory = new FlatMemory(0, 1, List.of());

    assertThrows(CallEndException.class, () -> memory.read(0));
    assertThrows(CallEndException.class, () -> memory.writeLong(0, 1));
    memory.fill((byte) 1, 0, 0);
    memory.copy(0, 0, 0);
  }
}

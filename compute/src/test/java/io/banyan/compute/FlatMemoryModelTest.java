package io.banyan.compute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import run.endive.runtime.Memory;

/** The flat memory against a model that does one byte at a time. */
class FlatMemoryModelTest {
  private static final int PAGES_MAX = 6;
  private static final byte[] SEGMENT = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

  /** Bytes, and bounds checked with 64 bits. */
  private static final class Model {
    private byte[] bytes;

    Model(int pages) {
      bytes = new byte[Memory.bytes(pages)];
    }

    boolean holds(int address, long length) {
      long start = Integer.toUnsignedLong(address);
      return start + length <= bytes.length;
    }

    long load(int address, int width) {
      long value = 0;
      for (int i = width - 1; i >= 0; i--) {
        value = value << 8 | bytes[address + i] & 0xff;
      }
      return value;
    }

    void store(int address, int width, long value) {
      for (int i = 0; i < width; i++) {
        bytes[address + i] = (byte) (value >>> 8 * i);
      }
    }
  }

  @Property(tries = 300)
  void behavesLikeTheModel(@ForAll long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    int pagesMin = random.nextInt(3);
    int pagesMax = pagesMin + random.nextInt(PAGES_MAX - pagesMin + 1);
    FlatMemory memory =
        new FlatMemory(
            pagesMin, pagesMax, List.of(new Rewritten.Segment(Optional.empty(), SEGMENT)));
    Model model = new Model(pagesMin);

    for (int step = 0; step < 200; step++) {
      switch (random.nextInt(6)) {
        case 0, 1 -> load(random, memory, model);
        case 2, 3 -> store(random, memory, model);
        case 4 -> bulk(random, memory, model);
        default -> grow(random, memory, model, pagesMax);
      }
    }

    assertEquals(model.bytes.length, memory.size());
    assertArrayEquals(model.bytes, memory.readBytes(0, memory.size()));
  }

  /** Mostly near the ends of the memory and of the numbers, where mistakes live. */
  private static int number(RandomGenerator random, Model model) {
    int near = random.nextInt(-10, 10);
    return switch (random.nextInt(5)) {
      case 0 -> near;
      case 1 -> model.bytes.length + near;
      case 2 -> Integer.MAX_VALUE - 5 + near;
      case 3 -> random.nextInt();
      default -> model.bytes.length == 0 ? near : random.nextInt(model.bytes.length);
    };
  }

  private static void load(RandomGenerator random, FlatMemory memory, Model model) {
    int address = number(random, model);
    int width = 1 << random.nextInt(4);
    if (!model.holds(address, width)) {
      assertTraps(() -> loadFrom(memory, address, width));
      return;
    }
    assertEquals(model.load(address, width), loadFrom(memory, address, width));
  }

  private static long loadFrom(FlatMemory memory, int address, int width) {
    return switch (width) {
      case 1 -> memory.read(address) & 0xff;
      case 2 -> memory.readShort(address) & 0xffff;
      case 4 -> memory.readInt(address) & 0xffff_ffffL;
      default -> memory.readLong(address);
    };
  }

  private static void store(RandomGenerator random, FlatMemory memory, Model model) {
    int address = number(random, model);
    int width = 1 << random.nextInt(4);
    long value = random.nextLong();
    if (!model.holds(address, width)) {
      assertTraps(() -> storeTo(memory, address, width, value));
      return;
    }
    storeTo(memory, address, width, value);
    model.store(address, width, value);
  }

  private static void storeTo(FlatMemory memory, int address, int width, long value) {
    switch (width) {
      case 1 -> memory.writeByte(address, (byte) value);
      case 2 -> memory.writeShort(address, (short) value);
      case 4 -> memory.writeI32(address, (int) value);
      default -> memory.writeLong(address, value);
    }
  }

  private static void bulk(RandomGenerator random, FlatMemory memory, Model model) {
    int target = number(random, model);
    int source = number(random, model);
    int length = number(random, model);
    long unsigned = Integer.toUnsignedLong(length);
    switch (random.nextInt(3)) {
      case 0 -> {
        byte value = (byte) random.nextInt();
        if (!model.holds(target, unsigned)) {
          assertTraps(() -> memory.fill(value, target, target + length)); // as the engine calls it
          return;
        }
        memory.fill(value, target, target + length);
        Arrays.fill(model.bytes, target, target + length, value);
      }
      case 1 -> {
        if (!model.holds(target, unsigned) || !model.holds(source, unsigned)) {
          assertTraps(() -> memory.copy(target, source, length));
          return;
        }
        memory.copy(target, source, length);
        byte[] moved = Arrays.copyOfRange(model.bytes, source, source + length);
        System.arraycopy(moved, 0, model.bytes, target, length);
      }
      default -> {
        int offset = random.nextInt(-2, 12);
        int part = random.nextInt(-2, 12);
        boolean inSegment = offset >= 0 && part >= 0 && offset + part <= SEGMENT.length;
        if (!inSegment || !model.holds(target, part)) {
          assertTraps(() -> memory.initPassiveSegment(0, target, offset, part));
          return;
        }
        memory.initPassiveSegment(0, target, offset, part);
        System.arraycopy(SEGMENT, offset, model.bytes, target, part);
      }
    }
  }

  private static void grow(RandomGenerator random, FlatMemory memory, Model model, int pagesMax) {
    int delta = random.nextInt(10) == 0 ? random.nextInt() : random.nextInt(3);
    int before = model.bytes.length / Memory.PAGE_SIZE;
    boolean possible = delta >= 0 && delta <= pagesMax - before;
    assertEquals(possible ? before : -1, memory.grow(delta));
    if (possible) {
      model.bytes = Arrays.copyOf(model.bytes, Memory.bytes(before + delta));
    }
    assertEquals(model.bytes.length / Memory.PAGE_SIZE, memory.pages());
  }

  private static void assertTraps(Runnable access) {
    try {
      access.run();
    } catch (CallEndException e) {
      return;
    }
    throw new AssertionError("an access out of bounds did not trap");
  }
}

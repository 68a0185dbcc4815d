package io.banyan.compute;

import io.banyan.schema.TrapKind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import run.endive.runtime.Instance;
import run.endive.runtime.Memory;
import run.endive.wasm.types.DataSegment;
import run.endive.wasm.types.PassiveDataSegment;

/**
 * A guest's linear memory as one {@code byte[]}: one load and two compares an access, where the
 * engine's own pages cost twice that. Confined to its call's thread.
 */
public final class FlatMemory implements Memory, GuestMemory, Meter.Counters {
  /*
   * The array may be longer than the memory, so that a guest that grows page by page is not copied
   * each time; hence every access is compared with `size` before the JVM compares it with the
   * array. An address arrives as the engine computed it: one of 2 GiB or more is negative.
   *
   * INVARIANT: size <= bytes.length, and bytes[size..] is zero.
   * INVARIANT: while the array is exchanged, old and new together hold at most 1.5 * pagesMax
   * pages; a call reserves that much.
   */
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle DOUBLE =
      MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);
  private static final byte[] DROPPED = {};

  private final int pagesMin;
  private final int pagesMax;
  private final List<Rewritten.Segment> declared;
  private final byte[][] segments; // what is left of them; a dropped one is empty
  private DataSegment[] engineSegments = {}; // where the engine notes what data.drop dropped
  private byte[] bytes;
  private int size;
  private long[] globals = {};

  /** For generated code: what is left of the fuel. */
  public long fuel;

  /** For generated code: what is left of the stack, in bytes. */
  public long depth;

  /**
   * @param pagesMax at least {@code pagesMin}, at most 32 767
   */
  FlatMemory(int pagesMin, int pagesMax, List<Rewritten.Segment> declared) {
    if (pagesMin > pagesMax || pagesMax > RUNTIME_MAX_PAGES) {
      throw new IllegalArgumentException(
          "memory of " + pagesMin + " to " + pagesMax + " pages, limit " + RUNTIME_MAX_PAGES);
    }
    this.pagesMin = pagesMin;
    this.pagesMax = pagesMax;
    this.declared = declared;
    this.segments = declared.stream().map(Rewritten.Segment::bytes).toArray(byte[][]::new);
    this.bytes = new byte[Memory.bytes(capacityPages(pagesMin, pagesMin))];
    this.size = Memory.bytes(pagesMin);
  }

  /** Makes room for the instance's globals as they come, in order. */
  void setGlobal(int index, long value) {
    if (index >= globals.length) {
      globals = Arrays.copyOf(globals, Math.max(4, 2 * index));
    }
    globals[index] = value;
  }

  @Override
  public long fuel() {
    return fuel;
  }

  @Override
  public void setFuel(long left) {
    fuel = left;
  }

  @Override
  public void setDepth(int bytes) {
    depth = bytes;
  }

  /**
   * What a memory and its globals were at some moment.
   *
   * @param from where its first byte that is not zero stands
   * @param bytes from there to the last that is not
   */
  record Snapshot(int size, int from, byte[] bytes, long[] globals) {}

  Snapshot snapshot() {
    int from = 0;
    while (from < size && bytes[from] == 0) {
      from++;
    }
    int to = size;
    while (to > from && bytes[to - 1] == 0) {
      to--;
    }
    return new Snapshot(size, from, Arrays.copyOfRange(bytes, from, to), globals.clone());
  }

  /** Makes all as it was; segments that were dropped since stay so. */
  void restore(Snapshot snapshot) {
    int to = snapshot.from() + snapshot.bytes().length;
    Arrays.fill(bytes, 0, snapshot.from(), (byte) 0);
    System.arraycopy(snapshot.bytes(), 0, bytes, snapshot.from(), snapshot.bytes().length);
    Arrays.fill(bytes, to, size, (byte) 0);
    size = snapshot.size();
    System.arraycopy(snapshot.globals(), 0, globals, 0, globals.length);
  }

  public static FlatMemory of(Instance instance) {
    return (FlatMemory) instance.memory();
  }

  public static long readGlobal(int index, FlatMemory memory) {
    return memory.globals[index];
  }

  public static void writeGlobal(long value, int index, FlatMemory memory) {
    memory.globals[index] = value;
  }

  public static void fuelIs(long fuel, FlatMemory memory) {
    memory.fuel = fuel;
  }

  public static void depthIs(long depth, FlatMemory memory) {
    memory.depth = depth;
  }

  /** Where an access of so many bytes begins, all of which are within the memory. */
  private int address(int base, int offset, int width) {
    if (Integer.toUnsignedLong(base) > (long) size - width - offset) {
      throw outOfBounds();
    }
    return base + offset;
  }

  public static byte memoryReadByte(int base, int offset, FlatMemory memory) {
    return memory.bytes[memory.address(base, offset, Byte.BYTES)];
  }

  public static short memoryReadShort(int base, int offset, FlatMemory memory) {
    return (short) SHORT.get(memory.bytes, memory.address(base, offset, Short.BYTES));
  }

  public static int memoryReadInt(int base, int offset, FlatMemory memory) {
    return (int) INT.get(memory.bytes, memory.address(base, offset, Integer.BYTES));
  }

  public static long memoryReadLong(int base, int offset, FlatMemory memory) {
    return (long) LONG.get(memory.bytes, memory.address(base, offset, Long.BYTES));
  }

  public static float memoryReadFloat(int base, int offset, FlatMemory memory) {
    return (float) FLOAT.get(memory.bytes, memory.address(base, offset, Float.BYTES));
  }

  public static double memoryReadDouble(int base, int offset, FlatMemory memory) {
    return (double) DOUBLE.get(memory.bytes, memory.address(base, offset, Double.BYTES));
  }

  public static void memoryWriteByte(int base, byte value, int offset, FlatMemory memory) {
    memory.bytes[memory.address(base, offset, Byte.BYTES)] = value;
  }

  public static void memoryWriteShort(int base, short value, int offset, FlatMemory memory) {
    SHORT.set(memory.bytes, memory.address(base, offset, Short.BYTES), value);
  }

  public static void memoryWriteInt(int base, int value, int offset, FlatMemory memory) {
    INT.set(memory.bytes, memory.address(base, offset, Integer.BYTES), value);
  }

  public static void memoryWriteLong(int base, long value, int offset, FlatMemory memory) {
    LONG.set(memory.bytes, memory.address(base, offset, Long.BYTES), value);
  }

  public static void memoryWriteFloat(int base, float value, int offset, FlatMemory memory) {
    FLOAT.set(memory.bytes, memory.address(base, offset, Float.BYTES), value);
  }

  public static void memoryWriteDouble(int base, double value, int offset, FlatMemory memory) {
    DOUBLE.set(memory.bytes, memory.address(base, offset, Double.BYTES), value);
  }

  public static void memoryCopy(int target, int source, int length, FlatMemory memory) {
    memory.copy(target, source, length);
  }

  public static void memoryFill(int from, byte value, int length, FlatMemory memory) {
    memory.fill(value, from, from + length);
  }

  public static void memoryInit(
      int target, int offset, int length, int segment, FlatMemory memory) {
    memory.initPassiveSegment(segment, target, offset, length);
  }

  public static int memoryGrow(int deltaPages, FlatMemory memory) {
    return memory.grow(deltaPages);
  }

  public static void memoryDrop(int segment, FlatMemory memory) {
    memory.drop(segment);
  }

  public static int memoryPages(FlatMemory memory) {
    return memory.pages();
  }

  /** How many pages to have room for: twice what there was, but never between a half and all. */
  private int capacityPages(int neededPages, int wishedPages) {
    if (neededPages == pagesMin && pagesMin == pagesMax) {
      return pagesMax;
    }
    int half = pagesMax / 2;
    return neededPages > half ? pagesMax : Math.min(half, Math.max(neededPages, wishedPages));
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int pages() {
    return size / PAGE_SIZE;
  }

  @Override
  public int grow(int deltaPages) {
    int before = pages();
    if (deltaPages < 0 || deltaPages > pagesMax - before) {
      return -1;
    }
    int after = before + deltaPages;
    if (Memory.bytes(after) > bytes.length) {
      bytes = Arrays.copyOf(bytes, Memory.bytes(capacityPages(after, 2 * before)));
    }
    size = Memory.bytes(after);
    return before;
  }

  @Override
  public int initialPages() {
    return pagesMin;
  }

  @Override
  public int maximumPages() {
    return pagesMax;
  }

  private static CallEndException outOfBounds() {
    return CallEndException.trap(TrapKind.MEMORY_OUT_OF_BOUNDS);
  }

  private void check(int address, int width) {
    if (address < 0 || address > size - width) {
      throw outOfBounds();
    }
  }

  @Override
  public byte read(int address) {
    check(address, Byte.BYTES);
    return bytes[address];
  }

  @Override
  public short readShort(int address) {
    check(address, Short.BYTES);
    return (short) SHORT.get(bytes, address);
  }

  @Override
  public int readInt(int address) {
    check(address, Integer.BYTES);
    return (int) INT.get(bytes, address);
  }

  @Override
  public long readLong(int address) {
    check(address, Long.BYTES);
    return (long) LONG.get(bytes, address);
  }

  @Override
  public float readFloat(int address) {
    check(address, Float.BYTES);
    return (float) FLOAT.get(bytes, address);
  }

  @Override
  public double readDouble(int address) {
    check(address, Double.BYTES);
    return (double) DOUBLE.get(bytes, address);
  }

  @Override
  public void writeByte(int address, byte value) {
    check(address, Byte.BYTES);
    bytes[address] = value;
  }

  @Override
  public void writeShort(int address, short value) {
    check(address, Short.BYTES);
    SHORT.set(bytes, address, value);
  }

  @Override
  public void writeI32(int address, int value) {
    check(address, Integer.BYTES);
    INT.set(bytes, address, value);
  }

  @Override
  public void writeLong(int address, long value) {
    check(address, Long.BYTES);
    LONG.set(bytes, address, value);
  }

  @Override
  public void writeF32(int address, float value) {
    check(address, Float.BYTES);
    FLOAT.set(bytes, address, value);
  }

  @Override
  public void writeF64(int address, double value) {
    check(address, Double.BYTES);
    DOUBLE.set(bytes, address, value);
  }

  @Override
  public long readU16(int address) {
    return Short.toUnsignedLong(readShort(address));
  }

  @Override
  public long readF32(int address) {
    return readInt(address);
  }

  @Override
  public long readF64(int address) {
    return readLong(address);
  }

  private void checkRange(long address, long length, long limit) {
    if (address < 0 || length < 0 || address + length > limit) {
      throw outOfBounds();
    }
  }

  /** The engine adds the length to the address with 32 bits; what overflowed is before `from`. */
  @Override
  public void fill(byte value, int from, int to) {
    CallEndException.throwIfInterrupted();
    checkRange(from, (long) to - from, size);
    Arrays.fill(bytes, from, to, value);
  }

  @Override
  public void copy(int target, int source, int length) {
    CallEndException.throwIfInterrupted();
    checkRange(source, length, size);
    checkRange(target, length, size);
    System.arraycopy(bytes, source, bytes, target, length);
  }

  @Override
  public void initPassiveSegment(int segment, int address, int offset, int length) {
    CallEndException.throwIfInterrupted();
    if (isDroppedInEngine(segment)) {
      drop(segment);
    }
    checkRange(offset, length, segments[segment].length);
    checkRange(address, length, size);
    System.arraycopy(segments[segment], offset, bytes, address, length);
  }

  @SuppressWarnings("ReferenceEquality") // A segment of no bytes equals it and is not dropped.
  private boolean isDroppedInEngine(int segment) {
    return segment < engineSegments.length && engineSegments[segment] == PassiveDataSegment.EMPTY;
  }

  @Override
  public void drop(int segment) {
    segments[segment] = DROPPED;
  }

  /**
   * Copies the active segments in, in order, and drops them. They are our own: the engine copies a
   * segment each time it is looked at.
   */
  @Override
  public void initialize(Instance instance, DataSegment[] ofInstance) {
    for (int i = 0; i < declared.size(); i++) {
      if (declared.get(i).address().isPresent()) {
        initPassiveSegment(i, declared.get(i).address().get(), 0, segments[i].length);
        drop(i);
      }
    }
    engineSegments = ofInstance;
  }

  @Override
  public byte[] read(long address, long length) {
    checkRange(address, length, size);
    return Arrays.copyOfRange(bytes, (int) address, (int) (address + length));
  }

  @Override
  public void write(long address, byte[] source, int offset, int length) {
    checkRange(address, length, size);
    System.arraycopy(source, offset, bytes, (int) address, length);
  }

  @Override
  public int readU32(long address) {
    checkRange(address, Integer.BYTES, size);
    return readInt((int) address);
  }

  @Override
  public void writeU32(long address, int value) {
    checkRange(address, Integer.BYTES, size);
    writeI32((int) address, value);
  }

  @Override
  public void writeU64(long address, long value) {
    checkRange(address, Long.BYTES, size);
    writeLong((int) address, value);
  }

  @Override
  public byte[] readBytes(int address, int length) {
    return read((long) address, length);
  }

  @Override
  public void write(int address, byte[] source, int offset, int length) {
    checkRange(offset, length, source.length);
    write((long) address, source, offset, length);
  }

  /** A fresh memory is zero already. */
  @Override
  public void zero() {}

  @Override
  public boolean shared() {
    return false;
  }

  private static UnsupportedOperationException notShared() {
    return new UnsupportedOperationException("memory is not shared; atomics are refused at load");
  }

  @Override
  @SuppressWarnings("removal") // The engine still demands it.
  public Object lock(int address) {
    throw notShared();
  }

  @Override
  @SuppressWarnings("removal") // The engine still demands it.
  public int waitOn(int address, int expected, long timeout) {
    throw notShared();
  }

  @Override
  @SuppressWarnings("removal") // The engine still demands it.
  public int waitOn(int address, long expected, long timeout) {
    throw notShared();
  }

  @Override
  @SuppressWarnings("removal") // The engine still demands it.
  public int notify(int address, int maxThreads) {
    throw notShared();
  }
}

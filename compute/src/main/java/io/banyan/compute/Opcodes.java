package io.banyan.compute;

/**
 * The instructions that take and leave a fixed number of operands, and how their immediates are
 * laid out (WebAssembly core specification 2.0, chapter 5.4).
 */
final class Opcodes {
  private Opcodes() {}

  /** What follows an opcode. */
  enum Immediate {
    NONE,
    INDEX,
    MEMORY_ARGUMENT,
    MEMORY_INDEX,
    I32,
    I64,
    F32,
    F64,
    REFERENCE_TYPE,
    TYPES,
    TWO_INDICES
  }

  /**
   * @param pops how many operands it takes
   * @param pushes how many it leaves
   */
  record Shape(Immediate immediate, int pops, int pushes) {}

  private static final Shape[] PLAIN = new Shape[256];
  private static final Shape[] BULK = new Shape[18];

  static {
    plain(0x01, 0x01, Immediate.NONE, 0, 0); // nop
    plain(0x1a, 0x1a, Immediate.NONE, 1, 0); // drop
    plain(0x1b, 0x1b, Immediate.NONE, 3, 1); // select
    plain(0x1c, 0x1c, Immediate.TYPES, 3, 1); // select with a type
    plain(0x20, 0x20, Immediate.INDEX, 0, 1); // local.get
    plain(0x21, 0x21, Immediate.INDEX, 1, 0); // local.set
    plain(0x22, 0x22, Immediate.INDEX, 1, 1); // local.tee
    plain(0x23, 0x23, Immediate.INDEX, 0, 1); // global.get
    plain(0x24, 0x24, Immediate.INDEX, 1, 0); // global.set
    plain(0x25, 0x25, Immediate.INDEX, 1, 1); // table.get
    plain(0x26, 0x26, Immediate.INDEX, 2, 0); // table.set
    plain(0x28, 0x35, Immediate.MEMORY_ARGUMENT, 1, 1); // loads
    plain(0x36, 0x3e, Immediate.MEMORY_ARGUMENT, 2, 0); // stores
    plain(0x3f, 0x3f, Immediate.MEMORY_INDEX, 0, 1); // memory.size
    plain(0x40, 0x40, Immediate.MEMORY_INDEX, 1, 1); // memory.grow
    plain(0x41, 0x41, Immediate.I32, 0, 1);
    plain(0x42, 0x42, Immediate.I64, 0, 1);
    plain(0x43, 0x43, Immediate.F32, 0, 1);
    plain(0x44, 0x44, Immediate.F64, 0, 1);
    plain(0x45, 0x45, Immediate.NONE, 1, 1); // i32.eqz
    plain(0x46, 0x4f, Immediate.NONE, 2, 1); // i32 comparisons
    plain(0x50, 0x50, Immediate.NONE, 1, 1); // i64.eqz
    plain(0x51, 0x66, Immediate.NONE, 2, 1); // i64, f32, f64 comparisons
    plain(0x67, 0x69, Immediate.NONE, 1, 1); // i32 clz, ctz, popcnt
    plain(0x6a, 0x78, Immediate.NONE, 2, 1); // i32 arithmetic
    plain(0x79, 0x7b, Immediate.NONE, 1, 1); // i64 clz, ctz, popcnt
    plain(0x7c, 0x8a, Immediate.NONE, 2, 1); // i64 arithmetic
    plain(0x8b, 0x91, Immediate.NONE, 1, 1); // f32 abs to sqrt
    plain(0x92, 0x98, Immediate.NONE, 2, 1); // f32 arithmetic
    plain(0x99, 0x9f, Immediate.NONE, 1, 1); // f64 abs to sqrt
    plain(0xa0, 0xa6, Immediate.NONE, 2, 1); // f64 arithmetic
    plain(0xa7, 0xc4, Immediate.NONE, 1, 1); // conversions and sign extensions
    plain(0xd0, 0xd0, Immediate.REFERENCE_TYPE, 0, 1); // ref.null
    plain(0xd1, 0xd1, Immediate.NONE, 1, 1); // ref.is_null
    plain(0xd2, 0xd2, Immediate.INDEX, 0, 1); // ref.func

    for (int conversion = 0; conversion <= 7; conversion++) {
      BULK[conversion] = new Shape(Immediate.NONE, 1, 1); // saturating conversions
    }
    BULK[8] = new Shape(Immediate.TWO_INDICES, 3, 0); // memory.init
    BULK[9] = new Shape(Immediate.INDEX, 0, 0); // data.drop
    BULK[10] = new Shape(Immediate.TWO_INDICES, 3, 0); // memory.copy
    BULK[11] = new Shape(Immediate.INDEX, 3, 0); // memory.fill
    BULK[12] = new Shape(Immediate.TWO_INDICES, 3, 0); // table.init
    BULK[13] = new Shape(Immediate.INDEX, 0, 0); // elem.drop
    BULK[14] = new Shape(Immediate.TWO_INDICES, 3, 0); // table.copy
    BULK[15] = new Shape(Immediate.INDEX, 2, 1); // table.grow
    BULK[16] = new Shape(Immediate.INDEX, 0, 1); // table.size
    BULK[17] = new Shape(Immediate.INDEX, 3, 0); // table.fill
  }

  private static void plain(int first, int last, Immediate immediate, int pops, int pushes) {
    for (int opcode = first; opcode <= last; opcode++) {
      PLAIN[opcode] = new Shape(immediate, pops, pushes);
    }
  }

  static Shape shape(int opcode) throws RefusedException {
    Shape shape = PLAIN[opcode];
    if (shape == null) {
      throw new RefusedException(
          "instruction 0x%02x (%s) is not offered".formatted(opcode, feature(opcode)));
    }
    return shape;
  }

  /** The instructions behind the prefix 0xfc. */
  static Shape bulkShape(long opcode) throws RefusedException {
    if (opcode >= BULK.length) {
      throw new RefusedException("instruction 0xfc %d (unknown) is not offered".formatted(opcode));
    }
    return BULK[(int) opcode];
  }

  private static String feature(int opcode) {
    return switch (opcode) {
      case 0x06, 0x07, 0x08, 0x09, 0x0a, 0x18, 0x19, 0x1f -> "exceptions";
      case 0x12, 0x13 -> "tail calls";
      case 0x14, 0x15, 0xd4, 0xd5, 0xd6 -> "typed function references";
      case 0xd3, 0xfb -> "garbage collection";
      case 0xfd -> "SIMD";
      case 0xfe -> "atomics";
      default -> "unknown";
    };
  }
}

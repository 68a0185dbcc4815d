package io.banyan.compute;

import java.util.ArrayList;
import java.util.List;

/**
 * The instructions of the profile by their bytes, and the types of those that take and leave fixed
 * ones (WebAssembly core specification 2.0, chapters 5.4 and 7.10).
 */
final class Opcodes {
  private Opcodes() {}

  static final int UNREACHABLE = 0x00;
  static final int NOP = 0x01;
  static final int BLOCK = 0x02;
  static final int LOOP = 0x03;
  static final int IF = 0x04;
  static final int ELSE = 0x05;
  static final int END = 0x0b;
  static final int BR = 0x0c;
  static final int BR_IF = 0x0d;
  static final int BR_TABLE = 0x0e;
  static final int RETURN = 0x0f;
  static final int CALL = 0x10;
  static final int CALL_INDIRECT = 0x11;
  static final int DROP = 0x1a;
  static final int SELECT = 0x1b;
  static final int SELECT_TYPED = 0x1c;
  static final int LOCAL_GET = 0x20;
  static final int LOCAL_SET = 0x21;
  static final int LOCAL_TEE = 0x22;
  static final int GLOBAL_GET = 0x23;
  static final int GLOBAL_SET = 0x24;
  static final int TABLE_GET = 0x25;
  static final int TABLE_SET = 0x26;
  static final int MEMORY_SIZE = 0x3f;
  static final int MEMORY_GROW = 0x40;
  static final int I32_CONST = 0x41;
  static final int I64_CONST = 0x42;
  static final int F32_CONST = 0x43;
  static final int F64_CONST = 0x44;
  static final int I32_LT_S = 0x48;
  static final int I32_NE = 0x47;
  static final int I64_LT_S = 0x53;
  static final int F32_EQ = 0x5b;
  static final int F64_EQ = 0x61;
  static final int I32_ADD = 0x6a;
  static final int I32_SUB = 0x6b;
  static final int I64_SUB = 0x7d;
  static final int I64_SHL = 0x86;
  static final int I64_SHR_U = 0x88;
  static final int I64_EXTEND_I32_U = 0xad;
  static final int REF_NULL = 0xd0;
  static final int REF_IS_NULL = 0xd1;
  static final int REF_FUNC = 0xd2;
  static final int BULK = 0xfc; // a prefix: the numbers below follow it

  static final int MEMORY_INIT = 8;
  static final int DATA_DROP = 9;
  static final int MEMORY_COPY = 10;
  static final int MEMORY_FILL = 11;
  static final int TABLE_INIT = 12;
  static final int ELEM_DROP = 13;
  static final int TABLE_COPY = 14;
  static final int TABLE_GROW = 15;
  static final int TABLE_SIZE = 16;
  static final int TABLE_FILL = 17;

  /** What an instruction does to a NaN. */
  enum Nans {
    /** It moves bits, or knows no floats. */
    KEEPS,
    /** It answers the same whatever the payload of an operand. */
    IGNORES,
    /** As {@code IGNORES}; and what it leaves may be a NaN of any payload. */
    MAKES
  }

  /**
   * @param alignment log2 of the bytes it loads or stores; -1 if it does not
   */
  record Shape(List<ValueType> pops, List<ValueType> pushes, Nans nans, int alignment) {
    boolean isAccess() {
      return alignment >= 0;
    }
  }

  private static final Shape[] PLAIN = new Shape[256];
  private static final Shape[] SATURATING = new Shape[8];

  static {
    access(0x28, "i:i", 2); // loads
    access(0x29, "i:l", 3);
    access(0x2a, "i:f", 2);
    access(0x2b, "i:d", 3);
    access(0x2c, "i:i", 0, 0, 1, 1);
    access(0x30, "i:l", 0, 0, 1, 1, 2, 2);
    access(0x36, "ii:", 2); // stores
    access(0x37, "il:", 3);
    access(0x38, "if:", 2);
    access(0x39, "id:", 3);
    access(0x3a, "ii:", 0, 1);
    access(0x3c, "il:", 0, 1, 2);

    plain(0x45, 0x45, "i:i", Nans.KEEPS); // i32.eqz
    plain(0x46, 0x4f, "ii:i", Nans.KEEPS); // comparisons
    plain(0x50, 0x50, "l:i", Nans.KEEPS); // i64.eqz
    plain(0x51, 0x5a, "ll:i", Nans.KEEPS); // comparisons
    plain(0x5b, 0x60, "ff:i", Nans.IGNORES);
    plain(0x61, 0x66, "dd:i", Nans.IGNORES);
    plain(0x67, 0x69, "i:i", Nans.KEEPS); // clz, ctz, popcnt
    plain(0x6a, 0x78, "ii:i", Nans.KEEPS); // arithmetic
    plain(0x79, 0x7b, "l:l", Nans.KEEPS);
    plain(0x7c, 0x8a, "ll:l", Nans.KEEPS);
    plain(0x8b, 0x8c, "f:f", Nans.KEEPS); // abs, neg
    plain(0x8d, 0x91, "f:f", Nans.MAKES); // ceil, floor, trunc, nearest, sqrt
    plain(0x92, 0x97, "ff:f", Nans.MAKES); // add, sub, mul, div, min, max
    plain(0x98, 0x98, "ff:f", Nans.KEEPS); // copysign
    plain(0x99, 0x9a, "d:d", Nans.KEEPS);
    plain(0x9b, 0x9f, "d:d", Nans.MAKES);
    plain(0xa0, 0xa5, "dd:d", Nans.MAKES);
    plain(0xa6, 0xa6, "dd:d", Nans.KEEPS);
    plain(0xa7, 0xa7, "l:i", Nans.KEEPS); // i32.wrap_i64
    plain(0xa8, 0xa9, "f:i", Nans.IGNORES); // truncations, which trap at a NaN
    plain(0xaa, 0xab, "d:i", Nans.IGNORES);
    plain(0xac, 0xad, "i:l", Nans.KEEPS); // i64.extend_i32
    plain(0xae, 0xaf, "f:l", Nans.IGNORES);
    plain(0xb0, 0xb1, "d:l", Nans.IGNORES);
    plain(0xb2, 0xb3, "i:f", Nans.KEEPS); // conversions to floats
    plain(0xb4, 0xb5, "l:f", Nans.KEEPS);
    plain(0xb6, 0xb6, "d:f", Nans.MAKES); // f32.demote_f64
    plain(0xb7, 0xb8, "i:d", Nans.KEEPS);
    plain(0xb9, 0xba, "l:d", Nans.KEEPS);
    plain(0xbb, 0xbb, "f:d", Nans.MAKES); // f64.promote_f32
    plain(0xbc, 0xbc, "f:i", Nans.KEEPS); // reinterpretations
    plain(0xbd, 0xbd, "d:l", Nans.KEEPS);
    plain(0xbe, 0xbe, "i:f", Nans.KEEPS);
    plain(0xbf, 0xbf, "l:d", Nans.KEEPS);
    plain(0xc0, 0xc1, "i:i", Nans.KEEPS); // sign extensions
    plain(0xc2, 0xc4, "l:l", Nans.KEEPS);

    String[] saturating = {"f:i", "f:i", "d:i", "d:i", "f:l", "f:l", "d:l", "d:l"};
    for (int i = 0; i < saturating.length; i++) {
      SATURATING[i] = shape(saturating[i], Nans.IGNORES, -1);
    }
  }

  private static void plain(int first, int last, String types, Nans nans) {
    for (int opcode = first; opcode <= last; opcode++) {
      PLAIN[opcode] = shape(types, nans, -1);
    }
  }

  /** Consecutive loads or stores of one type, by their alignments. */
  private static void access(int first, String types, int... alignments) {
    for (int i = 0; i < alignments.length; i++) {
      PLAIN[first + i] = shape(types, Nans.KEEPS, alignments[i]);
    }
  }

  /** {@code types} names what is taken, a colon, and what is left, as the JVM does but for long. */
  private static Shape shape(String types, Nans nans, int alignment) {
    int colon = types.indexOf(':');
    return new Shape(
        types(types.substring(0, colon)), types(types.substring(colon + 1)), nans, alignment);
  }

  private static List<ValueType> types(String letters) {
    List<ValueType> types = new ArrayList<>();
    for (int i = 0; i < letters.length(); i++) {
      types.add(
          switch (letters.charAt(i)) {
            case 'i' -> ValueType.I32;
            case 'l' -> ValueType.I64;
            case 'f' -> ValueType.F32;
            case 'd' -> ValueType.F64;
            default -> throw new IllegalStateException("no type is called " + letters);
          });
    }
    return List.copyOf(types);
  }

  /** The shape of an instruction that has one, found at {@code offset}. */
  static Shape shape(int opcode, int offset) throws RefusedException {
    Shape shape = PLAIN[opcode];
    if (shape == null) {
      throw new RefusedException(
          Rule.FEATURES,
          offset,
          "instruction 0x%02x (%s) is not offered".formatted(opcode, feature(opcode)));
    }
    return shape;
  }

  /** As the other, behind the prefix 0xfc. */
  static Shape saturatingShape(long opcode, int offset) throws RefusedException {
    if (opcode >= SATURATING.length) {
      throw new RefusedException(
          Rule.FEATURES, offset, "instruction 0xfc %d (unknown) is not offered".formatted(opcode));
    }
    return SATURATING[(int) opcode];
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

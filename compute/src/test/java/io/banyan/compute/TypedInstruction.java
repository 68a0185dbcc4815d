package io.banyan.compute;

import static io.banyan.compute.ValueType.F32;
import static io.banyan.compute.ValueType.F64;
import static io.banyan.compute.ValueType.I32;
import static io.banyan.compute.ValueType.I64;

import java.util.ArrayList;
import java.util.List;

/**
 * An instruction without immediates, with its type: what a generator of valid code chooses from.
 *
 * @param prefix 0, or 0xfc for the saturating conversions
 * @param hazard what its last operand has to do with traps and payloads
 */
record TypedInstruction(
    int prefix, int code, List<ValueType> params, ValueType result, Hazard hazard) {
  /** What may happen to an operand that is chosen freely. */
  enum Hazard {
    NONE,
    /** Zero traps. */
    DIVIDES,
    /** NaN and large values trap. */
    TRUNCATES,
    /** The bits of a NaN become seen. */
    OBSERVES
  }

  private static final List<TypedInstruction> ALL = new ArrayList<>();

  static {
    row(0x45, 0x45, I32, Hazard.NONE, I32); // i32.eqz
    row(0x46, 0x4f, I32, Hazard.NONE, I32, I32); // i32 comparisons
    row(0x50, 0x50, I32, Hazard.NONE, I64); // i64.eqz
    row(0x51, 0x5a, I32, Hazard.NONE, I64, I64); // i64 comparisons
    row(0x5b, 0x60, I32, Hazard.NONE, F32, F32); // f32 comparisons
    row(0x61, 0x66, I32, Hazard.NONE, F64, F64); // f64 comparisons
    row(0x67, 0x69, I32, Hazard.NONE, I32); // clz, ctz, popcnt
    row(0x6a, 0x6c, I32, Hazard.NONE, I32, I32); // add, sub, mul
    row(0x6d, 0x70, I32, Hazard.DIVIDES, I32, I32);
    row(0x71, 0x78, I32, Hazard.NONE, I32, I32); // and, or, xor, shifts, rotations
    row(0x79, 0x7b, I64, Hazard.NONE, I64);
    row(0x7c, 0x7e, I64, Hazard.NONE, I64, I64);
    row(0x7f, 0x82, I64, Hazard.DIVIDES, I64, I64);
    row(0x83, 0x8a, I64, Hazard.NONE, I64, I64);
    row(0x8b, 0x91, F32, Hazard.NONE, F32); // abs, neg, ceil, floor, trunc, nearest, sqrt
    row(0x92, 0x97, F32, Hazard.NONE, F32, F32); // add, sub, mul, div, min, max
    row(0x98, 0x98, F32, Hazard.OBSERVES, F32, F32); // copysign
    row(0x99, 0x9f, F64, Hazard.NONE, F64);
    row(0xa0, 0xa5, F64, Hazard.NONE, F64, F64);
    row(0xa6, 0xa6, F64, Hazard.OBSERVES, F64, F64);
    row(0xa7, 0xa7, I32, Hazard.NONE, I64); // i32.wrap_i64
    row(0xa8, 0xa9, I32, Hazard.TRUNCATES, F32);
    row(0xaa, 0xab, I32, Hazard.TRUNCATES, F64);
    row(0xac, 0xad, I64, Hazard.NONE, I32); // i64.extend_i32
    row(0xae, 0xaf, I64, Hazard.TRUNCATES, F32);
    row(0xb0, 0xb1, I64, Hazard.TRUNCATES, F64);
    row(0xb2, 0xb3, F32, Hazard.NONE, I32); // f32.convert
    row(0xb4, 0xb5, F32, Hazard.NONE, I64);
    row(0xb6, 0xb6, F32, Hazard.NONE, F64); // f32.demote_f64
    row(0xb7, 0xb8, F64, Hazard.NONE, I32); // f64.convert
    row(0xb9, 0xba, F64, Hazard.NONE, I64);
    row(0xbb, 0xbb, F64, Hazard.NONE, F32); // f64.promote_f32
    row(0xbc, 0xbc, I32, Hazard.OBSERVES, F32); // reinterpretations
    row(0xbd, 0xbd, I64, Hazard.OBSERVES, F64);
    row(0xbe, 0xbe, F32, Hazard.NONE, I32);
    row(0xbf, 0xbf, F64, Hazard.NONE, I64);
    row(0xc0, 0xc1, I32, Hazard.NONE, I32); // sign extensions
    row(0xc2, 0xc4, I64, Hazard.NONE, I64);
    for (int i = 0; i < 8; i++) {
      List<ValueType> operand = List.of((i & 2) == 0 ? F32 : F64);
      ALL.add(new TypedInstruction(0xfc, i, operand, i < 4 ? I32 : I64, Hazard.NONE));
    }
  }

  private static void row(
      int first, int last, ValueType result, Hazard hazard, ValueType... params) {
    for (int code = first; code <= last; code++) {
      ALL.add(new TypedInstruction(0, code, List.of(params), result, hazard));
    }
  }

  /** Those of this result whose types are all among {@code allowed}. */
  static List<TypedInstruction> giving(ValueType result, List<ValueType> allowed) {
    return ALL.stream()
        .filter(each -> each.result() == result && allowed.containsAll(each.params()))
        .toList();
  }
}

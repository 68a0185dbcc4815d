package io.banyan.compute;

import static io.banyan.compute.ValueType.F32;
import static io.banyan.compute.ValueType.F64;
import static io.banyan.compute.ValueType.I32;
import static io.banyan.compute.ValueType.I64;

import java.util.List;

/** What the core specification says of single instructions where engines are apt to be wrong. */
final class SpecFacts {
  private SpecFacts() {}

  /**
   * @param code leaves one value of this type; locals 0 to 3 are an i32, i64, f32 and f64
   * @param bits the value; an i32 or f32 is its low half
   */
  record Fact(String name, ValueType type, String code, long bits) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final long F64_NAN = 0x7ff8_0000_0000_0000L;
  private static final String SIGNALLING = "i64.const 0x7ff0000000000123 0xbf ";

  static List<Fact> integers() {
    return List.of(
        i32("addition wraps", "i32.const 2147483647 i32.const 1 i32.add", Integer.MIN_VALUE),
        i32("division rounds towards zero", "i32.const -7 i32.const 3 i32.div_s", -2),
        i32("a remainder has the dividend's sign", "i32.const -7 i32.const 3 i32.rem_s", -1),
        i32(
            "the remainder that would overflow is 0",
            "i32.const -2147483648 i32.const -1 i32.rem_s",
            0),
        i32("unsigned division", "i32.const -1 i32.const 2 i32.div_u", 0x7fff_ffff),
        i32("a shift counts modulo 32", "i32.const 1 i32.const 33 0x74", 2),
        i32("an arithmetic shift keeps the sign", "i32.const -8 i32.const 1 0x75", -4),
        i32("a logical shift does not", "i32.const -8 i32.const 1 0x76", 0x7fff_fffc),
        i32("rotation to the left", "i32.const 0x80000001 i32.const 1 0x77", 3),
        i32("rotation to the right", "i32.const 3 i32.const 1 0x78", 0x8000_0001),
        i32("zero has 32 leading zeros", "i32.const 0 0x67", 32),
        i32("zero has 32 trailing zeros", "i32.const 0 0x68", 32),
        i32("ones are counted", "i32.const -1 0x69", 32),
        i32("-1 is not below 1 without signs", "i32.const -1 i32.const 1 i32.lt_u", 0),
        i32("-1 is below 1 with signs", "i32.const -1 i32.const 1 i32.lt_s", 1),
        i32("a byte is extended", "i32.const 0x180 0xc0", -128),
        i32("two bytes are extended", "i32.const 0x18000 0xc1", -32_768),
        i32("the low half is kept", "i64.const 0x700000001 0xa7", 1),
        i64("64-bit shifts count modulo 64", "i64.const 1 i64.const 65 i64.shl", 2),
        i64("64-bit unsigned division", "i64.const -1 i64.const 2 i64.div_u", Long.MAX_VALUE),
        i64(
            "the 64-bit remainder that would overflow is 0",
            "i64.const -9223372036854775808 i64.const -1 i64.rem_s",
            0),
        i64("zero has 64 leading zeros", "i64.const 0 0x79", 64),
        i64("four bytes are extended", "i64.const 0x80000000 0xc4", Integer.MIN_VALUE),
        i64("an i32 is extended without its sign", "i32.const -1 i64.extend_i32_u", 0xffff_ffffL));
  }

  static List<Fact> floats() {
    return List.of(
        f64("-0 is less than 0 for min", "f64.const 0 f64.const -0.0 0xa4", -0.0),
        f64("0 is more than -0 for max", "f64.const -0.0 f64.const 0 0xa5", 0.0),
        f64("halves are rounded to even", "f64.const 2.5 0x9e", 2.0),
        f64("odd halves too", "f64.const 3.5 0x9e", 4.0),
        f64("-0.5 is rounded to -0", "f64.const -0.5 0x9e", -0.0),
        f64("the ceiling of -0.5 is -0", "f64.const -0.5 0x9b", -0.0),
        f64("the floor of -0 is -0", "f64.const -0.0 0x9c", -0.0),
        f64("-0.9 without its fraction is -0", "f64.const -0.9 0x9d", -0.0),
        f64("the sign of -0 is copied", "f64.const 1 f64.const -0.0 0xa6", -1.0),
        f64("half of the least number is 0", "f64.const 4.9e-324 f64.const 0.5 0xa2", 0.0),
        f64("the largest u64 as a float", "i64.const -1 0xba", 0x1p64),
        f32("the largest u64 as a short float", "i64.const -1 0xb5", 0x1p64f),
        f32("an i32 is rounded to even", "i32.const 16777217 0xb2", 16_777_216f),
        f32("a u64 is rounded once", "i64.const 0x7fffff4000000001 0xb5", 0x1.fffffep62f),
        f32("a long float is rounded", "f64.const 1.00000005960464477539 0xb6", 1f),
        f32("one too large becomes infinite", "f64.const 1e40 0xb6", Float.POSITIVE_INFINITY),
        nan("0 / 0 is the canonical NaN", "f64.const 0 f64.const 0 0xa3"),
        nan("the root of -1 is the canonical NaN", "f64.const -1 0x9f"),
        nan("a payload does not survive an addition", SIGNALLING + "f64.const 1 0xa0"),
        nan("nor a minimum", SIGNALLING + "f64.const 1 0xa4"),
        nan("nor a rounding", SIGNALLING + "0x9c"),
        nan("nor a promotion", "i32.const 0x7f800123 0xbe 0xbb"),
        new Fact("nor a demotion", F32, SIGNALLING + "0xb6", 0x7fc0_0000),
        new Fact("a payload survives a negation", F64, SIGNALLING + "0x9a", 0xfff0_0000_0000_0123L),
        new Fact(
            "and a select",
            F64,
            SIGNALLING + "f64.const 1 i32.const 1 select",
            0x7ff0_0000_0000_0123L),
        new Fact(
            "and the memory",
            F64,
            "i32.const 8 " + SIGNALLING + "f64.store 0 i32.const 8 f64.load 0",
            0x7ff0_0000_0000_0123L),
        i32("a NaN equals nothing", "f64.const NaN f64.const NaN 0x61", 0),
        i32("a NaN differs from itself", "f64.const NaN f64.const NaN 0x62", 1),
        i32("a NaN is not less", "f64.const NaN f64.const 1 0x63", 0),
        i32("0 equals -0", "f64.const 0 f64.const -0.0 0x61", 1),
        i32(
            "a fraction is cut off before the range is seen",
            "f64.const -2147483648.9 0xaa",
            Integer.MIN_VALUE),
        i32("-0.9 is an unsigned 0", "f64.const -0.9 0xab", 0),
        i32("the largest u32 with a fraction", "f64.const 4294967295.9 0xab", -1),
        i32("a saturated NaN is 0", "f64.const NaN 0xfc 0x02", 0),
        i32("a saturated 1e30", "f64.const 1e30 0xfc 0x02", Integer.MAX_VALUE),
        i32("a saturated -1 without a sign", "f64.const -1 0xfc 0x03", 0),
        i64("a saturated 1e30 of 64 bits", "f64.const 1e30 0xfc 0x07", -1));
  }

  static List<Fact> control() {
    return List.of(
        i32(
            "br_table takes its default beyond its entries",
            "block void block void i32.const -1 0x0e 0x01 0x01 0x00 end i32.const 7 local.set 0 end"
                + " local.get 0",
            7),
        i32("a branch takes the value on top", "block i32 i32.const 1 i32.const 2 br 0 end", 2),
        i32(
            "a br_if that is not taken leaves the value",
            "block i32 i32.const 5 i32.const 0 br_if 0 i32.const 1 i32.add end",
            6),
        i32(
            "select takes the first where the condition holds",
            "i32.const 1 i32.const 2 i32.const 9 select",
            1),
        i32(
            "an if without an else",
            "i32.const 4 local.set 0 i32.const 0 if void i32.const 5 local.set 0 end local.get 0",
            4),
        i32("what lies below a block stays", "i32.const 3 block void br 0 end", 3),
        i32("return leaves what lies below", "i32.const 3 i32.const 4 return", 4),
        i32(
            "a loop's label is its beginning",
            "loop void local.get 0 i32.const 1 i32.add local.tee 0 i32.const 10 i32.lt_s br_if 0"
                + " end local.get 0",
            10),
        i32("locals begin with 0", "local.get 0", 0),
        i32("results come in order", "call 0 i32.sub", 3),
        i32(
            "what follows a branch is not run",
            "block i32 i32.const 1 br 0 i32.const 0 i32.div_s end",
            1));
  }

  /**
   * One page, two at most; "hello" is passive segment 0; table 0 has 4 entries, of which 0 is 0.
   */
  static List<Fact> memories() {
    return List.of(
        i32(
            "the low byte comes first",
            "i32.const 0 i32.const 0x01020304 i32.store 0 i32.const 0 i32.load8_u 0",
            4),
        i32(
            "a byte is loaded with its sign",
            "i32.const 0 i32.const 255 i32.store8 0 i32.const 0 i32.load8_s 0",
            -1),
        i32(
            "an address need not be aligned",
            "i32.const 1 i32.const 0x01020304 i32.store 0 i32.const 2 i32.load8_u 0",
            3),
        i32("growing tells the size before", "i32.const 1 memory.grow 0 memory.size 0 i32.add", 3),
        i32("growing beyond the maximum fails", "i32.const 2 memory.grow 0", -1),
        i32(
            "a fill takes the low byte",
            "i32.const 9 i32.const 0x1ff i32.const 1 memory.fill i32.const 9 i32.load 0",
            255),
        i32(
            "a copy may overlap upwards",
            "i32.const 0 i32.const 0x04030201 i32.store 0 i32.const 1 i32.const 0 i32.const 4"
                + " memory.copy i32.const 1 i32.load 0",
            0x0403_0201),
        i32(
            "a copy may overlap downwards",
            "i32.const 1 i32.const 0x04030201 i32.store 0 i32.const 0 i32.const 1 i32.const 4"
                + " memory.copy i32.const 0 i32.load 0",
            0x0403_0201),
        i32(
            "a part of a segment",
            "i32.const 0 i32.const 1 i32.const 4 memory.init 0 i32.const 0 i32.load 0",
            0x6f6c_6c65),
        i32(
            "a dropped segment is empty",
            "data.drop 0 i32.const 0 i32.const 0 i32.const 0 memory.init 0 i32.const 1",
            1),
        i32("a table grows", "ref.null i32.const 3 table.grow table.size i32.add", 11),
        i32("a table does not grow beyond its maximum", "ref.null i32.const 99 table.grow", -1),
        i32(
            "what a table grew by is empty",
            "ref.null i32.const 1 table.grow drop i32.const 4 table.get 0 ref.is_null",
            1),
        i32("a function in a table is not null", "i32.const 0 table.get 0 ref.is_null", 0),
        i32(
            "a copied entry can be called",
            "i32.const 3 i32.const 0 i32.const 1 table.copy i32.const 3 call_indirect 0 i32.sub",
            3));
  }

  private static Fact i32(String name, String code, int value) {
    return new Fact(name, I32, code, value);
  }

  private static Fact i64(String name, String code, long value) {
    return new Fact(name, I64, code, value);
  }

  private static Fact f32(String name, String code, float value) {
    return new Fact(name, F32, code, Float.floatToRawIntBits(value));
  }

  private static Fact f64(String name, String code, double value) {
    return new Fact(name, F64, code, Double.doubleToRawLongBits(value));
  }

  private static Fact nan(String name, String code) {
    return new Fact(name, F64, code, F64_NAN);
  }
}

package io.banyan.compute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What compiled code makes of comparisons is what the interpreter says, however they are used. */
class ComparisonTest {
  /** Each of the ways below that says "it holds", as a bit; and one that always does. */
  private static final long HOLDS = 0b1111111;

  private static final long ALWAYS = 0b0100000;

  /**
   * @param opcode of the instruction
   * @param operands how many it takes
   * @param values to compare, as bits
   */
  record Instruction(int opcode, int operands, ValueType type, List<Long> values) {
    @Override
    public String toString() {
      return "0x" + Integer.toHexString(opcode);
    }

    private String code() {
      return "local.get 0 " + (operands == 1 ? "" : "local.get 1 ") + this + " ";
    }
  }

  static Stream<Instruction> instructions() {
    List<Long> ints = bits(0, 1, -1, 5, Integer.MAX_VALUE, Integer.MIN_VALUE);
    List<Long> longs =
        bits(0, 1, -1, 1L << 32, (1L << 32) + 1, Integer.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE);
    List<Instruction> all = new ArrayList<>();
    all.add(new Instruction(0x45, 1, ValueType.I32, ints)); // i32.eqz
    add(all, 0x46, 0x4f, ValueType.I32, ints);
    all.add(new Instruction(0x50, 1, ValueType.I64, longs)); // i64.eqz
    add(all, 0x51, 0x5a, ValueType.I64, longs);
    add(all, 0x5b, 0x60, ValueType.F32, floats());
    add(all, 0x61, 0x66, ValueType.F64, doubles());
    return all.stream();
  }

  private static void add(
      List<Instruction> all, int first, int last, ValueType type, List<Long> values) {
    for (int opcode = first; opcode <= last; opcode++) {
      all.add(new Instruction(opcode, 2, type, values));
    }
  }

  private static List<Long> bits(long... values) {
    return LongStream.of(values).boxed().toList();
  }

  private static List<Long> doubles() {
    return Stream.of(
            0.0, -0.0, 1.0, -1.0, Double.MIN_VALUE, Double.NaN, Double.POSITIVE_INFINITY, -1e300)
        .map(Double::doubleToRawLongBits)
        .toList();
  }

  private static List<Long> floats() {
    return Stream.of(0f, -0f, 1f, -1f, Float.MIN_VALUE, Float.NaN, Float.NEGATIVE_INFINITY, 1e30f)
        .map(value -> (long) Float.floatToRawIntBits(value))
        .toList();
  }

  private static TestingModule module(Instruction instruction) {
    String compare = instruction.code();
    String code =
        String.join(
            " ",
            compare,
            compare + "if i32 i32.const 2 else i32.const 0 end i32.add",
            compare + "i32.eqz if i32 i32.const 0 else i32.const 4 end i32.add",
            "block i32 i32.const 8 " + compare + "i32.eqz i32.eqz br_if 0 drop i32.const 0 end",
            "i32.add",
            // What jumps here is another's number, so that comparing and jumping stay apart.
            "block i32 i32.const 1 i32.const 0 br_if 0 drop " + compare + "end",
            "if i32 i32.const 16 else i32.const 0 end i32.add",
            "block i32 i32.const 1 i32.const 1 br_if 0 drop " + compare + "end",
            "if i32 i32.const 32 else i32.const 0 end i32.add",
            "i32.const 64 i32.const 0 " + compare + "select i32.add");
    Signature signature =
        new Signature(List.of(instruction.type(), instruction.type()), List.of(ValueType.I32));
    return new TestingModule().memory(1).function("ways", signature, "", code);
  }

  @ParameterizedTest
  @MethodSource("instructions")
  void aComparisonHoldsTheSameWayInAllUses(Instruction instruction) throws RefusedException {
    byte[] wasm = module(instruction).bytes();
    SpecEngine.Running compiled = new SpecEngine("c", new EndiveRunner()).load(wasm).start();
    SpecEngine.Running interpreted =
        new SpecEngine("i", new InterpretingRunner()).load(wasm).start();

    for (long a : instruction.values()) {
      for (long b : instruction.values()) {
        long[] found = compiled.call("ways", a, b);

        assertArrayEquals(interpreted.call("ways", a, b), found, () -> a + " and " + b);
        assertEquals(found[0] % 2 == 1 ? HOLDS : ALWAYS, found[0], () -> a + " and " + b);
      }
    }
  }
}

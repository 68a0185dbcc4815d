package io.banyan.compute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A handful of the specification, for builds that have no core test suite. */
class SpecFactsTest {
  private static final Signature PAIR =
      new Signature(List.of(), List.of(ValueType.I32, ValueType.I32));

  static Stream<SpecFacts.Fact> facts() {
    return Stream.of(
            SpecFacts.integers(), SpecFacts.floats(), SpecFacts.control(), SpecFacts.memories())
        .flatMap(List::stream);
  }

  @ParameterizedTest
  @MethodSource("facts")
  void eachFactHolds(SpecFacts.Fact fact) throws RefusedException {
    long[] results = call(fact.type(), fact.code());

    assertEquals(1, results.length);
    assertEquals(
        Long.toHexString(mask(fact.type(), fact.bits())),
        Long.toHexString(mask(fact.type(), results[0])));
  }

  private static long[] call(ValueType type, String code) throws RefusedException {
    TestingModule module =
        new TestingModule()
            .memory(1, 2)
            .passiveData("hello")
            .table(4, 10, 0)
            .function("", PAIR, "", "i32.const 5 i32.const 2")
            .function("fact", new Signature(List.of(), List.of(type)), "i32 i64 f32 f64", code);
    SpecEngine engine = new SpecEngine("compiled", new EndiveRunner());
    return engine.load(module.bytes()).start().call("fact");
  }

  private static long mask(ValueType type, long bits) {
    return switch (type) {
      case I32, F32 -> bits & 0xffff_ffffL;
      case I64, F64, FUNCREF, EXTERNREF -> bits;
    };
  }

  @Test
  void allResultsAreReturnedInOrder() throws RefusedException {
    TestingModule module =
        new TestingModule().memory(1).function("pair", PAIR, "", "i32.const 5 i32.const 2");

    assertArrayEquals(
        new long[] {5, 2},
        new SpecEngine("compiled", new EndiveRunner()).load(module.bytes()).start().call("pair"));
  }

  @Test
  void aCanonicalNanHasTheQuietBitAndNoOther() {
    SpecValue canonical = SpecValue.of("f32", "nan:canonical");

    assertTrue(canonical.matches(0x7fc0_0000));
    assertTrue(canonical.matches(0xffc0_0000));
    assertFalse(canonical.matches(0x7fc0_0001));
    assertFalse(canonical.matches(0x7f80_0000));
  }

  @Test
  void anArithmeticNanHasTheQuietBit() {
    SpecValue arithmetic = SpecValue.of("f64", "nan:arithmetic");

    assertTrue(arithmetic.matches(0x7ff8_0000_0000_0001L));
    assertTrue(arithmetic.matches(0xfff8_0000_0000_0000L));
    assertFalse(arithmetic.matches(0x7ff0_0000_0000_0001L));
  }
}

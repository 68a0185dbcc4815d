package io.banyan.compute;

import static io.banyan.compute.TestingModule.VOID;
import static io.banyan.compute.ValueType.EXTERNREF;
import static io.banyan.compute.ValueType.F32;
import static io.banyan.compute.ValueType.F64;
import static io.banyan.compute.ValueType.FUNCREF;
import static io.banyan.compute.ValueType.I32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.banyan.schema.Outcome;
import io.banyan.schema.TrapKind;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What Endive 1.0.0 gets wrong, in its compiler or its interpreter, and comes out right with us in
 * both. Generated modules found each of them.
 */
final class EngineFaultsTest {
  private static final Signature I32_TO_I32 = new Signature(List.of(I32), List.of(I32));
  private static final Signature TO_I32 = new Signature(List.of(), List.of(I32));
  private static final Signature TO_TWO = new Signature(List.of(), List.of(I32, I32));

  static Stream<SpecEngine> engines() {
    return Stream.of(
        new SpecEngine("compiler", new EndiveRunner()),
        new SpecEngine("interpreter", new InterpretingRunner()));
  }

  private static List<Integer> results(SpecEngine engine, TestingModule module, long... args)
      throws RefusedException {
    long[] results = engine.load(module.bytes()).start().call("f", args);
    return Arrays.stream(results).mapToObj(each -> (int) each).toList();
  }

  private static Outcome outcome(SpecEngine engine, TestingModule module) {
    CallEndException thrown = assertThrows(CallEndException.class, () -> results(engine, module));
    return ((CallEnd.Bad) thrown.end()).outcome();
  }

  /** A module with this function, whose type has index 0, and then {@code type} as 1. */
  private static TestingModule module(Signature signature, Signature type, String code) {
    TestingModule module = new TestingModule().memory(1).function("f", signature, "i32", code);
    module.type(type);
    return module;
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aBranchOutOfABlockDropsTheBlocksParameters(SpecEngine engine) throws RefusedException {
    String code = "i32.const 1 i32.const 0 block 1 i32.const 7 br 0 end drop";

    assertEquals(List.of(1), results(engine, module(TO_I32, I32_TO_I32, code)));
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aBranchOutOfAnIfDropsTheIfsParameters(SpecEngine engine) throws RefusedException {
    String code =
        "i32.const 1 i32.const 0 i32.const 1 if 1 i32.const 7 br 0 else i32.const 8 br 0 end drop";

    assertEquals(List.of(1), results(engine, module(TO_I32, I32_TO_I32, code)));
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aFunctionWithoutResultsIsLeftWithOperandsBelow(SpecEngine engine) throws RefusedException {
    Signature signature = new Signature(List.of(I32), List.of());
    String code = "i32.const 0 local.get 0 br_if 0 drop block void end";

    assertEquals(List.of(), results(engine, module(signature, VOID, code), 1));
  }

  private static final String TWICE_AROUND =
      "loop 1 local.get 0 i32.const 1 i32.add local.set 0"
          + " local.get 0 i32.const 3 i32.lt_s br_if 0 i32.const 1 i32.const 2 end";

  @ParameterizedTest
  @MethodSource("engines")
  void aBranchToALoopLeavesTheOperandsBelowTheLoop(SpecEngine engine) throws RefusedException {
    String code = "i32.const 100 " + TWICE_AROUND + " i32.add i32.sub";

    assertEquals(List.of(97), results(engine, module(TO_I32, TO_TWO, code)));
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aBranchToALoopLeavesTheOperandsOfTheCaller(SpecEngine engine) throws RefusedException {
    TestingModule module =
        module(TO_I32, TO_TWO, "i32.const 100 call 1 i32.add i32.sub")
            .function("", TO_TWO, "i32", TWICE_AROUND);

    assertEquals(List.of(97), results(engine, module));
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aBranchToALoopLeavesWhatIsAboveItsParametersBehind(SpecEngine engine)
      throws RefusedException {
    // The parameter is counted up; each round leaves two operands.
    String code =
        "i32.const 0 loop 1 i32.const 1 i32.add local.tee 0"
            + " i32.const 50 i32.const 60 local.get 0"
            + " local.get 0 i32.const 5 i32.lt_s br_if 0 drop drop drop end";

    assertEquals(List.of(5), results(engine, module(TO_I32, I32_TO_I32, code)));
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aProductOfManyBitsWhoseLower32AreZeroIsFalse(SpecEngine engine) throws RefusedException {
    String code =
        "i32.const -2147483648 i32.const -822083584 i32.mul"
            + " if i32 i32.const 1 else i32.const 2 end";

    assertEquals(List.of(2), results(engine, module(TO_I32, VOID, code)));
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aProductOfManyBitsReachesTheHostAs32Bits(SpecEngine engine) throws RefusedException {
    String code = "i32.const 65537 i32.const 65537 i32.mul";
    long[] results = engine.load(module(TO_I32, VOID, code).bytes()).start().call("f");

    assertEquals(List.of(0x20001L), Arrays.stream(results).boxed().toList());
  }

  @ParameterizedTest
  @CsvSource({
    "i32.const -8 i32.const 1 i32.store8 42",
    "i32.const -8 i64.const 1 i64.store8 42",
    "i32.const -8 i64.const 1 i64.store32 42",
    "i32.const -8 i32.const 1 i32.store8 4294967295",
    "i32.const -8 i64.const 1 i64.store32 4294967295",
    "i32.const -8 i32.const 1 i32.store16 42",
    "i32.const -8 i64.const 1 i64.store16 42",
    "i32.const -8 i32.const 1 i32.store 42",
    "i32.const -8 i64.const 1 i64.store 42",
    "i32.const -8 i32.load8_u 42 drop",
  })
  void anAddressThatExceeds32BitsWithItsOffsetIsOutOfBounds(String code) {
    TestingModule module = module(VOID, VOID, code);

    assertEquals(
        List.of(
            new Outcome.Trapped(TrapKind.MEMORY_OUT_OF_BOUNDS),
            new Outcome.Trapped(TrapKind.MEMORY_OUT_OF_BOUNDS)),
        engines().map(engine -> outcome(engine, module)).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"i32.store8 65535", "i64.store8 65535", "i64.store32 65532"})
  void aStoreThatEndsWhereTheMemoryEndsIsDone(String store) throws RefusedException {
    String value = store.startsWith("i32") ? "i32.const 1 " : "i64.const 16777216 ";
    String code = "i32.const 0 " + value + store + " i32.const 65535 i32.load8_u 0";
    TestingModule module = module(TO_I32, VOID, code);

    for (SpecEngine engine : engines().toList()) {
      int expected = store.equals("i64.store8 65535") ? 0 : 1;
      assertEquals(List.of(expected), results(engine, module));
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aFunctionNamesItselfIfAnExportDeclaresIt(SpecEngine engine) throws RefusedException {
    assertEquals(List.of(0), results(engine, module(TO_I32, VOID, "ref.func 0 ref.is_null")));
  }

  @ParameterizedTest
  @MethodSource("engines")
  void aFunctionNamesItselfIfASegmentDeclaresIt(SpecEngine engine) throws RefusedException {
    TestingModule module = module(TO_I32, VOID, "ref.func 0 ref.is_null").table(1, 1, 0);

    assertEquals(List.of(0), results(engine, module));
  }

  @ParameterizedTest
  @MethodSource("engines")
  void anImportWithoutResultsLeavesNothing(SpecEngine engine) throws RefusedException {
    TestingModule module =
        new TestingModule()
            .imports(HostImport.PROGRESS)
            .memory(1)
            .function(
                "f",
                TO_I32,
                "",
                "i32.const 7 i32.const 5 i32.const 1 call 0 i32.const 100 i32.add i32.sub");

    assertEquals(List.of(-98), results(engine, module));
  }

  @Test
  void resultsThatDifferInTheKindOfReferenceOnlyAreRefusedByTheCompiler() {
    TestingModule module = moduleReturning(List.of(F32, FUNCREF), List.of(F32, EXTERNREF));

    RefusedException refused =
        assertThrows(
            RefusedException.class,
            () -> new EndiveRunner().compile(Rewriter.rewrite(module.bytes())));
    assertEquals(Rule.ENGINE, refused.rule());
  }

  @ParameterizedTest
  @MethodSource("engines")
  void resultsThatDifferInTheirNumbersAreTold(SpecEngine engine) throws RefusedException {
    TestingModule module = moduleReturning(List.of(F32, EXTERNREF), List.of(F64, FUNCREF));

    assertEquals(List.of(2), results(engine, module));
  }

  /** Counts how many of two functions return a null behind a number. */
  private static TestingModule moduleReturning(List<ValueType> one, List<ValueType> other) {
    return new TestingModule()
        .memory(1)
        .function(
            "f",
            TO_I32,
            "i32",
            "call 1 ref.is_null local.set 0 drop"
                + " call 2 ref.is_null local.get 0 i32.add local.set 0 drop local.get 0")
        .function("", new Signature(List.of(), one), "", constants(one))
        .function("", new Signature(List.of(), other), "", constants(other));
  }

  private static String constants(List<ValueType> types) {
    return types.stream()
        .map(
            type ->
                switch (type) {
                  case I32 -> "i32.const 1";
                  case I64 -> "i64.const 1";
                  case F32 -> "f32.const 1";
                  case F64 -> "f64.const 1";
                  case FUNCREF -> "ref.null";
                  case EXTERNREF -> "0xd0 0x6f";
                })
        .collect(Collectors.joining(" "));
  }
}

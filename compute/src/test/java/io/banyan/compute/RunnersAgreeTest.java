package io.banyan.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.banyan.schema.CallLimits;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Interpreter and compiler come to the same outcome, output and fuel. */
class RunnersAgreeTest {
  private static final Runner COMPILER = new EndiveRunner();
  private static final Runner INTERPRETER = new InterpretingRunner();
  private static final CallLimits LIMITS =
      new CallLimits(
          3_000_000,
          4L * CallLimits.PAGE_BYTES,
          TestingSandbox.LIMITS.depthBytesMax(),
          TestingSandbox.LIMITS.outputBytesMax(),
          TestingSandbox.PATIENT_MILLIS);

  @Property(tries = 150)
  void aboutRandomGuests(@ForAll long seed) {
    assertAgreement(TestingGuests.guest(seed), (byte) (seed & 15), (byte) 3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "unreachable",
        "i32.const 1 i32.const 0 i32.div_s drop i64.const 0",
        "i32.const -2147483648 i32.const -1 i32.div_s drop i64.const 0",
        "f32.const NaN i32.trunc_f32_s drop i64.const 0",
        "i32.const 65533 i32.load 0 drop i64.const 0",
        "i32.const -1 i32.load8_u 0 drop i64.const 0",
        "i32.const 2147483647 i32.load8_u 2147483646 drop i64.const 0",
        "i32.const 0 i32.load8_u 4294967295 drop i64.const 0",
        "i32.const 65535 i32.const 1 i32.const 2 memory.fill i64.const 0",
        "i32.const 0 i32.const -8 i32.const 16 memory.copy i64.const 0",
        "loop void br 0 end i64.const 0",
        "local.get 0 local.get 1 call 1",
        "local.get 0 local.get 1 i32.const 0 call_indirect 1",
        "local.get 0 local.get 1 i32.const 1 call_indirect 1",
        "local.get 0 local.get 1 i32.const 9 call_indirect 1",
        "local.get 0 i32.const 0 call_indirect 0 drop i64.const 0",
      })
  void aboutHowGuestsEnd(String execute) {
    assertAgreement(TestingModule.reactor(execute).table(2, 2, 1), (byte) 1);
  }

  private static void assertAgreement(TestingModule module, byte... input) {
    byte[] wasm = module.bytes();
    List<String> told =
        Stream.of(COMPILER, INTERPRETER)
            .map(runner -> TestingRun.load(runner, wasm))
            .map(loaded -> TestingRun.execute(loaded, LIMITS, List.of(input)).getFirst())
            .map(TestingRun::told)
            .toList();
    assertEquals(told.get(1), told.get(0));
  }
}

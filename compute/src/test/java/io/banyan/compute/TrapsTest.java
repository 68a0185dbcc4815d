package io.banyan.compute;

import static io.banyan.compute.TestingModule.CALL;
import static io.banyan.compute.TestingModule.NOTHING;
import static io.banyan.compute.TestingModule.VOID;
import static io.banyan.compute.TestingModule.reactor;
import static io.banyan.compute.TestingSandbox.outcome;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.banyan.schema.LimitKind;
import io.banyan.schema.Outcome;
import io.banyan.schema.TrapKind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrapsTest {
  private final TestingSandbox sandbox = new TestingSandbox();

  @AfterAll
  void close() {
    sandbox.close();
  }

  @ParameterizedTest
  @CsvSource({
    "UNREACHABLE, unreachable",
    "MEMORY_OUT_OF_BOUNDS, i32.const 65533 i32.load 0",
    "MEMORY_OUT_OF_BOUNDS, i32.const -4 i32.load 0",
    "MEMORY_OUT_OF_BOUNDS, i32.const -4 i32.load 8",
    "MEMORY_OUT_OF_BOUNDS, i32.const 0 i32.load 2147483647",
    "MEMORY_OUT_OF_BOUNDS, i32.const 2147483647 i32.load 2147483647",
    "MEMORY_OUT_OF_BOUNDS, i32.const 65536 i32.load8_u 0",
    "MEMORY_OUT_OF_BOUNDS, i32.const 65529 i64.const 1 i64.store 0 i32.const 0",
    "MEMORY_OUT_OF_BOUNDS, i32.const 8 i32.const 0 i32.const -4 memory.copy i32.const 0",
    "MEMORY_OUT_OF_BOUNDS, i32.const 65537 i32.const 0 i32.const 0 memory.copy i32.const 0",
    "MEMORY_OUT_OF_BOUNDS, i32.const 16 i32.const 1 i32.const -1 memory.fill i32.const 0",
    "MEMORY_OUT_OF_BOUNDS, i32.const -8 i32.const 1 i32.const 16 memory.fill i32.const 0",
    "MEMORY_OUT_OF_BOUNDS, i32.const 65537 i32.const 1 i32.const 0 memory.fill i32.const 0",
    "MEMORY_OUT_OF_BOUNDS, i32.const 0 i32.const 0 i32.const 6 memory.init 0 i32.const 0",
    "MEMORY_OUT_OF_BOUNDS, i32.const 0 i32.const 1 i32.const -1 memory.init 0 i32.const 0",
    "MEMORY_OUT_OF_BOUNDS, i32.const 0 i32.const 0 i32.const 1 memory.init 1 i32.const 0",
    "MEMORY_OUT_OF_BOUNDS,"
        + " data.drop 0 i32.const 0 i32.const 0 i32.const 1 memory.init 0 i32.const 0",
    "TABLE_OUT_OF_BOUNDS, i32.const 4 table.get 0 drop i32.const 0",
    "TABLE_OUT_OF_BOUNDS, i32.const -1 table.get 0 drop i32.const 0",
    "TABLE_OUT_OF_BOUNDS, i32.const 4 ref.null table.set 0 i32.const 0",
    "TABLE_OUT_OF_BOUNDS, i32.const 1 ref.null i32.const 4 table.fill i32.const 0",
    "TABLE_OUT_OF_BOUNDS, i32.const 1 i32.const 0 i32.const 4 table.copy i32.const 0",
    "TABLE_OUT_OF_BOUNDS, i32.const 0 i32.const 1 i32.const 2147483647 table.copy i32.const 0",
    "TABLE_OUT_OF_BOUNDS, i32.const 4 call_indirect 0 i32.const 0",
    "UNINITIALIZED_ELEMENT, i32.const 2 call_indirect 0 i32.const 0",
    "INDIRECT_CALL_TYPE_MISMATCH,"
        + " i32.const 0 i32.const 0 i32.const 0 call_indirect 1 drop i32.const 0",
    "INTEGER_DIVIDE_BY_ZERO, i32.const 1 i32.const 0 i32.div_s",
    "INTEGER_DIVIDE_BY_ZERO, i32.const 1 i32.const 0 i32.rem_u",
    "INTEGER_DIVIDE_BY_ZERO, i64.const 1 i64.const 0 i64.div_u drop i32.const 0",
    "INTEGER_OVERFLOW, i32.const -2147483648 i32.const -1 i32.div_s",
    "INTEGER_OVERFLOW, f64.const 1e300 i32.trunc_f64_s",
    "INTEGER_OVERFLOW, f32.const -1 i32.trunc_f32_u",
    "INVALID_CONVERSION_TO_INTEGER, f64.const NaN i32.trunc_f64_s",
    "INVALID_CONVERSION_TO_INTEGER, f32.const NaN i64.trunc_f32_s drop i32.const 0",
  })
  void eachTrapHasItsKind(TrapKind kind, String code) {
    // Type 0 is that of function 0, in the table's first two of three places; type 1 is another.
    TestingModule module =
        new TestingModule()
            .function("", VOID, "", "")
            .memory(1)
            .table(3, 10, 0, 0)
            .passiveData("hello")
            .data(0, "active")
            .function("execute", CALL, "", code + " drop " + NOTHING)
            .alloc();

    assertEquals(new Outcome.Trapped(kind), outcome(sandbox.execute(module)));
  }

  @Test
  void anAccessThatEndsWhereMemoryEndsIsWithinBounds() {
    String code = "i32.const 65532 i32.load 0 drop i32.const 65532 i32.const 1 i32.const 4";

    assertEquals(
        new Outcome.Completed(),
        outcome(sandbox.execute(reactor(code + " memory.fill " + NOTHING))));
  }

  @Test
  void emptyBulkOperationsAtTheEndAreWithinBounds() {
    String code =
        "i32.const 65536 i32.const 1 i32.const 0 memory.fill"
            + " i32.const 65536 i32.const 65536 i32.const 0 memory.copy ";

    assertEquals(new Outcome.Completed(), outcome(sandbox.execute(reactor(code + NOTHING))));
  }

  @Test
  void anActiveSegmentOutsideTheMemoryTraps() {
    TestingModule module = reactor(NOTHING).data(65533, "four");

    assertEquals(
        new Outcome.Trapped(TrapKind.MEMORY_OUT_OF_BOUNDS), outcome(sandbox.execute(module)));
  }

  @Test
  void anActiveElementOutsideTheTableTraps() {
    TestingModule module = reactor(NOTHING).table(2, 2).element(2, 0);

    assertEquals(
        new Outcome.Trapped(TrapKind.TABLE_OUT_OF_BOUNDS), outcome(sandbox.execute(module)));
  }

  @Test
  void aTrapInTheStartFunctionHasItsKind() {
    TestingModule unreachable = reactor(NOTHING).function("", VOID, "", "unreachable").start(2);
    TestingModule division =
        reactor(NOTHING).function("", VOID, "", "i32.const 1 i32.const 0 i32.div_u drop").start(2);

    assertEquals(new Outcome.Trapped(TrapKind.UNREACHABLE), outcome(sandbox.execute(unreachable)));
    assertEquals(
        new Outcome.Trapped(TrapKind.INTEGER_DIVIDE_BY_ZERO), outcome(sandbox.execute(division)));
  }

  @Test
  void endlessRecursionExceedsTheDepth() {
    TestingModule direct = reactor("local.get 0 local.get 1 call 1");
    TestingModule indirect =
        reactor("local.get 0 local.get 1 i32.const 0 call_indirect 1").table(1, 1, 1);

    assertEquals(new Outcome.LimitExceeded(LimitKind.DEPTH), outcome(sandbox.execute(direct)));
    assertEquals(new Outcome.LimitExceeded(LimitKind.DEPTH), outcome(sandbox.execute(indirect)));
  }

  @Test
  void growingATableInOneCallLeavesTheNextCallAlone() {
    String code = "ref.null i32.const 5 table.grow drop";
    TestingModule module =
        reactor(code + " i32.const 0 table.size i32.store 0 i64.const 4").table(3, 10);
    GuestModule loaded = sandbox.load(module);

    for (int i = 0; i < 3; i++) {
      byte[] size = TestingSandbox.output(sandbox.call(TestingSandbox.execution(loaded)));
      assertEquals(8, size[0]);
    }
  }

  @Test
  void growingATableBeyondItsMaximumFails() {
    for (String count : new String[] {"8", "-1", "2147483647"}) {
      String code = "i32.const 0 ref.null i32.const %s table.grow i32.store 0 i64.const 4";
      TestingModule module = reactor(code.formatted(count)).table(3, 10);

      byte[] grown = TestingSandbox.output(sandbox.execute(module));
      assertEquals(-1, grown[0], count);
    }
  }
}

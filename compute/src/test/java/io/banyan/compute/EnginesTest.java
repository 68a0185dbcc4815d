package io.banyan.compute;

import static io.banyan.compute.TestingModule.ECHO;
import static io.banyan.compute.TestingModule.reactor;
import static io.banyan.compute.TestingSandbox.execution;
import static io.banyan.compute.TestingSandbox.onWorker;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a check needs to know: calls by either engine, and what modules and calls take. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EnginesTest {
  private final TestingSandbox sandbox = new TestingSandbox();

  @AfterAll
  void close() {
    sandbox.close();
  }

  private GuestModule apart(byte[] wasm, Engine engine) {
    return onWorker(
        () ->
            assertInstanceOf(LoadResult.Loaded.class, sandbox.sandbox.loadApart(wasm, engine))
                .module());
  }

  @Test
  void eitherEngineComesToTheSame() {
    byte[] wasm = reactor(ECHO).bytes();
    CallResult.Returned usual =
        assertInstanceOf(
            CallResult.Returned.class,
            sandbox.call(execution(sandbox.load(wasm), (byte) 1, (byte) 2)));

    for (Engine engine : Engine.values()) {
      GuestModule module = apart(wasm, engine);
      CallResult.Returned again =
          assertInstanceOf(
              CallResult.Returned.class, sandbox.call(execution(module, (byte) 1, (byte) 2)));

      assertArrayEquals(usual.output(), again.output());
      assertEquals(usual.fuel(), again.fuel());
      assertEquals(sandbox.load(wasm).digest(), module.digest());
      assertNotSame(sandbox.load(wasm), module, "what is apart is not kept");
    }
  }

  @Test
  void whatIsRefusedIsRefusedByBoth() {
    for (Engine engine : Engine.values()) {
      assertInstanceOf(
          LoadResult.Rejected.class,
          onWorker(() -> sandbox.sandbox.loadApart(new byte[] {1}, engine)));
    }
  }

  @Test
  void modulesArePreparedOnWorkersOnly() {
    byte[] wasm = reactor(ECHO).bytes();

    assertThrows(
        IllegalStateException.class, () -> sandbox.sandbox.loadApart(wasm, Engine.COMPILER));
  }

  @Test
  void callsSayHowMuchMemoryTheyCameToHave() {
    TestingModule growing = reactor("i32.const 3 memory.grow 0 drop " + ECHO);

    CallResult result = sandbox.execute(growing);

    assertEquals(4 << 16, result.report().memoryBytes());
  }

  @Test
  void modulesSayWhatTheyTakeOfEachLimit() {
    byte[] wasm = reactor(ECHO).bytes();
    Map<String, Measure> measures =
        sandbox.load(wasm).measures().stream()
            .collect(Collectors.toMap(Measure::rule, Function.identity()));

    assertEquals(wasm.length, measures.get("module-bytes").value());
    assertEquals(ModuleLimits.BODY_BYTES_MAX, measures.get("body-bytes").max());
    assertEquals(ModuleLimits.FUNCTION_COUNT_MAX, measures.get("function-count").max());
    assertTrue(measures.get("instruction-count").value() > measures.get("function-count").value());
    for (Measure measure : measures.values()) {
      assertTrue(measure.share() >= 0 && measure.share() <= 1, measure::toString);
    }
  }
}

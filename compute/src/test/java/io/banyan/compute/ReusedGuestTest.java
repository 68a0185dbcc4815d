package io.banyan.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.CallLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** An instance that is used again is, to whoever looks, a fresh one. */
class ReusedGuestTest {
  private static final Runner RUNNER = new EndiveRunner();
  private static final CallLimits LIMITS = TestingSandbox.LIMITS;

  @Test
  void anInstanceIsKeptForTheNextCallOnItsThread() {
    GuestModule module = TestingRun.load(RUNNER, TestingModule.reactor(TestingModule.ECHO));

    boolean kept =
        TestingSandbox.onWorker(
            () -> {
              TestingRun.run(TestingSandbox.execution(module, LIMITS, (byte) 1));
              EndiveGuest first = TestingRun.kept().orElseThrow();
              TestingRun.run(TestingSandbox.execution(module, LIMITS, (byte) 2));
              return TestingRun.kept().orElseThrow().equals(first);
            });

    assertTrue(kept);
  }

  @Property(tries = 300)
  void itTellsNothingOfTheCallsBefore(@ForAll long seed) {
    GuestModule module = TestingRun.load(RUNNER, TestingGuests.guest(seed));
    Random random = new Random(seed);
    CallLimits limits =
        new CallLimits(
            random.nextInt(4) == 0 ? 17_000 + random.nextInt(3_000) : LIMITS.fuel(),
            4L * CallLimits.PAGE_BYTES,
            LIMITS.depthBytesMax(),
            LIMITS.outputBytesMax(),
            LIMITS.wallMillis());
    List<byte[]> inputs = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      byte[] input = new byte[1 + random.nextInt(50)];
      random.nextBytes(input);
      input[0] &= 15;
      inputs.add(input);
    }

    List<String> reused =
        TestingRun.execute(module, limits, inputs).stream().map(TestingRun::told).toList();

    List<String> fresh =
        inputs.stream()
            .map(input -> TestingRun.execute(module, limits, List.of(input)).getFirst())
            .map(TestingRun::told)
            .toList();
    assertEquals(fresh, reused);
  }

  @Test
  void itIsNotKeptWhenTheCallTrapped() {
    assertFalse(isKeptAfterACall(TestingModule.reactor("unreachable")));
  }

  @Test
  void itIsNotKeptWhenItsMemoryOutgrewWhatAThreadKeeps() {
    int pages = WorkerThread.KEPT_MEMORY_BYTES_MAX / CallLimits.PAGE_BYTES;
    String grows = "i32.const %d memory.grow 0 drop i64.const 0";

    assertTrue(isKeptAfterACall(TestingModule.reactor(grows.formatted(pages - 1))));
    assertFalse(isKeptAfterACall(TestingModule.reactor(grows.formatted(pages))));
  }

  @Test
  void itIsNotKeptWhenTheHostWasCalledBeforeTheCallBegan() {
    TestingModule module =
        new TestingModule()
            .imports(HostImport.PROGRESS)
            .memory(1)
            .alloc()
            .function("execute", TestingModule.CALL, "", TestingModule.NOTHING)
            .function("_initialize", TestingModule.VOID, "", "i32.const 9 call 0");

    assertFalse(isKeptAfterACall(module));
  }

  @Test
  void itIsNotUsedForACallWithOtherMemoryOrDepth() {
    GuestModule module =
        TestingRun.load(
            RUNNER,
            TestingModule.reactor("i32.const 0 i32.const 1 memory.grow 0 i32.store 0 i64.const 4"));
    CallLimits small = TestingSandbox.limits(1, 1 << 20, TestingSandbox.PATIENT_MILLIS);

    List<String> told =
        TestingSandbox.onWorker(
            () ->
                List.of(
                    TestingRun.told(
                        TestingRun.run(TestingSandbox.execution(module, LIMITS, (byte) 1))),
                    TestingRun.told(
                        TestingRun.run(TestingSandbox.execution(module, small, (byte) 1)))));

    assertTrue(told.get(0).startsWith("01000000"), told.get(0));
    assertTrue(told.get(1).startsWith("ffffffff"), told.get(1));
  }

  private static boolean isKeptAfterACall(TestingModule testing) {
    GuestModule module = TestingRun.load(RUNNER, testing);
    return TestingSandbox.onWorker(
        () -> {
          TestingRun.run(TestingSandbox.execution(module, LIMITS, (byte) 1));
          return TestingRun.kept().isPresent();
        });
  }
}

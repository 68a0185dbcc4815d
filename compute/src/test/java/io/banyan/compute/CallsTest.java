package io.banyan.compute;

import static io.banyan.compute.TestingModule.CALL;
import static io.banyan.compute.TestingModule.ECHO;
import static io.banyan.compute.TestingModule.NOTHING;
import static io.banyan.compute.TestingModule.VOID;
import static io.banyan.compute.TestingModule.reactor;
import static io.banyan.compute.TestingSandbox.LIMITS;
import static io.banyan.compute.TestingSandbox.PATIENT_MILLIS;
import static io.banyan.compute.TestingSandbox.execution;
import static io.banyan.compute.TestingSandbox.limits;
import static io.banyan.compute.TestingSandbox.merge;
import static io.banyan.compute.TestingSandbox.onWorker;
import static io.banyan.compute.TestingSandbox.outcome;
import static io.banyan.compute.TestingSandbox.output;
import static io.banyan.compute.TestingSandbox.split;
import static io.banyan.compute.ValueType.I32;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.CallLimits;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.LimitKind;
import io.banyan.schema.Outcome;
import io.banyan.schema.TrapKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * One fact a test about what a call hands over and takes back; long, because the facts are many.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CallsTest {
  private final TestingSandbox sandbox = new TestingSandbox();

  @AfterAll
  void close() {
    sandbox.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void executeReturnsItsOutput() {
    CallResult result = sandbox.execute(reactor(ECHO), bytes("hello"));

    assertArrayEquals(bytes("hello"), output(result));
    // A page of memory is 8192; alloc 1 and 6 instructions, execute 1, a frame and 7.
    assertEquals(8192 + 7 + 8, ((CallResult.Returned) result).fuel());
    assertTrue(result.report().guestNanos() > 0);
  }

  @Test
  void anEmptyInputIsAllocatedAndAnEmptyOutputIsAValue() {
    assertArrayEquals(new byte[0], output(sandbox.execute(reactor(ECHO))));
  }

  @Test
  void eachCallHasAFreshInstance() {
    String counting =
        "i32.const 0 i32.const 0 i32.load 0 i32.const 1 i32.add i32.store 0 i64.const 4";
    GuestModule module = sandbox.load(reactor(counting));

    for (int i = 0; i < 3; i++) {
      assertArrayEquals(new byte[] {1, 0, 0, 0}, output(sandbox.call(execution(module))));
    }
  }

  @Test
  void initializeIsCalledOnceAndFirst() {
    String mark = "i32.const 0 i32.const 0 i32.load 0 i32.const 5 i32.add i32.store 0";
    TestingModule module = reactor("i64.const 1").function("_initialize", VOID, "", mark);

    assertArrayEquals(new byte[] {5}, output(sandbox.execute(module)));
  }

  @Test
  void configureGetsParamsAndSharedBlobsAsOneList() {
    // It remembers where the list lies; execute returns it.
    TestingModule module =
        reactor("i32.const 0 i64.load 0")
            .function(
                "configure",
                new Signature(List.of(I32, I32), List.of()),
                "",
                "i32.const 0 " + ECHO + " i64.store 0");
    Call call =
        new Call(
            sandbox.load(module),
            GuestFunction.EXECUTE,
            new CallInput.Bytes(bytes("ignored")),
            new Configuration(bytes("par"), List.of(bytes("one"), bytes(""))),
            LIMITS);

    byte[] expected = {
      3, 0, 0, 0, 3, 0, 0, 0, 'p', 'a', 'r', 3, 0, 0, 0, 'o', 'n', 'e', 0, 0, 0, 0
    };
    assertArrayEquals(expected, output(sandbox.call(call)));
    byte[] unconfigured = {1, 0, 0, 0, 0, 0, 0, 0};
    assertArrayEquals(unconfigured, output(sandbox.call(execution(call.module()))));
  }

  @Test
  void mergeGetsItsPartsAsAList() {
    TestingModule module = reactor(ECHO).function("merge", CALL, "", ECHO);

    CallResult result =
        sandbox.call(merge(sandbox.load(module), LIMITS, bytes("ab"), bytes(""), bytes("c")));

    byte[] expected = {3, 0, 0, 0, 2, 0, 0, 0, 'a', 'b', 0, 0, 0, 0, 1, 0, 0, 0, 'c'};
    assertArrayEquals(expected, output(result));
  }

  @Test
  void aMergeOfMoreThanHalfTheMemoryIsNotRun() {
    GuestModule module = sandbox.load(reactor(ECHO).function("merge", CALL, "", "unreachable"));
    CallLimits limits = limits(2, 0, PATIENT_MILLIS);

    CallResult fits = sandbox.call(merge(module, limits, new byte[CallLimits.PAGE_BYTES - 2048]));
    CallResult exceeds = sandbox.call(merge(module, limits, new byte[CallLimits.PAGE_BYTES - 7]));

    assertEquals(new Outcome.Trapped(TrapKind.UNREACHABLE), outcome(fits));
    assertEquals(new Outcome.LimitExceeded(LimitKind.MERGE), outcome(exceeds));
  }

  @Test
  void splitReturnsItsParts() {
    GuestModule module = sandbox.load(reactor(ECHO).function("split", CALL, "", ECHO));
    byte[] list = {2, 0, 0, 0, 1, 0, 0, 0, 'a', 0, 0, 0, 0};

    CallResult result = sandbox.call(split(module, LIMITS, list));

    List<byte[]> parts = assertInstanceOf(CallResult.Divided.class, result).parts();
    assertEquals(2, parts.size());
    assertArrayEquals(bytes("a"), parts.get(0));
    assertArrayEquals(bytes(""), parts.get(1));
    assertEquals(new Outcome.Completed(), outcome(result));
  }

  @Test
  void splitReturnsAtMost4096Parts() {
    GuestModule module = sandbox.load(reactor(ECHO).function("split", CALL, "", ECHO));
    byte[] most = new byte[4 + 4 * 4096];
    most[1] = 0x10;
    byte[] tooMany = new byte[4 + 4 * 4097];
    tooMany[0] = 1;
    tooMany[1] = 0x10;

    CallResult full = sandbox.call(split(module, LIMITS, most));

    assertEquals(4096, assertInstanceOf(CallResult.Divided.class, full).parts().size());
    assertEquals(new Outcome.BadOutput(), outcome(sandbox.call(split(module, LIMITS, tooMany))));
  }

  @Test
  void aBrokenListIsBadOutput() {
    GuestModule module = sandbox.load(reactor(ECHO).function("split", CALL, "", ECHO));
    byte[][] broken = {
      {}, // no count
      {1, 0, 0}, // half a count
      {0, 0, 0, 0}, // no parts
      {1, 0, 0, 0}, // no length
      {1, 0, 0, 0, 2, 0, 0, 0, 'a'}, // a part that ends early
      {1, 0, 0, 0, -1, -1, -1, -1, 'a'}, // a length beyond all
      {1, 0, 0, 0, 1, 0, 0, 0, 'a', 'b'}, // bytes behind the last part
      {-1, -1, -1, -1}, // a count beyond all
    };

    for (byte[] list : broken) {
      assertEquals(new Outcome.BadOutput(), outcome(sandbox.call(split(module, LIMITS, list))));
    }
  }

  @Test
  void aSplitOfMoreThanAQuarterOfTheMemoryExceedsItsLimit() {
    CallLimits limits = limits(4, 0, PATIENT_MILLIS);
    GuestModule large =
        sandbox.load(
            new TestingModule()
                .memory(4)
                .alloc()
                .function("execute", CALL, "", NOTHING)
                .function("split", CALL, "", "i64.const 65537"));

    CallResult input = sandbox.call(split(large, limits, new byte[CallLimits.PAGE_BYTES + 1]));
    CallResult output = sandbox.call(split(large, limits));

    assertEquals(new Outcome.LimitExceeded(LimitKind.SPLIT), outcome(input));
    assertEquals(CallRecord.NOT_STARTED, input.report());
    assertEquals(new Outcome.LimitExceeded(LimitKind.SPLIT), outcome(output));
  }

  @Test
  void anOutputBeyondItsLimitExceedsIt() {
    CallLimits limits = limits(4, 100, PATIENT_MILLIS);
    GuestModule module = sandbox.load(reactor(ECHO));

    assertEquals(100, output(sandbox.call(execution(module, limits, new byte[100]))).length);
    assertEquals(
        new Outcome.LimitExceeded(LimitKind.OUTPUT),
        outcome(sandbox.call(execution(module, limits, new byte[101]))));
  }

  @Test
  void anOutputMustLieInTheMemory() {
    // Pointer and length, packed; the memory has 65 536 bytes.
    assertEquals(65_535, output(sandbox.execute(reactor("i64.const 0x10000ffff"))).length);
    for (String packed : new String[] {"0x100010000", "0x10001", "-1", "-4294967295"}) {
      assertEquals(
          new Outcome.BadOutput(),
          outcome(sandbox.execute(reactor("i64.const " + packed))),
          packed);
    }
  }

  @Test
  void anAllocThatReturnsZeroFailsTheCall() {
    TestingModule module =
        new TestingModule()
            .memory(1)
            .function("alloc", new Signature(List.of(I32), List.of(I32)), "", "i32.const 0")
            .function("execute", CALL, "", ECHO);
    GuestModule loaded = sandbox.load(module);

    assertEquals(
        new Outcome.Failed("the module has no room for 3 bytes: alloc failed"),
        outcome(sandbox.call(execution(loaded, bytes("abc")))));
    assertArrayEquals(new byte[0], output(sandbox.call(execution(loaded))));
  }

  @Test
  void anInputBeyondTheMemoryLimitHasNoRoom() {
    CallLimits onePage = limits(1, 100, PATIENT_MILLIS);

    assertEquals(
        new Outcome.Failed("the module has no room for 65537 bytes: alloc failed"),
        outcome(sandbox.call(execution(sandbox.load(reactor(ECHO)), onePage, new byte[65_537]))));
  }

  @Test
  void anAllocOutsideTheMemoryIsBadOutput() {
    assertEquals(new Outcome.BadOutput(), outcome(sandbox.execute(reactor(ECHO), new byte[65000])));
  }

  @Test
  void failGivesTheGuestsMessage() {
    TestingModule module = new TestingModule().imports(HostImport.FAIL).memory(1).alloc();
    module.function("execute", CALL, "", "local.get 0 local.get 1 call 0 unreachable");
    GuestModule loaded = sandbox.load(module);

    assertEquals(
        new Outcome.Failed("no such column: größe"),
        outcome(sandbox.call(execution(loaded, bytes("no such column: größe")))));
    assertEquals(
        new Outcome.Failed("a\ufffdb"),
        outcome(sandbox.call(execution(loaded, new byte[] {'a', (byte) 0xff, 'b'}))));
    assertEquals(
        new Outcome.Failed("x" + "ü".repeat(511)),
        outcome(sandbox.call(execution(loaded, bytes("x" + "ü".repeat(600))))));
  }

  @Test
  void failOutsideTheMemoryTraps() {
    TestingModule module = new TestingModule().imports(HostImport.FAIL).memory(1).alloc();
    module.function("execute", CALL, "", "i32.const 65536 i32.const 1 call 0 unreachable");

    assertEquals(
        new Outcome.Trapped(TrapKind.MEMORY_OUT_OF_BOUNDS), outcome(sandbox.execute(module)));
  }

  @Test
  void abortIsUnreachable() {
    TestingModule module = new TestingModule().imports(HostImport.ABORT).memory(1).alloc();
    String zeros = "i32.const 0 i32.const 0 i32.const 0 i32.const 0 call 0 ";
    module.function("execute", CALL, "", zeros + NOTHING);

    assertEquals(new Outcome.Trapped(TrapKind.UNREACHABLE), outcome(sandbox.execute(module)));
  }

  @Test
  void logAndProgressAreReported() {
    TestingModule module =
        new TestingModule().imports(HostImport.LOG).imports(HostImport.PROGRESS).memory(1).alloc();
    String log = "i32.const 2 local.get 0 local.get 1 call 0 i32.const 4000 call 1 ";
    module.function("execute", CALL, "", log + NOTHING);

    CallRecord report = sandbox.execute(module, bytes("careful")).report();

    assertEquals(new GuestLog(List.of(new LogLine(2, "careful")), false), report.log());
    assertEquals(1000, report.progressPermille());
  }

  @Test
  void theLogIsCapped() {
    TestingModule module = new TestingModule().imports(HostImport.LOG).memory(1).alloc();
    String loop =
        "loop void i32.const 0 local.get 0 local.get 1 call 0"
            + " local.get 2 i32.const 1 i32.add local.tee 2 i32.const 9000 i32.lt_s br_if 0 end ";
    module.function("execute", CALL, "i32", loop + NOTHING);
    GuestModule loaded = sandbox.load(module);

    GuestLog empty = sandbox.call(execution(loaded)).report().log();
    GuestLog long1 = sandbox.call(execution(loaded, new byte[50_000])).report().log();

    assertTrue(empty.truncated());
    assertEquals(GuestLog.BYTES_MAX / 16, empty.lines().size());
    assertTrue(long1.truncated());
    assertTrue(
        long1.lines().stream().mapToInt(line -> line.text().length()).sum() <= GuestLog.BYTES_MAX);
  }

  @Test
  void memoryGrowsToItsLimitAndNoFurther() {
    String grow =
        "i32.const 0 i32.const 7 memory.grow 0 i32.store 0"
            + " i32.const 4 i32.const 1 memory.grow 0 i32.store 0"
            + " i32.const 8 memory.size 0 i32.store 0 i64.const 12";
    GuestModule undeclared = sandbox.load(reactor(grow));
    GuestModule declared =
        sandbox.load(new TestingModule().memory(1, 8).alloc().function("execute", CALL, "", grow));

    byte[] expected = {1, 0, 0, 0, -1, -1, -1, -1, 8, 0, 0, 0};
    assertArrayEquals(
        expected, output(sandbox.call(execution(undeclared, limits(8, 100, PATIENT_MILLIS)))));
    assertArrayEquals(expected, output(sandbox.call(execution(declared, LIMITS))));
  }

  @Test
  void aModuleThatBeginsAboveTheLimitTraps() {
    GuestModule module =
        sandbox.load(new TestingModule().memory(9).alloc().function("execute", CALL, "", NOTHING));

    assertEquals(
        new Outcome.Trapped(TrapKind.MEMORY_OUT_OF_BOUNDS),
        outcome(sandbox.call(execution(module, limits(8, 100, PATIENT_MILLIS)))));
    assertEquals(
        "module begins with 576KiB of memory, --memory allows 512KiB",
        sandbox.sandbox.refusal(module, limits(8, 100, PATIENT_MILLIS)).orElseThrow());
  }

  @Test
  void callsOfOneModuleRunAtTheSameTime() {
    GuestModule module = sandbox.load(reactor(ECHO));
    List<FutureTask<Boolean>> workers = new ArrayList<>();
    for (int worker = 0; worker < 4; worker++) {
      byte[] input = bytes("worker " + worker);
      FutureTask<Boolean> task =
          new FutureTask<>(
              () -> {
                boolean same = true;
                for (int i = 0; i < 200; i++) {
                  byte[] output = output(sandbox.sandbox.call(execution(module, input)));
                  same &= Arrays.equals(input, output);
                }
                return same;
              });
      workers.add(task);
      Sandbox.workerThread("worker-" + worker, task).start();
    }

    for (FutureTask<Boolean> worker : workers) {
      assertTrue(TestingSandbox.await(worker));
    }
  }

  @Test
  void aCallMustFitItsModule() {
    GuestModule module = sandbox.load(reactor(ECHO));

    assertFalse(module.exports(GuestFunction.MERGE));
    assertThrows(IllegalArgumentException.class, () -> merge(module, LIMITS));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new Call(
                module,
                GuestFunction.EXECUTE,
                new CallInput.Parts(List.of()),
                Configuration.NONE,
                LIMITS));
  }

  @Test
  void aCallMustRunOnAWorkersThread() {
    Call call = execution(sandbox.load(reactor(ECHO)));

    assertThrows(IllegalStateException.class, () -> sandbox.sandbox.call(call));
    assertEquals(new Outcome.Completed(), outcome(onWorker(() -> sandbox.sandbox.call(call))));
  }

  @Test
  void aReactorThatExitsHasNoValue() {
    TestingModule module = new TestingModule().imports(HostImport.PROC_EXIT).memory(1).alloc();
    module.function("execute", CALL, "", "local.get 1 call 0 " + NOTHING);
    GuestModule loaded = sandbox.load(module);

    assertEquals(new Outcome.BadOutput(), outcome(sandbox.call(execution(loaded))));
    assertEquals(
        new Outcome.Trapped(TrapKind.NONZERO_EXIT),
        outcome(sandbox.call(execution(loaded, (byte) 0))));
  }
}

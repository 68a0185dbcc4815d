package io.banyan.compute;

import static io.banyan.compute.TestingModule.CALL;
import static io.banyan.compute.TestingModule.ECHO;
import static io.banyan.compute.TestingModule.NOTHING;
import static io.banyan.compute.TestingModule.VOID;
import static io.banyan.compute.TestingModule.reactor;
import static io.banyan.compute.TestingSandbox.LIMITS;
import static io.banyan.compute.TestingSandbox.PATIENT_MILLIS;
import static io.banyan.compute.TestingSandbox.await;
import static io.banyan.compute.TestingSandbox.execution;
import static io.banyan.compute.TestingSandbox.limits;
import static io.banyan.compute.TestingSandbox.noResult;
import static io.banyan.compute.TestingSandbox.onWorker;
import static io.banyan.compute.TestingSandbox.outcome;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.CallLimits;
import io.banyan.schema.Outcome;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Calls that the host ends. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EndingsTest {
  private static final String ENDLESS = "loop void br 0 end ";
  private static final CallLimits HASTY = limits(256, 1 << 20, 50);

  private final TestingSandbox sandbox = new TestingSandbox();

  @AfterAll
  void close() {
    sandbox.close();
  }

  @Test
  void anEndlessLoopEndsByWallTimeAndTheNextCallOnTheThreadWorks() {
    GuestModule endless = sandbox.load(reactor(ENDLESS + NOTHING));
    GuestModule echo = sandbox.load(reactor(ECHO));

    onWorker(
        () -> {
          for (int i = 0; i < 3; i++) {
            CallResult late = sandbox.sandbox.call(execution(endless, HASTY));
            assertEquals(NoResultReason.WALL_TIME, noResult(late));
            assertFalse(Thread.currentThread().isInterrupted());
            CallResult next = sandbox.sandbox.call(execution(echo));
            assertEquals(new Outcome.Completed(), outcome(next));
          }
          return true;
        });
  }

  @Test
  void anEndlessStartFunctionEndsByWallTime() {
    GuestModule module = sandbox.load(reactor(NOTHING).function("", VOID, "", ENDLESS).start(2));

    assertEquals(NoResultReason.WALL_TIME, noResult(sandbox.call(execution(module, HASTY))));
  }

  @Test
  void recursionInALoopEndsByWallTime() {
    // Function 2 calls itself a thousand deep, for ever again.
    String recursion = "local.get 0 if void local.get 0 i32.const 1 i32.sub call 2 end";
    GuestModule module =
        sandbox.load(
            reactor("loop void i32.const 1000 call 2 br 0 end " + NOTHING)
                .function("", new Signature(List.of(ValueType.I32), List.of()), "", recursion));

    assertEquals(NoResultReason.WALL_TIME, noResult(sandbox.call(execution(module, HASTY))));
  }

  @Test
  void aLoopThatTheJvmCountsEndsByWallTime() {
    // Its compiler leaves the safepoint polls out of such a loop, unless it is told not to.
    GuestModule module =
        sandbox.load(
            reactor(
                "loop void local.get 4 i64.const 7 i64.add i64.const 1000003 i64.rem_s local.set 4"
                    + " local.get 2 i32.const 1 i32.add local.tee 2 i32.const 2000000000 i32.lt_u"
                    + " br_if 0 end i64.const 0"));

    for (int call = 0; call < 3; call++) {
      assertEquals(NoResultReason.WALL_TIME, noResult(sandbox.call(execution(module, HASTY))));
    }
  }

  @Test
  void aStraightLineOfFillsEndsByWallTime() {
    // 900 times 16 MiB, with no loop and no call: only what is charged for them looks up.
    String fills = "i32.const 0 i32.const 1 i32.const 16777216 memory.fill ".repeat(900);
    GuestModule module =
        sandbox.load(
            new TestingModule()
                .memory(256, 256)
                .alloc()
                .function("execute", CALL, "", fills + NOTHING));

    assertEquals(NoResultReason.WALL_TIME, noResult(sandbox.call(execution(module, HASTY))));
  }

  @Test
  void fillingMemoryForEverEndsByWallTime() {
    String fill = "loop void i32.const 0 i32.const 1 i32.const 65536 memory.fill br 0 end ";

    assertEquals(
        NoResultReason.WALL_TIME,
        noResult(sandbox.call(execution(sandbox.load(reactor(fill + NOTHING)), HASTY))));
  }

  @Test
  void theCallersInterruptEndsTheCallAndIsUsedUp() throws InterruptedException {
    GuestModule endless = sandbox.load(reactor(ENDLESS + NOTHING));
    GuestModule echo = sandbox.load(reactor(ECHO));
    CountDownLatch calling = new CountDownLatch(1);
    FutureTask<Boolean> task =
        new FutureTask<>(
            () -> {
              calling.countDown();
              CallResult ended = sandbox.sandbox.call(execution(endless));
              assertEquals(NoResultReason.INTERRUPTED, noResult(ended));
              assertFalse(Thread.currentThread().isInterrupted());
              assertEquals(new Outcome.Completed(), outcome(sandbox.sandbox.call(execution(echo))));
              return true;
            });
    Thread worker = Sandbox.workerThread("worker", task);
    worker.start();

    calling.await();
    worker.interrupt();

    assertTrue(await(task));
  }

  @Test
  void anInterruptBeforeTheCallEndsIt() {
    GuestModule echo = sandbox.load(reactor(ECHO));

    onWorker(
        () -> {
          Thread.currentThread().interrupt();
          CallResult ended = sandbox.sandbox.call(execution(echo));
          assertEquals(NoResultReason.INTERRUPTED, noResult(ended));
          assertFalse(Thread.currentThread().isInterrupted());
          return true;
        });
  }

  @Test
  void aWatchThatHasEndedInterruptsNobody() throws InterruptedException {
    // Calls about as long as their wall time: some end in time and some do not, and the thread is
    // never interrupted between them.
    String loop =
        "loop void local.get 2 i32.const 1 i32.add local.tee 2 i32.const 400000 i32.lt_s br_if 0"
            + " end ";
    GuestModule module =
        sandbox.load(
            new TestingModule().memory(1).alloc().function("execute", CALL, "i32", loop + NOTHING));

    onWorker(
        () -> {
          for (int i = 0; i < 300; i++) {
            CallResult result = sandbox.sandbox.call(execution(module, limits(1, 0, 1)));
            assertFalse(Thread.currentThread().isInterrupted());
            assertTrue(
                result instanceof CallResult.Returned
                    || noResult(result) == NoResultReason.WALL_TIME,
                result::toString);
          }
          return true;
        });
  }

  @Test
  void aCallWaitsForItsMemory() {
    // Room for one call of eight pages at a time: twelve with what it reserves on top.
    try (TestingSandbox small =
        new TestingSandbox(new SandboxOptions(12L * CallLimits.PAGE_BYTES, 4))) {
      CallLimits limits = limits(8, 100, PATIENT_MILLIS);
      GuestModule endless = small.load(reactor(ENDLESS + NOTHING));
      GuestModule echo = small.load(reactor(ECHO));
      FutureTask<CallResult> first =
          new FutureTask<>(() -> small.sandbox.call(execution(endless, limits)));
      Thread holder = Sandbox.workerThread("holder", first);
      holder.start();
      untilNoPagesAreFree(small);
      FutureTask<CallResult> second =
          new FutureTask<>(() -> small.sandbox.call(execution(echo, limits)));
      FutureTask<CallResult> third =
          new FutureTask<>(() -> small.sandbox.call(execution(echo, limits)));
      Thread waiting = Sandbox.workerThread("waiting", second);
      Thread cancelled = Sandbox.workerThread("cancelled", third);
      waiting.start();
      cancelled.start();

      cancelled.interrupt();
      assertEquals(NoResultReason.INTERRUPTED, noResult(await(third)));
      assertFalse(second.isDone());
      holder.interrupt();

      assertEquals(NoResultReason.INTERRUPTED, noResult(await(first)));
      assertEquals(new Outcome.Completed(), outcome(await(second)));
    }
  }

  private static void untilNoPagesAreFree(TestingSandbox sandbox) {
    while (sandbox.sandbox.freePages() > 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aCallThatCanNeverFitIsRefusedAtOnce() {
    try (TestingSandbox small =
        new TestingSandbox(new SandboxOptions(12L * CallLimits.PAGE_BYTES, 4))) {
      GuestModule undeclared = small.load(reactor(ECHO));
      GuestModule declared =
          small.load(new TestingModule().memory(1, 8).alloc().function("execute", CALL, "", ECHO));

      String refusal = small.sandbox.refusal(undeclared, LIMITS).orElseThrow();
      assertEquals(
          "a call reserves 1.5 times 16MiB of memory, this node has 768KiB for guests:"
              + " give it --memory 512KiB or less, or this process more heap, -Xmx37m",
          refusal);
      assertEquals(NoResultReason.HOST_MEMORY, noResult(small.call(execution(undeclared, LIMITS))));
      assertTrue(small.sandbox.refusal(declared, LIMITS).isEmpty());
      assertEquals(new Outcome.Completed(), outcome(small.call(execution(declared, LIMITS))));
    }
  }

  @Test
  void memoryThatThisProcessDoesNotHaveIsNoResult() {
    // The budget lies: it promises more than the heap has.
    try (TestingSandbox lying = new TestingSandbox(new SandboxOptions(64L << 30, 4))) {
      CallLimits most =
          new CallLimits(
              CallLimits.FUEL_MAX, CallLimits.MEMORY_BYTES_MAX, 1 << 20, 100, PATIENT_MILLIS);
      GuestModule module = lying.load(reactor("i32.const 32000 memory.grow 0 drop " + NOTHING));

      assertEquals(NoResultReason.HOST_MEMORY, noResult(lying.call(execution(module, most))));
    }
  }
}

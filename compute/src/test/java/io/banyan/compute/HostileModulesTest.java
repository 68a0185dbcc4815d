package io.banyan.compute;

import static io.banyan.compute.TestingModule.CALL;
import static io.banyan.compute.TestingModule.ECHO;
import static io.banyan.compute.TestingModule.VOID;
import static io.banyan.compute.TestingSandbox.execution;
import static io.banyan.compute.TestingSandbox.limits;
import static io.banyan.compute.TestingSandbox.onWorker;
import static io.banyan.compute.TestingSandbox.output;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Modules made to hurt: none throws, none hangs, none leaves anything behind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileModulesTest {
  private static final int HANG_SECONDS = 120; // each takes a second or two, a hang for ever
  private static final int GC_ROUNDS_MAX = 20;
  private static final long HEAP_SLACK_BYTES = 16L << 20; // 16 MiB; one hostile memory has 256 MiB

  private final HostileRun run = new HostileRun();
  private final TestingSandbox sandbox = run.sandbox();

  /** An honest call beside each, which has its answer whatever the hostile one does. */
  private final GuestModule echo = sandbox.load(TestingModule.reactor(ECHO));

  private final long heapBytesBefore = heapBytes();

  static List<HostileModule> modules() {
    return HostileModule.all();
  }

  @ParameterizedTest
  @MethodSource("modules")
  void eachEndsAsItsKindDoes(HostileModule hostile) throws Exception {
    FutureTask<HostileRun.Report> running = new FutureTask<>(() -> run.run(hostile));
    Thread.ofPlatform().daemon().start(running);

    CallResult beside = sandbox.call(execution(echo, (byte) 42));
    HostileRun.Report report = running.get(HANG_SECONDS, TimeUnit.SECONDS);

    assertTrue(
        report.matches(hostile.ending()), () -> report.words() + " is not " + hostile.ending());
    assertArrayEquals(new byte[] {42}, output(beside));
  }

  /** After all of the others, since each may have left something. */
  @AfterAll
  void theHeapIsBackAtItsBaseLine() {
    try (run) {
      long heapBytes = heapBytes();
      for (int i = 0; i < GC_ROUNDS_MAX && heapBytes > heapBytesBefore + HEAP_SLACK_BYTES; i++) {
        heapBytes = heapBytes();
      }
      assertTrue(
          heapBytes <= heapBytesBefore + HEAP_SLACK_BYTES,
          "heap of " + heapBytes + " bytes, was " + heapBytesBefore);
    }
  }

  private static long heapBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  @Test
  void thereAreMoreThanSixty() {
    List<String> names = modules().stream().map(HostileModule::name).distinct().toList();

    assertEquals(modules().size(), names.size());
    assertTrue(names.size() > 60, names::toString);
  }

  static List<HostileModule> loops() {
    return HostileLoops.all();
  }

  @ParameterizedTest
  @MethodSource("loops")
  void aCallOverTimeStopsSoon(HostileModule hostile) {
    HostileRun.Lateness lateness = run.lateness(hostile);

    // The bound is loose, for a machine that does other things too; HostileReport prints the times.
    assertEquals(Optional.of(NoResultReason.WALL_TIME), lateness.reason());
    assertTrue(lateness.nanos() < TimeUnit.SECONDS.toNanos(HANG_SECONDS), lateness::toString);
  }

  @Test
  void everyTruncationIsRejected() {
    byte[] wasm = victim();

    for (int length = 0; length < wasm.length; length++) {
      sandbox.rejection(Arrays.copyOf(wasm, length));
    }
  }

  @Test
  void mutationsNeverThrowAndNeverHang() {
    long seed = 20_261_121L;
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    byte[] wasm = victim();
    int loaded = 0;

    for (int i = 0; i < 2_000; i++) {
      byte[] mutated = wasm.clone();
      int changes = 1 + random.nextInt(3);
      for (int k = 0; k < changes; k++) {
        mutated[8 + random.nextInt(wasm.length - 8)] = (byte) random.nextInt();
      }
      if (sandbox.loaded(mutated) instanceof LoadResult.Loaded(GuestModule module)) {
        loaded++;
        call(module);
      }
    }

    assertTrue(loaded > 100, "only " + loaded + " of 2000 were taken, seed " + seed);
  }

  /** Whatever it comes to, it comes to something, and the engine did nothing unknown. */
  private void call(GuestModule module) {
    onWorker(
        () -> {
          CallResult result =
              sandbox.sandbox.call(execution(module, limits(16, 1 << 16, 200), (byte) 3));
          boolean known =
              !(result instanceof CallResult.NoResult(NoResultReason reason, var _, var _))
                  || reason == NoResultReason.WALL_TIME;
          assertTrue(known, result::toString);
          return true;
        });
  }

  /** A bit of everything. */
  private static byte[] victim() {
    String code =
        "i32.const 0 local.get 0 i32.load8_u 0 i32.store 0"
            + " block void loop void local.get 0 i32.load8_u 0 i32.eqz br_if 1"
            + " local.get 0 local.get 0 i32.load8_u 0 i32.const 1 i32.sub i32.store8 0 br 0 end end"
            + " i32.const 100 i32.const 0 i32.const 5 memory.init 0"
            + " i32.const 200 i32.const 100 i32.const 5 memory.copy"
            + " i32.const 300 i32.const 1 i32.const 9 memory.fill"
            + " local.get 0 local.get 1 i32.const 1 call_indirect 2 drop"
            + " ref.null i32.const 2 table.grow drop"
            + " i32.const 1 memory.grow 0 drop"
            + " f64.const 3.5 i32.trunc_f64_s drop i32.const 2 local.get 0 i32.const 1 call 0 ";
    return new TestingModule()
        .imports(HostImport.LOG)
        .memory(1, 4)
        .alloc()
        .table(3, 10, 1, 2)
        .passiveData("hello")
        .data(40, "world")
        .function("execute", CALL, "i32 i64", ECHO)
        .function("merge", CALL, "", code + ECHO)
        .function("_initialize", VOID, "", "")
        .bytes();
  }
}

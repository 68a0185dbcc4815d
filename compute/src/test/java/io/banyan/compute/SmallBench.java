package io.banyan.compute;

import io.banyan.schema.Digest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.LongSupplier;

/**
 * What comes before a guest's first instruction: loading, instances, and tasks so small that this
 * is most of them.
 */
final class SmallBench {
  private static final double LOAD_MILLIS_GOAL = 20;
  private static final double INSTANCE_MICROS_GOAL = 30;
  private static final double RESET_MICROS_GOAL = 5;
  private static final double TASKS_GOAL = 150_000; // a second, on one core
  private static final int WARM_UPS = 20;
  private static final int INSTANCES = 20_000; // in one turn
  private static final int TASKS = 200_000; // in one turn
  private static final int TASK_BYTES = 100;
  private static final int WORKERS = 2;
  private static final double WORKERS_GOAL = 1.8; // times what one does

  /** The sandbox's budget has room for more such calls at a time than there are workers. */
  private static final long TASK_MEMORY_BYTES_MAX = 16L << 20; // 16 MiB

  private SmallBench() {}

  @FunctionalInterface
  private interface Turn {
    double run() throws InterruptedException, ExecutionException;
  }

  private static double[] turns(Turn turn) throws InterruptedException, ExecutionException {
    double[] values = new double[ComputeBench.RUNS];
    for (int i = -2; i < values.length; i++) {
      double value = turn.run();
      if (i >= 0) {
        values[i] = value;
      }
    }
    return values;
  }

  /**
   * @param loaded a module of some 12 KiB
   * @param sha256 the kernel, which begins with two pages
   */
  static void run(Sandbox sandbox, byte[] loaded, byte[] sha256)
      throws InterruptedException, ExecutionException {
    for (int i = 0; i < WARM_UPS; i++) {
      load(loaded);
    }
    BenchFigure.of("compute.load", "ms", turns(() -> load(loaded) / 1e6))
        .atMost(LOAD_MILLIS_GOAL)
        .print();

    GuestModule module = ComputeBench.load(sandbox, sha256);
    BenchFigure.of("compute.instance.fresh", "us", turns(() -> instances(module) / 1e3))
        .atMost(INSTANCE_MICROS_GOAL)
        .print();
    BenchFigure.of("compute.instance.reset", "us", turns(() -> resets(module) / 1e3))
        .atMost(RESET_MICROS_GOAL)
        .print();
    BenchFigure.of("compute.tasks", "1/s", turns(() -> work(sandbox, module, BenchTurn::cpuNanos)))
        .atLeast(TASKS_GOAL)
        .print();
    double[] ratios = new double[ComputeBench.RUNS];
    double[] values = new double[ComputeBench.RUNS];
    for (int i = 0; i < ratios.length; i++) {
      double alone = together(sandbox, module, 1);
      values[i] = together(sandbox, module, WORKERS);
      ratios[i] = values[i] / alone;
    }
    BenchFigure.of("compute.tasks." + WORKERS, "1/s", values)
        .to("one worker", BenchFigure.median(ratios))
        .atLeast(WORKERS_GOAL)
        .print();
  }

  /** From a module's bytes to its first instance, in nanoseconds. */
  private static double load(byte[] wasm) {
    long before = BenchTurn.cpuNanos();
    LoadResult result = Sandbox.compile(new EndiveRunner(), Digest.sha256(wasm), wasm);
    start(ComputeBench.loaded(result));
    return BenchTurn.cpuNanos() - before;
  }

  private static Guest start(GuestModule module) {
    Meter meter = new Meter(BenchGuest.LIMITS, module.beginningFuel());
    return module
        .program()
        .start(
            CallExecution.memoryPagesMax(module, BenchGuest.LIMITS),
            CallHost.reactor(meter, List.of()),
            meter);
  }

  /** Nanoseconds for one. */
  private static double instances(GuestModule module) {
    int size = 0;
    long before = BenchTurn.cpuNanos();
    for (int i = 0; i < INSTANCES; i++) {
      size += start(module).memory().size() & 1;
    }
    long nanos = BenchTurn.cpuNanos() - before;
    if (size != 0) {
      throw new IllegalStateException("memory is not whole pages");
    }
    return (double) nanos / INSTANCES;
  }

  /** Nanoseconds for one: an instance that has returned is made fresh for the next call. */
  private static double resets(GuestModule module) {
    int memoryPages = CallExecution.memoryPagesMax(module, BenchGuest.LIMITS);
    long before = BenchTurn.cpuNanos();
    for (int i = 0; i < INSTANCES; i++) {
      Meter meter = new Meter(BenchGuest.LIMITS, module.beginningFuel());
      CallHost host = CallHost.reactor(meter, List.of());
      module.program().begin(memoryPages, host, meter, false).hasReturned();
    }
    return (double) (BenchTurn.cpuNanos() - before) / INSTANCES;
  }

  /** Tasks a second of so many workers at a time, waiting for a processor not counted. */
  private static double together(Sandbox sandbox, GuestModule module, int workers)
      throws InterruptedException, ExecutionException {
    List<FutureTask<Double>> running = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      FutureTask<Double> work =
          new FutureTask<>(() -> work(sandbox, module, BenchTurn::presentNanos));
      running.add(work);
      Sandbox.workerThread("bench-" + i, work).start();
    }
    double tasks = 0;
    for (FutureTask<Double> work : running) {
      tasks += work.get();
    }
    return tasks;
  }

  /** Tasks a second of {@code clock}. */
  private static double work(Sandbox sandbox, GuestModule module, LongSupplier clock) {
    byte[] input = new byte[TASK_BYTES];
    Arrays.fill(input, (byte) 'a');
    Call call = BenchGuest.execution(module, input, TASK_MEMORY_BYTES_MAX);
    long before = clock.getAsLong();
    for (int i = 0; i < TASKS; i++) {
      if (!(sandbox.call(call) instanceof CallResult.Returned)) {
        throw new IllegalStateException("a task came to something else");
      }
    }
    return TASKS * 1e9 / (clock.getAsLong() - before);
  }
}

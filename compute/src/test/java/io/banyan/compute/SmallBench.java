package io.banyan.compute;

import io.banyan.schema.Digest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** What comes before a guest's first instruction: loading, instances, and tasks so small that this is most of them. */
final class SmallBench {
  private static final double LOAD_MILLIS_GOAL = 20;
  private static final double INSTANCE_MICROS_GOAL = 30;
  private static final double TASKS_GOAL = 150_000; // a second, on one core
  private static final int WARM_UPS = 20;
  private static final int INSTANCES = 20_000; // in one turn
  private static final int TASKS = 200_000; // in one turn
  private static final int TASK_BYTES = 100;
  private static final int WORKERS = 2;

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
    BenchFigure one =
        BenchFigure.of("compute.tasks", "1/s", turns(() -> tasks(sandbox, module, 1)))
            .atLeast(TASKS_GOAL);
    one.print();
    BenchFigure all =
        BenchFigure.of("compute.tasks.2", "1/s", turns(() -> tasks(sandbox, module, WORKERS)));
    all.to("compute.tasks", all.value() / one.value()).print();
  }

  /** From a module's bytes to its first instance, in nanoseconds. */
  private static double load(byte[] wasm) {
    long before = BenchTurn.cpuNanos();
    LoadResult result = Sandbox.compile(new EndiveRunner(), Digest.sha256(wasm), wasm);
    start(ComputeBench.loaded(result));
    return BenchTurn.cpuNanos() - before;
  }

  private static Guest start(GuestModule module) {
    Call call = BenchGuest.execution(module, new byte[0]);
    return module
        .program()
        .start(
            CallExecution.memoryPagesMax(module, call.limits()),
            CallHost.reactor(List.of()),
            new Meter(call.limits(), module.memoryPagesMin()));
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

  /** Tasks a second on so many workers at a time. */
  private static double tasks(Sandbox sandbox, GuestModule module, int workers)
      throws InterruptedException, ExecutionException {
    List<FutureTask<Void>> running = new ArrayList<>();
    long before = System.nanoTime();
    for (int i = 0; i < workers; i++) {
      FutureTask<Void> work =
          new FutureTask<>(
              () -> {
                work(sandbox, module);
                return null;
              });
      running.add(work);
      Sandbox.workerThread("bench-" + i, work).start();
    }
    for (FutureTask<Void> work : running) {
      work.get();
    }
    return (double) workers * TASKS * 1e9 / (System.nanoTime() - before);
  }

  private static void work(Sandbox sandbox, GuestModule module) {
    byte[] input = new byte[TASK_BYTES];
    Arrays.fill(input, (byte) 'a');
    Call call = BenchGuest.execution(module, input);
    for (int i = 0; i < TASKS; i++) {
      if (!(sandbox.call(call) instanceof CallResult.Returned)) {
        throw new IllegalStateException("a task came to something else");
      }
    }
  }
}

package io.banyan.compute;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;

/** Checks the modules of a range of seeds, on all processors. */
final class DifferentialRun {
  private static final int DIFFERENCES_MAX = 20; // enough to see a pattern

  private final long firstSeed;
  private final long count;
  private final int hotCalls;

  /**
   * @param hotCalls how often compiled code runs each call; 1 for cold code
   */
  DifferentialRun(long firstSeed, long count, int hotCalls) {
    this.firstSeed = firstSeed;
    this.count = count;
    this.hotCalls = hotCalls;
  }

  /** All differences, or the first twenty or so. */
  List<Difference> run() throws InterruptedException {
    AtomicLong next = new AtomicLong(firstSeed);
    Queue<Difference> found = new ConcurrentLinkedQueue<>();
    try (DifferentialCheck check = new DifferentialCheck()) {
      List<FutureTask<?>> tasks = new ArrayList<>();
      for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
        FutureTask<?> task = new FutureTask<>(() -> work(check, next, found), true);
        Sandbox.workerThread("differential-" + i, task).start();
        tasks.add(task);
      }
      for (FutureTask<?> task : tasks) {
        task.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
    return List.copyOf(found);
  }

  private void work(DifferentialCheck check, AtomicLong next, Queue<Difference> found) {
    while (found.size() < DIFFERENCES_MAX) {
      long seed = next.getAndIncrement();
      if (seed >= firstSeed + count) {
        return;
      }
      check.check(ModuleGenerator.generate(seed), hotCalls).ifPresent(found::add);
    }
  }
}

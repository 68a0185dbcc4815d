package io.banyan.compute;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The fuzzing of the rewriter for hours, on all processors: {@code FuzzSoak COUNT SEED}. Ends with
 * status 1 at a broken promise, and prints it with the input.
 */
final class FuzzSoak {
  private static final long BATCH = 100_000; // inputs between two lines of progress

  private FuzzSoak() {}

  public static void main(String[] args)
      throws IOException, InterruptedException, ExecutionException {
    long count = Long.parseLong(args[0]);
    long seed = Long.parseLong(args[1]);
    System.out.println("fuzz: seed=" + seed);
    long startNanos = System.nanoTime();
    int threads = Runtime.getRuntime().availableProcessors();
    List<byte[]> corpus = RewriterFuzz.corpus();
    AtomicLong done = new AtomicLong();
    List<FutureTask<Optional<String>>> tasks = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      RewriterFuzz fuzz = new RewriterFuzz(seed + i, corpus);
      long share = (count + i) / threads;
      FutureTask<Optional<String>> task = new FutureTask<>(() -> run(fuzz, share, done, count));
      Sandbox.workerThread("fuzz-" + i, task).start();
      tasks.add(task);
    }
    int faults = 0;
    for (FutureTask<Optional<String>> task : tasks) {
      Optional<String> fault = task.get();
      fault.ifPresent(System.out::println);
      faults += fault.isPresent() ? 1 : 0;
    }
    System.out.printf(
        "fuzz: %s inputs=%d faults=%d seconds=%d%n",
        faults == 0 ? "PASS" : "FAIL",
        count,
        faults,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos));
    System.exit(faults == 0 ? 0 : 1);
  }

  /** The first fault within {@code share} inputs; says how far all threads have come. */
  private static Optional<String> run(RewriterFuzz fuzz, long share, AtomicLong done, long count) {
    for (long left = share; left > 0; left -= BATCH) {
      long batch = Math.min(BATCH, left);
      Optional<String> fault = fuzz.run(batch);
      if (fault.isPresent()) {
        return fault;
      }
      System.out.printf("fuzz: %d of %d inputs%n", done.addAndGet(batch), count);
    }
    return Optional.empty();
  }
}

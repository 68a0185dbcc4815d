package io.banyan.compute;

import io.banyan.schema.CallLimits;
import io.banyan.schema.Digest;
import io.banyan.schema.Limits;
import io.banyan.schema.Outcome;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * Runs untrusted WebAssembly under profile {@code 1} (docs/profile.md). Safe for any thread:
 * modules are compiled on threads of its own, calls run on their callers' threads, each in an
 * instance that knows of no other call.
 *
 * <p>It guarantees that a call ends, that it touches nothing but its input and output, that its
 * linear memory is no larger than was reserved for it, and that its outcome, output and fuel are a
 * function of module and input alone.
 */
public final class Sandbox implements AutoCloseable {
  private final Runner runner = new EndiveRunner();
  private final ModuleCache cache;
  private final MemoryBudget budget;
  private final Watchdog watchdog = new Watchdog();
  private volatile boolean closed; // for the thread that warms up
  private final ModuleCompiler compiler;

  /** Returns at once; the engine warms up meanwhile on a thread of its own, for half a second. */
  public Sandbox(SandboxOptions options) {
    this.cache = new ModuleCache(options.modulesMax(), options.memoryBudgetBytes() / 12);
    this.budget = new MemoryBudget(options.memoryBudgetBytes());
    this.compiler = new ModuleCompiler(runner, cache, ModuleCompiler.MILLIS_MAX);
    workerThread("sandbox-warm-up", this::warmUp).start();
  }

  private void warmUp() {
    try {
      WarmUp.run(runner, watchdog);
    } catch (IllegalStateException e) {
      if (!closed) {
        throw e;
      }
      // Closed before it was warm, as by a command that is refused at once.
    }
  }

  /**
   * A thread that calls may run on: a platform thread, daemon, not started, with a stack of 64 MiB,
   * so that a guest's depth ends at the profile's limit and not at the thread's.
   */
  public static Thread workerThread(String name, Runnable task) {
    return new WorkerThread(name, task);
  }

  /**
   * Checks and compiles a module, or finds it in the cache. May take seconds, as others wait for
   * the same compilers, and two minutes at most; an interrupt ends the waiting, not the compiling.
   */
  public LoadResult load(byte[] wasm) throws InterruptedException {
    if (wasm.length > Limits.MODULE_BYTES_MAX) {
      return new LoadResult.Rejected(
          new RefusedException(
                  Rule.MODULE_BYTES,
                  "module of " + wasm.length + " bytes exceeds " + Limits.MODULE_BYTES_MAX)
              .reason());
    }
    Digest digest = Digest.sha256(wasm);
    Optional<LoadResult> known = cache.find(digest);
    if (known.isPresent()) {
      return known.get();
    }
    return compiler.load(digest, wasm.clone());
  }

  /**
   * Prepares a module for {@code engine}, beside those that are loaded: its code is its own, and
   * cold. For comparing ways to run one module; calls of the result are made as any other. Runs on
   * the calling thread, which must be a {@link #workerThread}.
   */
  public LoadResult loadApart(byte[] wasm, Engine engine) {
    WorkerThread.current();
    return compile(engine.runner(), Digest.sha256(wasm), wasm.clone());
  }

  static LoadResult compile(Runner runner, Digest digest, byte[] wasm) {
    try {
      Rewritten rewritten = Rewriter.rewrite(wasm);
      GuestInterface guestInterface = GuestInterface.of(rewritten);
      return new LoadResult.Loaded(
          new GuestModule(digest, rewritten, guestInterface, runner.compile(rewritten)));
    } catch (RefusedException e) {
      return new LoadResult.Rejected(e.reason());
    }
  }

  /**
   * Why calls of this module with these limits could never run here: a sentence that names what
   * would allow them; empty if they can. For the admission of a job.
   */
  public Optional<String> refusal(GuestModule module, CallLimits limits) {
    if (module.memoryBytesMin() > limits.memoryBytesMax()) {
      return Optional.of(
          "module begins with %s of memory, --memory allows %s"
              .formatted(mebibytes(module.memoryBytesMin()), mebibytes(limits.memoryBytesMax())));
    }
    int memoryPages = CallExecution.memoryPagesMax(module, limits);
    int reservedPages = reservedPages(module, limits);
    if (reservedPages <= budget.pages()) {
      return Optional.empty();
    }
    return Optional.of(
        ("a call reserves 1.5 times %s of memory%s, this node has %s for guests:"
                + " give it --memory %s or less, or this process more heap, -Xmx%dm")
            .formatted(
                mebibytes(pageBytes(memoryPages)),
                outputPages(module, limits) == 0 ? "" : " and twice its output",
                mebibytes(pageBytes(budget.pages())),
                mebibytes(
                    pageBytes(Math.max(0, budget.pages() - outputPages(module, limits)) / 3 * 2)),
                heapMebibytes(reservedPages)));
  }

  private static int reservedPages(GuestModule module, CallLimits limits) {
    return MemoryBudget.reservedPages(CallExecution.memoryPagesMax(module, limits))
        + outputPages(module, limits);
  }

  /** What a command writes is gathered outside of its memory, and copied once. */
  private static int outputPages(GuestModule module, CallLimits limits) {
    return switch (module.kind()) {
      case REACTOR -> 0;
      case COMMAND -> (int) Math.ceilDiv(2 * limits.outputBytesMax(), CallLimits.PAGE_BYTES);
    };
  }

  private static long pageBytes(int pages) {
    return (long) pages * CallLimits.PAGE_BYTES;
  }

  /** Three quarters of it are the guests'; collectors keep up to an eighth of it for themselves. */
  private static long heapMebibytes(int reservedPages) {
    return pageBytes(reservedPages) / 3 * 4 / 7 * 8 / (1 << 20) + 1;
  }

  private static String mebibytes(long bytes) {
    return bytes % (1 << 20) == 0 ? (bytes >> 20) + "MiB" : (bytes >> 10) + "KiB";
  }

  /**
   * Runs a call on the calling thread, which must be a {@link #workerThread}; waits first until its
   * memory can be reserved. An interrupt ends it, waiting or running, as {@link
   * CallResult.NoResult}, and is used up by that; one that comes in the very moment when the wall
   * time is over is taken for it.
   */
  public CallResult call(Call call) {
    return call(call, _ -> {});
  }

  /**
   * The same.
   *
   * @param progress is told on the calling thread, each time that the guest reports how far it is,
   *     0 to 1000; it is the guest's word
   */
  public CallResult call(Call call, IntConsumer progress) {
    WorkerThread.current();
    Optional<Outcome> outcome = CallExecution.outcomeBefore(call);
    if (outcome.isPresent()) {
      return new CallResult.Faulted(outcome.get(), 0, CallRecord.NOT_STARTED);
    }
    Optional<String> refusal = refusal(call.module(), call.limits());
    if (refusal.isPresent()) {
      return new CallResult.NoResult(
          NoResultReason.HOST_MEMORY, refusal.get(), CallRecord.NOT_STARTED);
    }
    try (var _ = budget.reserve(reservedPages(call.module(), call.limits()))) {
      return new CallExecution(call).run(watchdog, progress);
    } catch (InterruptedException e) {
      return new CallResult.NoResult(
          NoResultReason.INTERRUPTED,
          "the calling thread was interrupted while it waited for memory",
          CallRecord.NOT_STARTED);
    }
  }

  /** How much of the budget is free at this moment; for tests, which wait for it. */
  int freePages() {
    return budget.freePages();
  }

  /** Loads and calls nothing more; calls that run go on to their end or their wall time. */
  @Override
  public void close() {
    closed = true;
    compiler.close();
    watchdog.close();
  }
}

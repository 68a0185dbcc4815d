package io.banyan.compute;

import io.banyan.schema.CallLimits;
import io.banyan.schema.Outcome;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A sandbox that hostile modules are run in, and what each comes to. Confined to one thread. */
final class HostileRun implements AutoCloseable {
  /** Room for one hostile call of 256 MiB and small ones beside it; no module is kept for long. */
  private final TestingSandbox sandbox = new TestingSandbox(new SandboxOptions(400L << 20, 2));

  private static final long WALL_MILLIS = 100;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  TestingSandbox sandbox() {
    return sandbox;
  }

  /**
   * How long something took.
   *
   * @param cpuNanos what its thread had of the machine, which others share
   */
  record Span(long nanos, long cpuNanos) {
    static final Span NONE = new Span(0, 0);
  }

  /**
   * What it came to.
   *
   * @param call nothing, as the result, if the module was not taken
   */
  record Report(Span load, Span call, LoadResult loaded, Optional<CallResult> result) {
    boolean matches(HostileModule.Ending ending) {
      return switch (ending) {
        case HostileModule.Ending.Rejected(String words) ->
            loaded instanceof LoadResult.Rejected(String reason) && reason.contains(words);
        case HostileModule.Ending.Ended(Outcome outcome) ->
            result
                .map(ended -> ended instanceof CallResult.Ended e && e.outcome().equals(outcome))
                .orElse(false);
      };
    }

    String words() {
      return switch (loaded) {
        case LoadResult.Rejected(String reason) -> "rejected: " + reason;
        case LoadResult.Loaded _ -> result.map(Report::words).orElse("not called");
      };
    }

    private static String words(CallResult result) {
      return switch (result) {
        case CallResult.Ended ended -> ended.outcome().words() + ", fuel " + ended.fuel();
        case CallResult.NoResult(NoResultReason reason, String detail, var _) ->
            "NO RESULT: " + reason + ", " + detail;
      };
    }
  }

  /**
   * How a call ended that had more fuel than time.
   *
   * @param nanos after its time was over
   */
  record Lateness(Optional<NoResultReason> reason, long nanos) {}

  Report run(HostileModule hostile) {
    byte[] wasm = hostile.wasm().get();
    long start = System.nanoTime();
    long cpuBefore = compilerCpuNanos();
    LoadResult loaded = sandbox.loaded(wasm);
    Span load = new Span(System.nanoTime() - start, compilerCpuNanos() - cpuBefore);
    return switch (loaded) {
      case LoadResult.Loaded(GuestModule module) ->
          TestingSandbox.onWorker(() -> call(hostile, module, load));
      case LoadResult.Rejected _ -> new Report(load, Span.NONE, loaded, Optional.empty());
    };
  }

  private Report call(HostileModule hostile, GuestModule module, Span load) {
    long start = System.nanoTime();
    long cpuBefore = THREADS.getCurrentThreadCpuTime();
    CallResult result = sandbox.sandbox.call(hostile.call(module, HostileModule.LIMITS));
    Span call = new Span(System.nanoTime() - start, THREADS.getCurrentThreadCpuTime() - cpuBefore);
    return new Report(load, call, new LoadResult.Loaded(module), Optional.of(result));
  }

  private static long compilerCpuNanos() {
    long nanos = 0;
    for (ThreadInfo thread : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
      if (thread != null && thread.getThreadName().startsWith("sandbox-compiler")) {
        nanos += Math.max(0, THREADS.getThreadCpuTime(thread.getThreadId()));
      }
    }
    return nanos;
  }

  /** Calls it with more fuel than it can use in the time it has, and sees when it ends. */
  Lateness lateness(HostileModule hostile) {
    GuestModule module = sandbox.load(hostile.wasm().get());
    CallLimits limits =
        new CallLimits(
            CallLimits.FUEL_MAX,
            HostileModule.LIMITS.memoryBytesMax(),
            HostileModule.LIMITS.depthBytesMax(),
            HostileModule.LIMITS.outputBytesMax(),
            WALL_MILLIS);
    CallResult result = sandbox.call(hostile.call(module, limits));
    Optional<NoResultReason> reason =
        result instanceof CallResult.NoResult(NoResultReason why, String _, CallRecord _)
            ? Optional.of(why)
            : Optional.empty();
    return new Lateness(
        reason, result.report().guestNanos() - TimeUnit.MILLISECONDS.toNanos(WALL_MILLIS));
  }

  @Override
  public void close() {
    sandbox.close();
  }
}

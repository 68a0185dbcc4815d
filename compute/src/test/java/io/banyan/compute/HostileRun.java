package io.banyan.compute;

import io.banyan.schema.CallLimits;
import io.banyan.schema.Outcome;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A sandbox that hostile modules are run in, and what each comes to. Confined to one thread. */
final class HostileRun implements AutoCloseable {
  /** Room for one hostile call of 256 MiB and small ones beside it; no module is kept for long. */
  private final TestingSandbox sandbox = new TestingSandbox(new SandboxOptions(400L << 20, 2));

  private static final long WALL_MILLIS = 100;

  TestingSandbox sandbox() {
    return sandbox;
  }

  /**
   * What it came to.
   *
   * @param callCpuNanos what the call's thread had of the machine, which others share
   * @param result of the call, if the module was taken
   */
  record Report(
      long loadNanos,
      long callNanos,
      long callCpuNanos,
      LoadResult loaded,
      Optional<CallResult> result) {
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
    LoadResult loaded = sandbox.loaded(wasm);
    long loadedAt = System.nanoTime();
    return switch (loaded) {
      case LoadResult.Loaded(GuestModule module) ->
          TestingSandbox.onWorker(
              () -> {
                long cpuBefore = cpuNanos();
                CallResult result =
                    sandbox.sandbox.call(hostile.call(module, HostileModule.LIMITS));
                return new Report(
                    loadedAt - start,
                    System.nanoTime() - loadedAt,
                    cpuNanos() - cpuBefore,
                    loaded,
                    Optional.of(result));
              });
      case LoadResult.Rejected _ -> new Report(loadedAt - start, 0, 0, loaded, Optional.empty());
    };
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

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  @Override
  public void close() {
    sandbox.close();
  }
}

package io.banyan.compute;

import io.banyan.schema.Outcome;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/** A sandbox that hostile modules are run in, and what each comes to. Confined to one thread. */
final class HostileRun implements AutoCloseable {
  /** Room for one hostile call of 256 MiB and small ones beside it; no module is kept for long. */
  private final TestingSandbox sandbox =
      new TestingSandbox(new SandboxOptions(400L << 20, 2));

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
      long loadNanos, long callNanos, long callCpuNanos, LoadResult loaded, Optional<CallResult> result) {
    long nanos() {
      return loadNanos + callNanos;
    }

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
                CallResult result = sandbox.sandbox.call(hostile.call(module));
                return new Report(
                    loadedAt - start,
                    System.nanoTime() - loadedAt,
                    cpuNanos() - cpuBefore,
                    loaded,
                    Optional.of(result));
              });
      case LoadResult.Rejected _ ->
          new Report(loadedAt - start, 0, 0, loaded, Optional.empty());
    };
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  @Override
  public void close() {
    sandbox.close();
  }
}

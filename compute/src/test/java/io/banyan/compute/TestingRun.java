package io.banyan.compute;

import static org.junit.jupiter.api.Assertions.fail;

import io.banyan.schema.CallLimits;
import io.banyan.schema.Digest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Calls without a sandbox, on threads and runners of the test's choice. */
final class TestingRun {
  private TestingRun() {}

  static GuestModule load(Runner runner, TestingModule module) {
    return load(runner, module.bytes());
  }

  static GuestModule load(Runner runner, byte[] wasm) {
    return switch (Sandbox.compile(runner, Digest.sha256(wasm), wasm)) {
      case LoadResult.Loaded(GuestModule loaded) -> loaded;
      case LoadResult.Rejected(String reason) -> fail(reason);
    };
  }

  /** All of a result that must not depend on anything but the call; the time is left out. */
  static String told(CallResult result) {
    GuestLog log = result.report().log();
    String rest = " progress " + result.report().progressPermille() + " log " + log;
    return switch (result) {
      case CallResult.Returned returned ->
          HexFormat.of().formatHex(returned.output()) + " fuel " + returned.fuel() + rest;
      case CallResult.Divided divided -> divided.parts().size() + " fuel " + divided.fuel() + rest;
      case CallResult.Faulted faulted -> faulted.outcome() + " fuel " + faulted.fuel() + rest;
      case CallResult.NoResult none -> none.reason() + " " + none.detail() + rest;
    };
  }

  /** Executes the inputs one after the other on one new thread. */
  static List<CallResult> execute(GuestModule module, CallLimits limits, List<byte[]> inputs) {
    return TestingSandbox.onWorker(
        () ->
            inputs.stream()
                .map(input -> TestingSandbox.execution(module, limits, input))
                .map(TestingRun::run)
                .toList());
  }

  /** What the thread, the current one, keeps for its next call; it still keeps it. */
  static Optional<EndiveGuest> kept() {
    WorkerThread worker = (WorkerThread) Thread.currentThread();
    Optional<EndiveGuest> kept = worker.takeKept();
    kept.ifPresent(worker::keep);
    return kept;
  }

  static CallResult run(Call call) {
    try (Watchdog watchdog = new Watchdog()) {
      return new CallExecution(call).run(watchdog);
    }
  }
}

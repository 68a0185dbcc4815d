package io.banyan.compute;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * What guests cost on this machine; {@code scripts/bench.sh compute} builds what it needs and runs
 * it. Times are processor time of the thread that works, so that other work on the machine does not
 * count, except where workers are compared: there the clock counts.
 */
final class ComputeBench {
  /** How many turns count; the figure is the median. */
  static final int RUNS = 5;

  private static final SandboxOptions OPTIONS = new SandboxOptions(512L << 20, 64); // 512 MiB

  private ComputeBench() {}

  /**
   * @param arguments the folder of the kernels as {@link KernelBench} takes it, the script for V8,
   *     and the module whose loading is measured
   */
  public static void main(String[] arguments) throws InterruptedException, ExecutionException {
    Path kernels = Path.of(arguments[0]);
    Path v8 = Path.of(arguments[1]);
    Path loaded = Path.of(arguments[2]);
    FutureTask<Void> work =
        new FutureTask<>(
            () -> {
              run(kernels, v8, loaded);
              return null;
            });
    Sandbox.workerThread("bench", work).start();
    work.get();
  }

  private static void run(Path kernels, Path v8, Path loaded)
      throws IOException, InterruptedException, ExecutionException, RefusedException {
    try (Sandbox sandbox = new Sandbox(OPTIONS)) {
      SmallBench.run(
          sandbox, Files.readAllBytes(loaded), Files.readAllBytes(kernels.resolve("sha256.wasm")));
      StopBench.run(sandbox);
      new KernelBench(sandbox, kernels, v8).run();
    }
  }

  static GuestModule load(Sandbox sandbox, byte[] wasm) throws InterruptedException {
    return loaded(sandbox.load(wasm));
  }

  static GuestModule loaded(LoadResult result) {
    return switch (result) {
      case LoadResult.Loaded(GuestModule module) -> module;
      case LoadResult.Rejected(String reason) -> throw new IllegalStateException(reason);
    };
  }
}

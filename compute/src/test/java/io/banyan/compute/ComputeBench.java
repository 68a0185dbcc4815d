package io.banyan.compute;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * What a guest costs on this machine. {@code scripts/bench.sh compute} builds the kernels and runs
 * it: the kernels against what gcc -O2 makes of the same sources, against Node's V8, and against
 * the engine without our rules; loading, instances, and small tasks.
 */
final class ComputeBench {
  static final int RUNS = 5;

  private ComputeBench() {}

  /**
   * @param arguments the folder of the kernels, which for NAME holds the program NAME and the module
   *     NAME.wasm; v8.mjs; the module that is loaded for its time; and which parts to run: kernels,
   *     small
   */
  public static void main(String[] arguments)
      throws IOException, InterruptedException, ExecutionException {
    Path kernels = Path.of(arguments[0]);
    Path v8 = Path.of(arguments[1]);
    Path loaded = Path.of(arguments[2]);
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              try (Sandbox sandbox = new Sandbox(new SandboxOptions(512L << 20, 64))) {
                kernels(sandbox, kernels, v8);
              }
              return null;
            });
    Sandbox.workerThread("bench", task).start();
    task.get();
  }

  private static void kernels(Sandbox sandbox, Path folder, Path v8)
      throws IOException, InterruptedException {
    double logarithms = 0;
    for (BenchKernel kernel : BenchKernel.values()) {
      logarithms += Math.log(kernel(sandbox, kernel, folder, v8));
    }
    double mean = Math.exp(logarithms / BenchKernel.values().length);
    System.err.println(mean);
  }

  private static double kernel(Sandbox sandbox, BenchKernel kernel, Path folder, Path v8)
      throws IOException, InterruptedException {
    Path file = folder.resolve(kernel.fileName() + ".input");
    byte[] input = kernel.input();
    Files.write(file, input);
    byte[] wasm = Files.readAllBytes(folder.resolve(kernel.fileName() + ".wasm"));
    GuestModule module = load(sandbox, wasm);
    BenchGuest guest = new BenchGuest(sandbox, module, input);
    BenchStock stock = new BenchStock(wasm, module.inspection(), input);
    List<double[]> turns = new ArrayList<>();
    try (BenchProcess gcc =
            new BenchProcess(folder.resolve(kernel.fileName()).toString(), file.toString());
        BenchProcess node =
            new BenchProcess(
                "node",
                v8.toString(),
                folder.resolve(kernel.fileName() + ".wasm").toString(),
                file.toString())) {
      for (int i = 0; i <= RUNS; i++) {
        List<BenchTurn> row = List.of(gcc.run(), guest.run(), stock.run(), node.run());
        System.err.println(kernel+" "+row.stream().map(t -> (t.nanos() / 10000) / 100.0 + "").toList() + " " + row.stream().map(t->t.checksum()).distinct().toList());
        if (i > 0) {
          turns.add(row.stream().mapToDouble(t -> t.nanos() / 1e6).toArray());
        }
      }
    }
    double[] b = new double[4];
    for (int k = 0; k < 4; k++) {
      int kk = k;
      b[k] = BenchFigure.median(turns.stream().mapToDouble(t -> t[kk] / t[0]).toArray());
    }
    System.err.printf("%s ours %.2f stock %.2f node %.2f%n", kernel, b[1], b[2], b[3]);
    return b[1] / b[2];
  }

  private static GuestModule load(Sandbox sandbox, byte[] wasm) throws InterruptedException {
    return switch (sandbox.load(wasm)) {
      case LoadResult.Loaded(GuestModule module) -> module;
      case LoadResult.Rejected(String reason) -> throw new IllegalStateException(reason);
    };
  }
}

package io.banyan.compute;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The kernels in the sandbox, by what gcc -O2 makes of the same sources, and by the engine without
 * our rules; beside them V8. All four take turns; the first turns, where compilers are still at
 * work, do not count. Confined to a worker's thread.
 */
final class KernelBench {
  private static final double RULES_GOAL = 1.25;

  /**
   * A kernel is one long call. What the JVM's compiler puts into the place of one that runs is
   * worse than what it makes of the next (Mandelbrot: twice as slow), and it may begin anew once or
   * twice.
   */
  private static final int WARM_UPS = 4;

  private static final String STOCK = "engine without rules";

  private final Sandbox sandbox;
  private final Path folder;
  private final Path v8;

  /**
   * @param folder where there is for each kernel NAME a program NAME and a module NAME.wasm; the
   *     inputs go there, too
   * @param v8 the script that runs a module on Node
   */
  KernelBench(Sandbox sandbox, Path folder, Path v8) {
    this.sandbox = sandbox;
    this.folder = folder;
    this.v8 = v8;
  }

  /** What a kernel took in one turn of all, in nanoseconds. */
  private record Round(long gcc, long guest, long call, long stock, long node) {
    double byGcc(long nanos) {
      return (double) nanos / gcc;
    }
  }

  void run() throws IOException, InterruptedException, RefusedException {
    double logarithms = 0;
    double spreads = 0;
    for (BenchKernel kernel : BenchKernel.values()) {
      BenchFigure rules = report(kernel, rounds(kernel));
      logarithms += Math.log(rules.value());
      spreads += rules.spread();
    }
    int count = BenchKernel.values().length;
    double mean = Math.exp(logarithms / count);
    new BenchFigure("compute.rules", mean, "x", ComputeBench.RUNS, spreads / count)
        .to(STOCK, mean)
        .atMost(RULES_GOAL)
        .print();
  }

  private BenchFigure report(BenchKernel kernel, List<Round> rounds) {
    String name = kernel.fileName();
    millis("compute.kernel." + name, rounds, Round::guest)
        .to("gcc -O2", median(rounds, round -> round.byGcc(round.guest())))
        .atMost(kernel.goal)
        .print();
    millis("compute.call." + name, rounds, Round::call)
        .to("gcc -O2", median(rounds, round -> round.byGcc(round.call())))
        .print();
    millis("compute.v8." + name, rounds, Round::node)
        .to("gcc -O2", median(rounds, round -> round.byGcc(round.node())))
        .print();
    BenchFigure rules =
        BenchFigure.of(
            "compute.rules." + name,
            "x",
            values(rounds, round -> (double) round.guest() / round.stock()));
    rules.to(STOCK, rules.value()).print();
    return rules;
  }

  private static BenchFigure millis(
      String name, List<Round> rounds, ToDoubleFunction<Round> nanos) {
    return BenchFigure.of(name, "ms", values(rounds, round -> nanos.applyAsDouble(round) / 1e6));
  }

  private static double median(List<Round> rounds, ToDoubleFunction<Round> value) {
    return BenchFigure.median(values(rounds, value));
  }

  private static double[] values(List<Round> rounds, ToDoubleFunction<Round> value) {
    return rounds.stream().mapToDouble(value).toArray();
  }

  private List<Round> rounds(BenchKernel kernel)
      throws IOException, InterruptedException, RefusedException {
    String program = folder.resolve(kernel.fileName()).toString();
    Path file = folder.resolve(kernel.fileName() + ".input");
    byte[] input = kernel.input();
    Files.write(file, input);
    byte[] wasm = Files.readAllBytes(Path.of(program + ".wasm"));
    Rewritten rewritten = Rewriter.rewrite(wasm);
    BenchGuest guest = new BenchGuest(sandbox, ComputeBench.load(sandbox, wasm), rewritten, input);
    BenchStock stock = new BenchStock(wasm, rewritten, input);
    List<Round> rounds = new ArrayList<>();
    try (BenchProcess gcc = new BenchProcess(program, file.toString());
        BenchProcess node =
            new BenchProcess("node", v8.toString(), program + ".wasm", file.toString())) {
      for (int i = -WARM_UPS; i < ComputeBench.RUNS; i++) {
        Round round = round(kernel, gcc, guest, stock, node);
        if (i >= 0) {
          rounds.add(round);
        }
      }
    }
    Files.delete(file);
    return rounds;
  }

  private static Round round(
      BenchKernel kernel, BenchProcess gcc, BenchGuest guest, BenchStock stock, BenchProcess node)
      throws IOException {
    BenchTurn byGcc = gcc.run();
    BenchTurn byGuest = guest.run();
    BenchTurn byStock = stock.run();
    BenchTurn byNode = node.run();
    for (BenchTurn turn : List.of(byGuest, byStock, byNode)) {
      if (!turn.checksum().equals(byGcc.checksum())) {
        throw new IllegalStateException(
            "%s: gcc's program comes to %s; guest, stock engine and V8 to %s, %s, %s"
                .formatted(
                    kernel.fileName(),
                    byGcc.checksum(),
                    byGuest.checksum(),
                    byStock.checksum(),
                    byNode.checksum()));
      }
    }
    return new Round(
        byGcc.nanos(), byGuest.nanos(), guest.callNanos(), byStock.nanos(), byNode.nanos());
  }
}

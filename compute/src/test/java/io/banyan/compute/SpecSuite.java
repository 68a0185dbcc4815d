package io.banyan.compute;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

/**
 * Runs the core test suite of WebAssembly, cut to the profile, through the rewriter and each
 * engine. Its argument is a folder of scripts as {@code scripts/spec-test.sh} converts them; prints
 * a line for each script and engine, what was skipped by which rule, and what failed. Ends with 0
 * only if something passed and nothing failed.
 */
final class SpecSuite {
  private SpecSuite() {}

  private static final List<SpecEngine> ENGINES =
      List.of(
          new SpecEngine("compiled", new EndiveRunner()),
          new SpecEngine("interpreted", new InterpretingRunner()));

  public static void main(String[] args) throws InterruptedException, ExecutionException {
    if (args.length != 1) {
      System.err.println("usage: SpecSuite FOLDER");
      System.exit(2);
    }
    FutureTask<Boolean> suite = new FutureTask<>(() -> run(Path.of(args[0])));
    Sandbox.workerThread("suite", suite).start();
    System.exit(suite.get() ? 0 : 1);
  }

  private static boolean run(Path folder) {
    boolean right = true;
    for (SpecEngine engine : ENGINES) {
      SpecTally all = new SpecTally();
      for (Path script : scripts(folder)) {
        SpecTally tally = run(script, engine);
        System.out.println(line(engine, String.valueOf(script.getFileName()), tally));
        all.add(tally);
      }
      all.failures()
          .forEach(failure -> System.out.println("FAILED " + engine.name() + " " + failure));
      all.skippedByRule()
          .forEach((rule, count) -> System.out.printf("skipped %6d  %s%n", count, rule));
      System.out.println(line(engine, "all", all));
      right &= all.failures().isEmpty() && all.passedCount() > 0;
    }
    return right;
  }

  private static List<Path> scripts(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the scripts in " + folder, e);
    }
  }

  private static SpecTally run(Path script, SpecEngine engine) {
    try {
      return new SpecScript(script, engine).run();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the script " + script, e);
    }
  }

  private static String line(SpecEngine engine, String script, SpecTally tally) {
    return "%-12s %-32s %6d passed %4d failed %6d skipped"
        .formatted(
            engine.name(),
            script,
            tally.passedCount(),
            tally.failures().size(),
            tally.skippedCount());
  }
}

package io.banyan.compute;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import run.endive.wasm.Parser;

/**
 * Feeds the rewriter with what is nearly a module. It must refuse it, or come to a module that the
 * engine's own validator accepts. Confined to one thread.
 */
final class RewriterFuzz {
  private static final int GENERATED_COUNT = 200;

  private final ModuleMutator mutator;
  private long acceptedCount;

  RewriterFuzz(long seed, List<byte[]> corpus) {
    this.mutator = new ModuleMutator(new SplittableRandom(seed), corpus);
  }

  /** Generated modules and those of the examples. */
  static List<byte[]> corpus() throws IOException {
    List<byte[]> corpus = new ArrayList<>();
    for (int seed = 0; seed < GENERATED_COUNT; seed++) {
      corpus.add(ModuleGenerator.generate(seed).wasm());
    }
    try (Stream<Path> files = Files.walk(examples())) {
      for (Path file : files.filter(each -> each.toString().endsWith(".wasm")).sorted().toList()) {
        corpus.add(Files.readAllBytes(file));
      }
    }
    return corpus;
  }

  /** Maven runs tests in their module's folder, the soak in the tree's. */
  private static Path examples() {
    Path beside = Path.of("examples");
    return Files.isDirectory(beside) ? beside : Path.of("..", "examples");
  }

  /** The first broken promise within {@code count} inputs, in words. */
  Optional<String> run(long count) {
    for (long i = 0; i < count; i++) {
      byte[] input = mutator.next();
      Optional<String> fault = fault(input);
      if (fault.isPresent()) {
        return Optional.of(
            "input %d: %s%n%s".formatted(i, fault.get(), HexFormat.of().formatHex(input)));
      }
    }
    return Optional.empty();
  }

  /** How many inputs were no longer refused, for the test that the fuzzer gets that far. */
  long acceptedCount() {
    return acceptedCount;
  }

  private Optional<String> fault(byte[] input) {
    Rewritten rewritten;
    try {
      rewritten = Rewriter.rewrite(input);
    } catch (RefusedException e) {
      return Optional.empty();
    } catch (RuntimeException | StackOverflowError | AssertionError e) {
      return Optional.of("the rewriter threw " + e);
    }
    acceptedCount++;
    try {
      Parser.parse(rewritten.wasm());
      return Optional.empty();
    } catch (RuntimeException | StackOverflowError | AssertionError e) {
      return Optional.of("the engine refuses what the rewriter wrote: " + e);
    }
  }
}

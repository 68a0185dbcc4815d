package io.banyan.compute;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import run.endive.wasm.Parser;

/**
 * Feeds the rewriter with what is nearly a module. In bounded time it must refuse it, naming rule
 * and offset, or come to a module that the engine's own validator accepts. Confined to one thread.
 */
final class RewriterFuzz {
  private static final int GENERATED_COUNT = 200;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** Processor time for one input; a module of the corpus takes a thousandth of it. */
  private static final long NANOS_MAX = TimeUnit.SECONDS.toNanos(5);

  private static final Pattern REFUSAL =
      Pattern.compile(".+ \\(rule ([a-z-]+), offset (\\d+)\\)", Pattern.DOTALL);

  private final ModuleMutator mutator;
  private long inputCount;
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

  /** The first broken promise within the next {@code count} inputs, in words. */
  Optional<String> run(long count) {
    for (long i = 0; i < count; i++) {
      byte[] input = mutator.next();
      Optional<String> fault = fault(input);
      if (fault.isPresent()) {
        return Optional.of(
            "input %d: %s%n%s".formatted(inputCount, fault.get(), HexFormat.of().formatHex(input)));
      }
      inputCount++;
    }
    return Optional.empty();
  }

  /** How many inputs were no longer refused, for the test that the fuzzer gets that far. */
  long acceptedCount() {
    return acceptedCount;
  }

  private Optional<String> fault(byte[] input) {
    long start = THREADS.getCurrentThreadCpuTime();
    Optional<byte[]> written;
    try {
      written = Optional.of(Rewriter.rewrite(input).wasm());
    } catch (RefusedException e) {
      if (!tellsWhatAndWhere(e, input.length)) {
        return Optional.of("the rewriter does not tell what it refuses: " + e.reason());
      }
      written = Optional.empty();
    } catch (RuntimeException | StackOverflowError | AssertionError e) {
      return Optional.of("the rewriter threw " + e);
    }
    long nanos = THREADS.getCurrentThreadCpuTime() - start;
    if (nanos > NANOS_MAX) {
      return Optional.of("the rewriter took " + nanos + " ns");
    }
    return written.flatMap(this::faultOf);
  }

  /** Everything but a module's length is refused at a place in its bytes. */
  private static boolean tellsWhatAndWhere(RefusedException refused, int length) {
    Matcher reason = REFUSAL.matcher(refused.reason());
    return reason.matches()
        && reason.group(1).equals(refused.rule().words())
        && Long.parseLong(reason.group(2)) <= length;
  }

  private Optional<String> faultOf(byte[] written) {
    acceptedCount++;
    try {
      Parser.parse(written);
      return Optional.empty();
    } catch (RuntimeException | StackOverflowError | AssertionError e) {
      return Optional.of("the engine refuses what the rewriter wrote: " + e);
    }
  }
}

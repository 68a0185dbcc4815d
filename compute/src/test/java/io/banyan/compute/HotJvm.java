package io.banyan.compute;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * A JVM that compiles guests' methods with its last compiler after a few calls, and waits for it,
 * so that guests are hot when the test believes they are. It says which methods it compiled.
 */
final class HotJvm {
  private static final String GUESTS = "run.endive.$gen.*::*";

  // "  1234  567  b  4  run.endive.$gen.CompiledMachineFuncGroup_0::func_3 (120 bytes)"
  private static final Pattern FULLY_COMPILED =
      Pattern.compile("\\sb?\\s+4\\s+run\\.endive\\.\\$gen");

  private static final Pattern COMPILED =
      Pattern.compile("^ *\\d+ +\\d+ .*run\\.endive\\.\\$gen.*|COMPILE SKIPPED");

  private HotJvm() {}

  /** Starts {@code main COUNT SEED}; what it prints comes in one stream. */
  static Process start(Class<?> main, int count, long seed) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx1g",
            "-XX:-DontCompileHugeMethods",
            "-XX:+UseCountedLoopSafepoints",
            "-XX:LoopStripMiningIter=1000",
            "-XX:+UseParallelGC",
            "-XX:CompileCommand=quiet",
            "-XX:CompileCommand=CompileThresholdScaling," + GUESTS + ",0.002",
            "-XX:CompileCommand=BackgroundCompilation," + GUESTS + ",false",
            "-XX:CompileCommand=PrintCompilation," + GUESTS + ",true",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName(),
            Integer.toString(count),
            Long.toString(seed))
        .redirectErrorStream(true)
        .start();
  }

  static boolean saysFullyCompiled(String line) {
    return FULLY_COMPILED.matcher(line).find();
  }

  /** A line of the JVM's about what it compiled, does no longer use, or did not compile. */
  static boolean saysCompiled(String line) {
    return COMPILED.matcher(line).find();
  }
}

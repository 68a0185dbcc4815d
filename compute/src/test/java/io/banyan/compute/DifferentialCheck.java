package io.banyan.compute;

import io.banyan.schema.CallLimits;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * Runs a generated module in the interpreter and as compiled code, and compares outcome, output,
 * fuel, log and progress of each call. Safe for any thread; runs on worker threads.
 */
final class DifferentialCheck implements AutoCloseable {
  private static final int PAGES_MAX = 8;
  private static final int OUTPUT_BYTES_MAX = 1 << 13;
  private static final int INPUT_BYTES = 48;
  private static final long WALL_MILLIS = 120_000; // patience, not a limit that is reached

  private final Runner compiler = new EndiveRunner();
  private final Runner interpreter = new InterpretingRunner();
  private final Watchdog watchdog = new Watchdog();

  /**
   * Looks for a difference.
   *
   * @param hotCalls how often compiled code runs each call; 1 for cold code
   */
  Optional<Difference> check(GeneratedModule module, int hotCalls) {
    Digest digest = Digest.sha256(module.wasm());
    LoadResult interpreted = Sandbox.compile(interpreter, digest, module.wasm());
    LoadResult compiled = Sandbox.compile(compiler, digest, module.wasm());
    if (!(interpreted instanceof LoadResult.Loaded(GuestModule slow))
        || !(compiled instanceof LoadResult.Loaded(GuestModule fast))) {
      return Optional.of(
          new Difference(module, "valid, but refused: %s; %s".formatted(interpreted, compiled)));
    }
    List<Call> slowCalls = calls(module, slow);
    List<Call> fastCalls = calls(module, fast);
    List<String> expected = slowCalls.stream().map(this::run).toList();
    for (int round = 1; round <= hotCalls; round++) {
      for (int i = 0; i < expected.size(); i++) {
        String found = run(fastCalls.get(i));
        if (!found.equals(expected.get(i))) {
          return Optional.of(
              new Difference(
                  module,
                  "call %d, %s%ninterpreted %s%ncompiled, round %d, %s"
                      .formatted(i, fastCalls.get(i).function(), expected.get(i), round, found)));
        }
      }
    }
    return original(module, slowCalls.getFirst());
  }

  /** Where the core specification alone decides, the module as it stands must come to the same. */
  private Optional<Difference> original(GeneratedModule module, Call call) {
    if (!module.style().isPortable()) {
      return Optional.empty();
    }
    String rewritten = words(result(call));
    if (!OriginalRun.isComparable(rewritten)) {
      return Optional.empty();
    }
    CallInput.Bytes input = (CallInput.Bytes) call.input();
    Optional<String> original = OriginalRun.execute(module.wasm(), input.bytes());
    return original
        .filter(each -> !each.equals(rewritten))
        .map(
            each -> new Difference(module, "rewritten %s%noriginal %s".formatted(rewritten, each)));
  }

  /** The calls that a module is judged by; seed and module decide input and limits. */
  static List<Call> calls(GeneratedModule generated, GuestModule module) {
    SplittableRandom random = new SplittableRandom(~generated.seed());
    List<Call> calls = new ArrayList<>();
    for (GuestFunction function : generated.functions()) {
      for (int i = 0; i < 2; i++) {
        CallLimits limits =
            new CallLimits(
                100_000L << random.nextInt(3),
                (long) PAGES_MAX * CallLimits.PAGE_BYTES,
                1 << random.nextInt(12, 18),
                OUTPUT_BYTES_MAX,
                WALL_MILLIS);
        byte[] bytes = new byte[INPUT_BYTES];
        random.nextBytes(bytes);
        CallInput input =
            function == GuestFunction.MERGE
                ? new CallInput.Parts(List.of(bytes, new byte[i]))
                : new CallInput.Bytes(bytes);
        calls.add(new Call(module, function, input, Configuration.NONE, limits));
      }
    }
    return calls;
  }

  private CallResult result(Call call) {
    return new CallExecution(call).run(watchdog);
  }

  /** All of a call's result but the time it took. */
  private String run(Call call) {
    CallResult result = result(call);
    String log =
        result.report().log().lines().stream()
            .map(LogLine::toString)
            .collect(Collectors.joining("; "));
    return "%s, fuel %s, progress %d, log [%s]"
        .formatted(words(result), fuel(result), result.report().progressPermille(), log);
  }

  private static String fuel(CallResult result) {
    return result instanceof CallResult.Ended ended ? Long.toString(ended.fuel()) : "none";
  }

  private static String words(CallResult result) {
    return switch (result) {
      case CallResult.Returned(byte[] output, _, _) -> OriginalRun.completed(output);
      case CallResult.Divided(List<byte[]> listed, _, _) ->
          "divided " + listed.stream().map(Arrays::hashCode).toList();
      case CallResult.Faulted faulted -> faulted.outcome().words();
      case CallResult.NoResult none -> "no result: " + none.reason() + " " + none.detail();
    };
  }

  @Override
  public void close() {
    watchdog.close();
  }
}

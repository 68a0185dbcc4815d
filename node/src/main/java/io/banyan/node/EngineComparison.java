package io.banyan.node;

import io.banyan.compute.CallInput;
import io.banyan.compute.CallResult;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Makes one call in several ways, and compares what they come to: by the interpreter, by compiled
 * code that has never run, and by the same again and again, until the JVM has surely compiled it.
 *
 * <p>Confined to one thread.
 *
 * @param interpreted makes calls by the interpreter
 * @param compiled each time, something that makes calls by code that has never run
 * @param effort for each call that is compared
 */
record EngineComparison(Way interpreted, Supplier<Way> compiled, ModuleCheck.Effort effort) {
  /** A way to make a call. */
  interface Way {
    CallResult make(GuestFunction function, CallInput input, long wallMillis);
  }

  /** What one way came to. */
  private record Seen(
      Optional<String> noResult, String outcome, Optional<Digest> output, long fuel) {
    static Seen of(CallResult result) {
      return switch (result) {
        case CallResult.Returned(byte[] output, long fuel, var _) ->
            new Seen(Optional.empty(), "completed", Optional.of(BlobRef.of(output).digest()), fuel);
        case CallResult.Divided(List<byte[]> parts, long fuel, var _) -> {
          Digest list = Value.listDigest(parts.stream().map(BlobRef::of).toList());
          yield new Seen(Optional.empty(), "completed", Optional.of(list), fuel);
        }
        case CallResult.Faulted faulted ->
            new Seen(Optional.empty(), faulted.outcome().words(), Optional.empty(), faulted.fuel());
        case CallResult.NoResult noResult ->
            new Seen(Optional.of(noResult.detail()), "no result", Optional.empty(), 0);
      };
    }

    String words() {
      return outcome
          + output.map(digest -> " with output " + digest.abbreviated()).orElse("")
          + String.format(Locale.ROOT, " after %d fuel", fuel);
    }
  }

  ComparedCall compare(String words, boolean leaf, GuestFunction function, CallInput input) {
    List<String> untold = new ArrayList<>();
    List<String> differences = new ArrayList<>();
    Way way = compiled.get();
    CallResult first = way.make(function, input, Long.MAX_VALUE);
    Seen cold = Seen.of(first);
    cold.noResult.ifPresent(detail -> untold.add("compiled: " + detail));
    long coldNanos = first.report().guestNanos();
    long hotNanos = coldNanos;
    long repeats = 0;
    if (cold.noResult.isEmpty()) {
      compare(
          words,
          cold,
          "interpreted",
          Seen.of(interpreted.make(function, input, effort.millis())),
          untold,
          differences);
      long beginNanos = System.nanoTime();
      while (repeats < effort.repeatsMax()
          && System.nanoTime() - beginNanos < effort.millis() * 1_000_000) {
        CallResult again = way.make(function, input, Long.MAX_VALUE);
        repeats++;
        hotNanos = Math.min(hotNanos, again.report().guestNanos());
        int before = differences.size() + untold.size();
        compare(words, cold, "compiled, repeat " + repeats, Seen.of(again), untold, differences);
        if (differences.size() + untold.size() > before) {
          break;
        }
      }
    }
    return new ComparedCall(
        words, leaf, cold.fuel, coldNanos, hotNanos, repeats, untold, differences);
  }

  private static void compare(
      String words,
      Seen cold,
      String name,
      Seen other,
      List<String> untold,
      List<String> differences) {
    if (other.noResult.isPresent()) {
      untold.add(name + ": " + other.noResult.get());
    } else if (!cold.equals(other)) {
      differences.add(
          words
              + ", "
              + name
              + ", "
              + other.words()
              + "; compiled, the first time, "
              + cold.words()
              + ": this is a fault of the sandbox, please report it");
    }
  }
}

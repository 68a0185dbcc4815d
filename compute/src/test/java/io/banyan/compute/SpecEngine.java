package io.banyan.compute;

import io.banyan.schema.CallLimits;
import io.banyan.schema.Outcome;
import java.util.stream.Stream;

/**
 * What the suite runs its modules in: the rewriter and an engine. Confined to one thread.
 *
 * @param name as the summary calls it
 */
record SpecEngine(String name, Runner runner) {
  private static final int PAGES_MAX = 4_096; // 256 MiB
  private static final CallLimits LIMITS =
      new CallLimits(
          CallLimits.FUEL_MAX,
          (long) PAGES_MAX * CallLimits.PAGE_BYTES,
          1L << 20, // 1 MiB of depth
          1L << 20, // 1 MiB
          TestingSandbox.PATIENT_MILLIS);

  /**
   * Checks, rewrites and compiles a module.
   *
   * @throws RefusedException if it is no module, or not one of the profile's
   */
  Loaded load(byte[] wasm) throws RefusedException {
    Rewritten module = Rewriter.rewrite(wasm);
    return new Loaded(module, runner.compile(module));
  }

  /** A module that was taken. */
  record Loaded(Rewritten module, Program program) {
    /** Makes an instance and runs its start function; {@link CallEndException} if that ends it. */
    Running start() {
      return new Running(this);
    }

    private Guest guest() {
      return program.start(
          Math.min(PAGES_MAX, module.memoryPagesMax()),
          (function, memory, args) -> 0,
          new Meter(LIMITS, module.beginningFuel()));
    }
  }

  /** An instance. Values are bits as the engine has them: an i32 may be extended either way. */
  static final class Running {
    private final Loaded loaded;
    private Guest guest;

    private Running(Loaded loaded) {
      this.loaded = loaded;
      this.guest = loaded.guest();
    }

    /** Whether the host can call it: no host has an external reference. */
    boolean isCallable(String export) {
      Signature signature = loaded.module().functions().get(export);
      return signature != null
          && Stream.concat(signature.params().stream(), signature.results().stream())
              .noneMatch(type -> type == ValueType.EXTERNREF);
    }

    /**
     * Calls an exported function and returns all its results; {@link CallEndException} if it ends
     * before.
     */
    long[] call(String export, long... args) {
      try {
        return guest.results(export, args);
      } catch (CallEndException e) {
        if (e.end() instanceof CallEnd.Bad(Outcome.LimitExceeded _)) {
          // The frames that were left never gave their depth back. No call follows such a one.
          guest = loaded.guest();
        }
        throw e;
      }
    }
  }
}

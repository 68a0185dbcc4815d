package io.banyan.node;

import io.banyan.compute.Call;
import io.banyan.compute.CallInput;
import io.banyan.compute.CallResult;
import io.banyan.compute.Configuration;
import io.banyan.compute.GuestLog;
import io.banyan.compute.GuestModule;
import io.banyan.compute.NoResultReason;
import io.banyan.compute.Sandbox;
import io.banyan.schema.CallLimits;
import io.banyan.schema.GuestFunction;
import java.util.List;

/**
 * Makes the calls of a check, and remembers what they took. The first that does not return ends it.
 *
 * <p>Confined to the check's worker thread.
 */
final class CheckCalls {
  private final Sandbox sandbox;
  private final GuestModule module;
  private final Configuration configuration;
  private final CallLimits limits;
  private long memoryBytesMax;
  private GuestLog log = new GuestLog(List.of(), false);

  CheckCalls(Sandbox sandbox, GuestModule module, Configuration configuration, CallLimits limits) {
    this.sandbox = sandbox;
    this.module = module;
    this.configuration = configuration;
    this.limits = limits;
  }

  /** A call did not return. */
  static final class CallTrouble extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean hasOutcome;

    CallTrouble(String sentence, boolean hasOutcome) {
      super(sentence);
      this.hasOutcome = hasOutcome;
    }

    /** Whether it came to something that it must come to everywhere. */
    boolean hasOutcome() {
      return hasOutcome;
    }
  }

  boolean merges() {
    return module.exports(GuestFunction.MERGE);
  }

  CallResult.Returned execute(byte[] chunk) throws CallTrouble {
    return returned(GuestFunction.EXECUTE, new CallInput.Bytes(chunk));
  }

  byte[] merge(List<byte[]> values) throws CallTrouble {
    return returned(GuestFunction.MERGE, new CallInput.Parts(values)).output();
  }

  List<byte[]> split(byte[] all) throws CallTrouble {
    if (made(GuestFunction.SPLIT, new CallInput.Bytes(all)) instanceof CallResult.Divided divided) {
      return divided.parts();
    }
    throw new IllegalStateException("a split returned a value");
  }

  private CallResult.Returned returned(GuestFunction function, CallInput input) throws CallTrouble {
    if (made(function, input) instanceof CallResult.Returned returned) {
      return returned;
    }
    throw new IllegalStateException(function + " returned the parts of a split");
  }

  private CallResult made(GuestFunction function, CallInput input) throws CallTrouble {
    CallResult result = of(module, function, input, limits.wallMillis());
    memoryBytesMax = Math.max(memoryBytesMax, result.report().memoryBytes());
    if (log.lines().isEmpty()) {
      log = result.report().log();
    }
    return switch (result) {
      case CallResult.Returned _, CallResult.Divided _ -> result;
      case CallResult.Faulted faulted -> {
        log = result.report().log();
        throw new CallTrouble(
            function.exportName()
                + " on the sample "
                + faulted.outcome().words()
                + Remedies.of(faulted.outcome()),
            true);
      }
      case CallResult.NoResult(NoResultReason reason, String detail, var _) -> {
        log = result.report().log();
        throw new CallTrouble(
            function.exportName()
                + " on the sample could not be run here: "
                + detail
                + (reason == NoResultReason.WALL_TIME ? ": give more by --leaf-time" : ""),
            false);
      }
    };
  }

  /** The same call of {@code prepared}, which is the module again, within another time. */
  CallResult of(GuestModule prepared, GuestFunction function, CallInput input, long wallMillis) {
    CallLimits within =
        new CallLimits(
            limits.fuel(),
            limits.memoryBytesMax(),
            limits.depthBytesMax(),
            limits.outputBytesMax(),
            Math.max(1, Math.min(limits.wallMillis(), wallMillis)));
    return sandbox.call(new Call(prepared, function, input, configuration, within));
  }

  /** The most memory that any call had. */
  long memoryBytesMax() {
    return memoryBytesMax;
  }

  /** What the call logged that ended the check, or else the first that logged anything. */
  GuestLog log() {
    return log;
  }
}

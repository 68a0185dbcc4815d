package io.banyan.compute;

import io.banyan.schema.TrapKind;
import java.util.Map;
import java.util.Optional;
import run.endive.runtime.WasmInterruptedException;
import run.endive.wasm.UninstantiableException;
import run.endive.wasm.WasmEngineException;

/**
 * Endive's exceptions in our words. It tells traps apart by message only, so the messages of
 * version 1.0.0 stand here; one that is not known is an engine failure, never a guess.
 */
final class EndiveTraps {
  private EndiveTraps() {}

  private static final Map<String, TrapKind> KINDS =
      Map.of(
          "Trapped on unreachable instruction", TrapKind.UNREACHABLE,
          "out of bounds memory access", TrapKind.MEMORY_OUT_OF_BOUNDS,
          "out of bounds table access", TrapKind.TABLE_OUT_OF_BOUNDS,
          "undefined element", TrapKind.TABLE_OUT_OF_BOUNDS,
          "indirect call type mismatch", TrapKind.INDIRECT_CALL_TYPE_MISMATCH,
          "integer divide by zero", TrapKind.INTEGER_DIVIDE_BY_ZERO,
          "integer overflow", TrapKind.INTEGER_OVERFLOW,
          "invalid conversion to integer", TrapKind.INVALID_CONVERSION_TO_INTEGER);

  private static final String UNINITIALIZED = "uninitialized element "; // and its index

  static CallEndException translate(WasmEngineException thrown) {
    if (thrown instanceof WasmInterruptedException) {
      return CallEndException.interrupted();
    }
    if (thrown.getCause() instanceof StackOverflowError) {
      // The profile's depth ends first on a thread of ours. Where a stack ends is no outcome.
      return CallEndException.engineFailure(thrown.toString());
    }
    if (thrown instanceof UninstantiableException
        && thrown.getCause() instanceof WasmEngineException inStartFunction) {
      return translate(inStartFunction);
    }
    String message = Optional.ofNullable(thrown.getMessage()).orElse("");
    if (message.startsWith(UNINITIALIZED)) {
      return CallEndException.trap(TrapKind.UNINITIALIZED_ELEMENT);
    }
    return Optional.ofNullable(KINDS.get(message))
        .map(CallEndException::trap)
        .orElseGet(() -> CallEndException.engineFailure(thrown.toString()));
  }
}

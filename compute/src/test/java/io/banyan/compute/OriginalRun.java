package io.banyan.compute;

import io.banyan.schema.Digest;
import io.banyan.schema.LimitKind;
import io.banyan.schema.Outcome;
import io.banyan.schema.TrapKind;
import java.util.List;
import run.endive.runtime.ByteArrayMemory;
import run.endive.runtime.Instance;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmEngineException;

/** A module as it stands, in the engine's interpreter with the engine's own memory. */
final class OriginalRun {
  private OriginalRun() {}

  /** Whether this end of a rewritten module says how the original ends. */
  static boolean isComparable(String end) {
    return !List.of(
            new Outcome.OutOfFuel().words(),
            new Outcome.LimitExceeded(LimitKind.DEPTH).words())
        .contains(end);
  }

  static String completed(byte[] output) {
    return "completed " + Digest.sha256(output).abbreviated();
  }

  /** What {@code execute} comes to, in words; the module declares how far its memory grows. */
  static String execute(byte[] wasm, byte[] input) {
    try {
      Instance instance =
          Instance.builder(Parser.parse(wasm))
              .withMemoryFactory(ByteArrayMemory::new)
              .withTableFactory(BoundedTable::create)
              .build();
      int address = (int) instance.export("alloc").apply(input.length)[0];
      if (address + input.length > instance.memory().pages() << 16) {
        return new Outcome.BadOutput().words();
      }
      instance.memory().write(address, input);
      long packed = instance.export("execute").apply(address, input.length)[0];
      return completed(instance.memory().readBytes((int) (packed >>> 32), (int) packed));
    } catch (WasmEngineException e) {
      if (String.valueOf(e.getMessage()).startsWith("out of bounds memory access")) {
        return new Outcome.Trapped(TrapKind.MEMORY_OUT_OF_BOUNDS).words(); // with numbers behind
      }
      return words(EndiveTraps.translate(e));
    } catch (CallEndException e) {
      return words(e);
    }
  }

  private static String words(CallEndException thrown) {
    return thrown.end() instanceof CallEnd.Bad(Outcome outcome)
        ? outcome.words()
        : thrown.end().toString();
  }
}

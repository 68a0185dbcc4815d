package io.banyan.compute;

import io.banyan.schema.Digest;
import io.banyan.schema.LimitKind;
import io.banyan.schema.Outcome;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import run.endive.compiler.InterpreterFallback;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmEngineException;
import run.endive.wasm.WasmModule;

/** A module as it stands, not rewritten, in the engine. */
final class OriginalRun {
  /*
   * Compiled, not interpreted: where Endive 1.0.0 is wrong about valid code, its compiler fails to
   * compile it, while its interpreter computes something else.
   */
  private OriginalRun() {}

  /** Whether this end of a rewritten module says how the original ends. */
  static boolean isComparable(String end) {
    return !List.of(
            new Outcome.OutOfFuel().words(), new Outcome.LimitExceeded(LimitKind.DEPTH).words())
        .contains(end);
  }

  static String completed(byte[] output) {
    return "completed " + Digest.sha256(output).abbreviated();
  }

  /**
   * What {@code execute} comes to, in words; empty if the engine cannot compile the module. The
   * module declares how far its memory grows.
   */
  static Optional<String> execute(byte[] wasm, byte[] input) {
    WasmModule module = Parser.parse(wasm);
    Function<Instance, Machine> machine;
    try {
      machine =
          MachineFactoryCompiler.builder(module)
              .withInterpreterFallback(InterpreterFallback.FAIL)
              .compile();
    } catch (IndexOutOfBoundsException | VerifyError _) {
      return Optional.empty();
    }
    return Optional.of(execute(module, machine, memory(wasm), input));
  }

  private static FlatMemory memory(byte[] wasm) {
    try {
      Rewritten rewritten = Rewriter.rewrite(wasm);
      return new FlatMemory(
          rewritten.memoryPagesMin(), rewritten.memoryPagesMax(), rewritten.segments());
    } catch (RefusedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String execute(
      WasmModule module, Function<Instance, Machine> machine, FlatMemory memory, byte[] input) {
    try {
      Instance instance =
          Instance.builder(module)
              .withMemoryFactory(_ -> memory)
              .withTableFactory(BoundedTable::create)
              .withMachineFactory(machine)
              .build();
      long address = instance.export("alloc").apply(input.length)[0];
      if (!memory.holds(address, input.length)) {
        return new Outcome.BadOutput().words();
      }
      memory.write(address, input, 0, input.length);
      long packed = instance.export("execute").apply(address, input.length)[0];
      return completed(memory.read(packed >>> 32, packed & 0xffff_ffffL));
    } catch (WasmEngineException e) {
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

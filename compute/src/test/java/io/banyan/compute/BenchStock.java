package io.banyan.compute;

import io.banyan.schema.CallLimits;
import java.util.function.Function;
import run.endive.compiler.InterpreterFallback;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmModule;

/**
 * A kernel as the engine runs it by itself, with our memory but without our rules: the original
 * bytes, no metering, and the engine's own check for interrupts in every loop. Confined to its
 * caller's thread.
 */
final class BenchStock {
  private final WasmModule parsed;
  private final Function<Instance, Machine> machine;
  private final Rewritten rewritten;
  private final byte[] input;

  BenchStock(byte[] wasm, Rewritten rewritten, byte[] input) {
    this.parsed = Parser.parse(wasm);
    this.machine =
        MachineFactoryCompiler.builder(parsed)
            .withInterpreterFallback(InterpreterFallback.FAIL)
            .compile();
    this.rewritten = rewritten;
    this.input = input;
  }

  /** One run in a fresh instance; the time is that of {@code execute}. */
  BenchTurn run() {
    FlatMemory memory =
        new FlatMemory(
            rewritten.memoryPagesMin(),
            (int) (BenchGuest.LIMITS.memoryBytesMax() / CallLimits.PAGE_BYTES),
            rewritten.segments());
    Instance instance =
        Instance.builder(parsed)
            .withMemoryFactory(limits -> memory)
            .withMachineFactory(machine)
            .build();
    long address = instance.export("alloc").apply(input.length)[0] & 0xffff_ffffL;
    memory.write(address, input, 0, input.length);
    long before = BenchTurn.cpuNanos();
    long packed = instance.export("execute").apply(address, input.length)[0];
    long nanos = BenchTurn.cpuNanos() - before;
    return new BenchTurn(
        nanos, BenchGuest.checksum(memory.read(packed >>> 32, packed & 0xffff_ffffL)));
  }
}

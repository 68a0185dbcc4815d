package io.banyan.compute;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import run.endive.runtime.GlobalFactory;
import run.endive.runtime.HostFunction;
import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.wasm.WasmEngineException;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.Export;
import run.endive.wasm.types.ExternalType;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.ValType;

/** A module with what runs its functions: compiled classes, or the interpreter. */
final class EndiveProgram implements Program {
  private static final long[] NOTHING = {};

  private final Rewritten module;
  private final WasmModule parsed;
  private final Function<Instance, Machine> machine;
  private final Brake brake;
  private final boolean countsInMemory;
  private final List<String> warnings;
  private final Map<String, Integer> functions = new HashMap<>();

  /**
   * @param parsed what instances are made of; without the bodies if {@code machine} has them
   * @param brake stops the machine
   * @param countsInMemory whether the machine's globals are those of {@link FlatMemory}
   */
  EndiveProgram(
      Rewritten module,
      WasmModule parsed,
      Function<Instance, Machine> machine,
      Brake brake,
      boolean countsInMemory,
      List<String> warnings) {
    this.module = module;
    this.parsed = parsed;
    this.machine = machine;
    this.brake = brake;
    this.countsInMemory = countsInMemory;
    this.warnings = List.copyOf(warnings);
    for (int i = 0; i < parsed.exportSection().exportCount(); i++) {
      Export export = parsed.exportSection().getExport(i);
      if (export.exportType() == ExternalType.FUNCTION) {
        functions.put(export.name(), export.index());
      }
    }
  }

  @Override
  public Brake brake() {
    return brake;
  }

  @Override
  public List<String> warnings() {
    return warnings;
  }

  @Override
  public Guest start(int memoryPagesMax, HostCalls host, Meter meter) {
    return fresh(memoryPagesMax, host, meter);
  }

  @Override
  public Guest begin(int memoryPagesMax, HostCalls host, Meter meter, boolean initializes) {
    if (!countsInMemory
        || !module.resettable()
        || !(Thread.currentThread() instanceof WorkerThread worker)) {
      return Program.super.begin(memoryPagesMax, host, meter, initializes);
    }
    Optional<EndiveGuest> kept = worker.takeKept();
    if (kept.isPresent() && kept.get().beginAgain(this, memoryPagesMax, host, meter)) {
      return kept.get();
    }
    EndiveGuest guest = fresh(memoryPagesMax, host, meter);
    if (initializes) {
      guest.call("_initialize");
    }
    guest.hasBegun(worker);
    return guest;
  }

  private EndiveGuest fresh(int memoryPagesMax, HostCalls host, Meter meter) {
    FlatMemory memory = new FlatMemory(module.memoryPagesMin(), memoryPagesMax, module.segments());
    EndiveGuest guest = new EndiveGuest(this, memoryPagesMax, memory, host, meter);
    GlobalFactory globals =
        countsInMemory ? new FlatGlobals(module, memory, meter) : new GlobalCounters(module, meter);
    try {
      guest.runIn(
          Instance.builder(parsed)
              .withMemoryFactory(limits -> memory)
              .withTableFactory(BoundedTable::create)
              .withGlobalFactory(globals)
              .withImportValues(imports(guest))
              .withMachineFactory(machine)
              .withUnsafeExecutionListener(Interpreter::prepare) // compiled code asks nobody
              .withStart(false) // a command's _start is called like any other export
              .build());
      return guest;
    } catch (WasmEngineException e) {
      throw EndiveTraps.translate(e);
    }
  }

  /** The index of an exported function that is known to exist. */
  int function(String export) {
    return Optional.ofNullable(functions.get(export))
        .orElseThrow(() -> new IllegalStateException("module exports no function " + export));
  }

  private ImportValues imports(EndiveGuest guest) {
    ImportValues.Builder imports = ImportValues.builder();
    imports.addFunction(
        new HostFunction(
            Rewritten.METER_MODULE,
            Rewritten.METER_NAME,
            FunctionType.of(List.of(ValType.I64), List.of()),
            (instance, args) -> {
              throw guest.end(args[0]);
            }));
    for (HostImport function : module.hostImports()) {
      boolean returnsNothing = function.signature().results().isEmpty();
      imports.addFunction(
          new HostFunction(
              function.module(),
              function.function(),
              type(function.signature()),
              (instance, args) -> {
                long result = guest.callHost(function, args);
                // The interpreter pushes what it is given, whether there is a result or not.
                return returnsNothing ? NOTHING : new long[] {result};
              }));
    }
    return imports.build();
  }

  private static FunctionType type(Signature signature) {
    return FunctionType.of(types(signature.params()), types(signature.results()));
  }

  private static List<ValType> types(List<ValueType> types) {
    List<ValType> list = new ArrayList<>();
    for (ValueType type : types) {
      list.add(
          switch (type) {
            case I32 -> ValType.I32;
            case I64 -> ValType.I64;
            case F32 -> ValType.F32;
            case F64 -> ValType.F64;
            case FUNCREF -> ValType.FuncRef;
            case EXTERNREF -> ValType.ExternRef;
          });
    }
    return list;
  }
}

package io.banyan.compute;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import run.endive.compiler.InterpreterFallback;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.runtime.CompiledModule;
import run.endive.runtime.HostFunction;
import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmEngineException;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.ValType;

/** Endive: a module becomes JVM classes in a loader of its own. Safe for any thread. */
final class EndiveRunner implements Runner {
  /*
   * A function that does not fit a JVM method is refused, not handed to Endive's interpreter: that
   * would be a hundred times slower, and nothing would say so.
   */
  @Override
  public Program compile(Rewritten module) throws RefusedException {
    try {
      Function<Instance, Machine> machine = compile(Parser.parse(module.wasm()));
      // The parsed instructions take thirty times the module's size; no instance needs them.
      WasmModule skeleton =
          Parser.builder()
              .withValidation(false)
              .build()
              .parse(() -> new ByteArrayInputStream(module.skeleton()));
      return new EndiveProgram(module.withoutBytes(), skeleton, machine);
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException("the engine itself is not whole", e);
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      throw new RefusedException(Rule.ENGINE, "the engine does not take the module: " + words(e));
    }
  }

  private static Function<Instance, Machine> compile(WasmModule parsed) {
    Function<Instance, Machine> factory =
        MachineFactoryCompiler.builder(parsed)
            .withInterpreterFallback(InterpreterFallback.FAIL)
            .compile();
    // The factory itself insists on the very module it compiled; what it wraps does not.
    return factory instanceof CompiledModule compiled ? compiled.machineFactory() : factory;
  }

  private static String words(Throwable thrown) {
    String message = thrown.getMessage();
    if (thrown instanceof WasmEngineException && message != null) {
      return message;
    }
    return thrown.toString();
  }

  /** A compiled module. */
  private record EndiveProgram(
      Rewritten module, WasmModule skeleton, Function<Instance, Machine> machine)
      implements Program {
    @Override
    public Guest start(int memoryPagesMax, HostCalls host, Meter meter) {
      FlatMemory memory =
          new FlatMemory(module.memoryPagesMin(), memoryPagesMax, module.segments());
      try {
        Instance instance =
            Instance.builder(skeleton)
                .withMemoryFactory(limits -> memory)
                .withTableFactory(BoundedTable::create)
                .withImportValues(imports(host, meter, memory))
                .withMachineFactory(machine)
                .withGlobalFactory(new GlobalCounters(module, meter))
                .withStart(false) // a command's _start is called like any other export
                .build();
        return new EndiveGuest(instance, memory);
      } catch (WasmEngineException e) {
        throw EndiveTraps.translate(e);
      }
    }

    private ImportValues imports(HostCalls host, Meter meter, FlatMemory memory) {
      ImportValues.Builder imports = ImportValues.builder();
      imports.addFunction(
          new HostFunction(
              Rewritten.METER_MODULE,
              Rewritten.METER_NAME,
              FunctionType.of(List.of(ValType.I64), List.of(ValType.I64)),
              (instance, args) -> new long[] {meter.refill(args[0])}));
      for (HostImport function : module.hostImports()) {
        imports.addFunction(
            new HostFunction(
                function.module(),
                function.function(),
                type(function.signature()),
                (instance, args) -> new long[] {host.call(function, memory, args)}));
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

  /** An instance. Confined to its call's thread. */
  private record EndiveGuest(Instance instance, FlatMemory memory) implements Guest {
    @Override
    public long call(String export, long... args) {
      try {
        long[] results = instance.export(export).apply(args);
        return results == null || results.length == 0 ? 0 : results[0];
      } catch (WasmEngineException e) {
        throw EndiveTraps.translate(e);
      }
    }
  }
}

package io.banyan.compute;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import run.endive.compiler.InterpreterFallback;
import run.endive.compiler.internal.Compiler;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmEngineException;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.ValType;

/** Endive: a module becomes JVM classes in a loader of its own. Safe for any thread. */
final class EndiveRunner implements Runner {
  /*
   * A function that does not fit a JVM method is refused, not handed to Endive's interpreter: that
   * would be a hundred times slower, and nothing would say so.
   */

  /** How the engine names such a function. */
  private static final Pattern TOO_LARGE = Pattern.compile("method size.*function index: (\\d+)");

  /**
   * Above it the JVM's compiler puts nothing more into a method: each load and each round is a
   * call. Near 58 KB, where its tables of nodes and registers overflow, it gives the method up.
   */
  private static final int METHOD_BYTES_FAST = 8_000;

  /** What the engine calls the method of a function, before its index. */
  private static final String FUNCTION = "func_";

  private static final int WARNINGS_MAX = 8;

  EndiveRunner() {
    EngineVersion.check();
  }

  @Override
  public Program compile(Rewritten module) throws RefusedException {
    try {
      Map<String, Integer> codeBytes = new TreeMap<>();
      Brake brake = new Brake();
      WasmModule parsed = Parser.parse(module.wasm());
      requireResultsApart(parsed);
      Function<Instance, Machine> machine = compile(parsed).machine(module, brake, codeBytes);
      // The parsed instructions take thirty times the module's size; no instance needs them.
      WasmModule skeleton =
          Parser.builder()
              .withValidation(false)
              .build()
              .parse(() -> new ByteArrayInputStream(module.skeleton()));
      return new EndiveProgram(
          module.withoutBytes(), skeleton, machine, brake, module.hasMemory(), warnings(codeBytes));
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException("the engine itself is not whole", e);
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      throw new RefusedException(Rule.ENGINE, "the engine does not take the module: " + words(e));
    }
  }

  /**
   * Generated code has a method for each list of several results, named after their types. All
   * references have the same name, and of two such methods one is not generated.
   */
  private static void requireResultsApart(WasmModule parsed) throws RefusedException {
    Map<List<String>, List<ValType>> known = new HashMap<>();
    for (int i = 0; i < parsed.functionSection().functionCount(); i++) {
      List<ValType> results =
          parsed.functionSection().getFunctionType(i, parsed.typeSection()).returns();
      List<String> names = results.stream().map(ValType::name).toList();
      if (results.size() > 1 && !known.computeIfAbsent(names, _ -> results).equals(results)) {
        throw new RefusedException(
            Rule.ENGINE,
            "the engine does not take the module: the several results of two functions differ in"
                + " nothing but funcref and externref");
      }
    }
  }

  private static MachineClasses compile(WasmModule parsed) {
    return (MachineClasses)
        Compiler.builder(parsed)
            .withInterpreterFallback(InterpreterFallback.FAIL)
            .withClassCollectorFactory(MachineClasses::new)
            .build()
            .compile()
            .collector();
  }

  /** In the engine's words; where it names a function, by the index that the module knows. */
  private static String words(Throwable thrown) {
    String message = thrown.getMessage();
    if (!(thrown instanceof WasmEngineException) || message == null) {
      return thrown.toString();
    }
    Matcher tooLarge = TOO_LARGE.matcher(message);
    return tooLarge.find()
        ? "function "
            + indexInModule(Integer.parseInt(tooLarge.group(1)))
            + " does not fit a method of the JVM, of 64 KiB: inline less into it, or divide it"
        : message;
  }

  /** The rewrite puts one import before all functions. */
  private static int indexInModule(int function) {
    return function - 1;
  }

  private static List<String> warnings(Map<String, Integer> codeBytes) {
    List<String> warnings = new ArrayList<>();
    codeBytes.forEach(
        (method, bytes) -> {
          if (method.startsWith(FUNCTION)
              && bytes > METHOD_BYTES_FAST
              && warnings.size() < WARNINGS_MAX) {
            warnings.add(
                "function %d makes %d bytes of JVM code; above %d the JVM compiles it badly, and it may run ten times slower: inline less into it, or compile with -O2 or -Os"
                    .formatted(
                        indexInModule(Integer.parseInt(method.substring(FUNCTION.length()))),
                        bytes,
                        METHOD_BYTES_FAST));
          }
        });
    return warnings;
  }
}

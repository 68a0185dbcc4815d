package io.banyan.compute;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A module that keeps the profile's rules, with what the rewrite added, and what the rest of the
 * sandbox needs to know of it.
 *
 * @param wasm the bytes for the engine's compiler
 * @param skeleton the same with empty function bodies: what an instance is made from
 * @param functions the type of each exported function, by name
 * @param exportsMemory whether it exports its memory as "memory"
 * @param hasMemory whether it has one
 * @param memoryPagesMax as it declares it, 65 536 if it does not
 * @param fuelGlobal the global, an i64, that counts the fuel down
 * @param depthGlobal the global, an i32, that counts the depth down
 * @param resettable whether all that a call may change is the memory and globals that are numbers
 * @param exports as people read them, in order
 * @param imports as people read them, in order
 * @param beginningFuel what a call costs before anything runs
 * @param measures what it takes of the profile's limits
 */
record Rewritten(
    byte[] wasm,
    byte[] skeleton,
    Map<String, Signature> functions,
    boolean exportsMemory,
    boolean hasMemory,
    int memoryPagesMin,
    int memoryPagesMax,
    List<Segment> segments,
    List<HostImport> hostImports,
    int fuelGlobal,
    int depthGlobal,
    boolean resettable,
    List<String> exports,
    List<String> imports,
    List<String> warnings,
    long beginningFuel,
    List<Measure> measures) {
  /** The function that a rewritten module imports first. */
  static final String METER_MODULE = "banyan";

  static final String METER_NAME = "meter";

  Rewritten {
    functions = Map.copyOf(functions);
    segments = List.copyOf(segments);
    hostImports = List.copyOf(hostImports);
    exports = List.copyOf(exports);
    imports = List.copyOf(imports);
    warnings = List.copyOf(warnings);
    measures = List.copyOf(measures);
  }

  /** For keeping: what the engine was made from is not needed again. */
  Rewritten withoutBytes() {
    byte[] none = {};
    return new Rewritten(
        none,
        none,
        functions,
        exportsMemory,
        hasMemory,
        memoryPagesMin,
        memoryPagesMax,
        segments,
        hostImports,
        fuelGlobal,
        depthGlobal,
        resettable,
        exports,
        imports,
        warnings,
        beginningFuel,
        measures);
  }

  /**
   * A data segment. Its bytes are shared by all instances and never written.
   *
   * @param address where an active segment goes, an unsigned number; empty if it is passive
   */
  record Segment(Optional<Integer> address, byte[] bytes) {}
}

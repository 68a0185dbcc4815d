package io.banyan.compute;

import io.banyan.schema.GuestFunction;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A module that keeps the rules, and what the rest of the sandbox needs to know of it.
 *
 * @param wasm the bytes for the engine's compiler, without custom sections
 * @param skeleton the same with empty function bodies: what an instance is made from
 * @param functions which of split, execute and merge it exports; none if it is a command
 * @param configures whether it exports {@code configure}
 * @param initializes whether it exports {@code _initialize}
 * @param memoryPagesMax as it declares it, 65 536 if it does not
 * @param exports as people read them, in order
 * @param imports as people read them, in order
 */
record Inspection(
    byte[] wasm,
    byte[] skeleton,
    ModuleKind kind,
    Set<GuestFunction> functions,
    boolean configures,
    boolean initializes,
    int memoryPagesMin,
    int memoryPagesMax,
    List<Segment> segments,
    List<HostImport> hostImports,
    List<String> exports,
    List<String> imports,
    List<String> warnings) {
  Inspection {
    functions = Set.copyOf(functions);
    segments = List.copyOf(segments);
    hostImports = List.copyOf(hostImports);
    exports = List.copyOf(exports);
    imports = List.copyOf(imports);
    warnings = List.copyOf(warnings);
  }

  /** For keeping: what the engine was made from is not needed again. */
  Inspection withoutBytes() {
    byte[] none = {};
    return new Inspection(
        none,
        none,
        kind,
        functions,
        configures,
        initializes,
        memoryPagesMin,
        memoryPagesMax,
        segments,
        hostImports,
        exports,
        imports,
        warnings);
  }

  /**
   * A data segment. Its bytes are shared by all instances and never written.
   *
   * @param address where an active segment goes, an unsigned number; empty if it is passive
   */
  record Segment(Optional<Integer> address, byte[] bytes) {}
}

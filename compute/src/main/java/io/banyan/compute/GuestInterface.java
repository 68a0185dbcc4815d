package io.banyan.compute;

import static io.banyan.compute.ValueType.I32;
import static io.banyan.compute.ValueType.I64;

import io.banyan.schema.GuestFunction;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a module exports of the guest interface {@code banyan/1}.
 *
 * @param functions which of split, execute and merge it exports; none if it is a command
 * @param configures whether it exports {@code configure}
 * @param initializes whether it exports {@code _initialize}
 */
record GuestInterface(
    ModuleKind kind, Set<GuestFunction> functions, boolean configures, boolean initializes) {
  /** {@code split}, {@code execute}, {@code merge}: pointer and length in, both packed out. */
  static final Signature CALL = new Signature(List.of(I32, I32), List.of(I64));

  /** {@code alloc}: a length in, a pointer out, 0 for failure. */
  static final Signature ALLOC = new Signature(List.of(I32), List.of(I32));

  /** {@code configure}: pointer and length of a list. */
  static final Signature CONFIGURE = new Signature(List.of(I32, I32), List.of());

  /** {@code _start}, {@code _initialize}. */
  static final Signature VOID = new Signature(List.of(), List.of());

  GuestInterface {
    functions = Set.copyOf(functions);
  }

  /**
   * The interface of {@code module}.
   *
   * @throws RefusedException if it lacks what the interface demands, or has it with another type
   */
  static GuestInterface of(Rewritten module) throws RefusedException {
    if (!module.exportsMemory()) {
      throw refused("module exports no memory named 'memory'");
    }
    boolean executes = exports(module, "execute", CALL);
    if (!executes && !exports(module, "_start", VOID)) {
      throw refused("module exports no 'execute' and no '_start'");
    }
    Set<GuestFunction> functions = EnumSet.noneOf(GuestFunction.class);
    if (executes) {
      if (!exports(module, "alloc", ALLOC)) {
        throw refused("module exports 'execute' but no 'alloc'");
      }
      for (GuestFunction function : GuestFunction.values()) {
        if (exports(module, function.exportName(), CALL)) {
          functions.add(function);
        }
      }
    }
    return new GuestInterface(
        executes ? ModuleKind.REACTOR : ModuleKind.COMMAND,
        functions,
        executes && exports(module, "configure", CONFIGURE),
        exports(module, "_initialize", VOID));
  }

  private static boolean exports(Rewritten module, String name, Signature expected)
      throws RefusedException {
    Optional<Signature> found = Optional.ofNullable(module.functions().get(name));
    if (found.isPresent() && !found.get().equals(expected)) {
      throw refused("export '" + name + "' is " + found.get() + ", not " + expected);
    }
    return found.isPresent();
  }

  private static RefusedException refused(String sentence) {
    return new RefusedException(Rule.GUEST_INTERFACE, sentence);
  }
}

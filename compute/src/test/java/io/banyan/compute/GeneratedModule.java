package io.banyan.compute;

import io.banyan.schema.GuestFunction;
import java.util.List;

/**
 * A random module that is valid and keeps {@code banyan/1}.
 *
 * @param functions which of split, execute and merge it exports; execute always
 */
record GeneratedModule(long seed, Style style, byte[] wasm, List<GuestFunction> functions) {
  GeneratedModule {
    functions = List.copyOf(functions);
  }

  /** What of the language a module uses. */
  enum Floats {
    /** Integers only. */
    NONE,
    /** Floats, but the bits of no NaN get into an integer or the memory. */
    HIDDEN,
    /** Floats, NaNs of all payloads, and everything that shows their bits. */
    OPEN
  }

  /**
   * @param endless whether loops and recursion may go on until the fuel is used up
   * @param imports whether it imports host functions
   * @param blockParams whether blocks and ifs take params
   */
  record Style(Floats floats, boolean endless, boolean imports, boolean blockParams) {
    /**
     * Whether the engine comes to the same with the module as it stands. Where blocks take params,
     * Endive 1.0.0 does not: it leaves them on the stack when a branch ends the block.
     */
    boolean isPortable() {
      return floats != Floats.OPEN && !imports && !blockParams;
    }
  }

  @Override
  public String toString() {
    return "module of seed %d (%s, %d bytes)".formatted(seed, style, wasm.length);
  }
}

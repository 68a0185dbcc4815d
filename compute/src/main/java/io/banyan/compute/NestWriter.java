package io.banyan.compute;

import java.util.Arrays;
import java.util.List;

/**
 * Writes blocks so that no loop has operands below it, and no block has parameters. Confined to the
 * writing of one function.
 */
final class NestWriter {
  /*
   * Two reasons. The JVM replaces an interpreted loop by compiled code only where its operand stack
   * is empty: a leaf that is one call of one loop would be interpreted to its end, a hundred times
   * slower. And Endive 1.0.0 does not drop a block's own parameters when one branches to its end:
   * it computes something else, and says nothing.
   */
  private static final ValueType[] POOLS = ValueType.values();

  private final List<Nest> nests;
  private final BodyWriter.FunctionTypes types;
  private final int[] bases = new int[ValueType.SLOTS];
  private final int[] sizes = new int[ValueType.SLOTS];
  private WasmWriter out = new WasmWriter(0);

  NestWriter(List<Nest> nests, BodyWriter.FunctionTypes types) {
    this.nests = nests;
    this.types = types;
    for (Nest nest : nests) {
      if (nest.isChanged()) {
        for (ValueType pool : POOLS) {
          sizes[pool.slot()] = Math.max(sizes[pool.slot()], nest.demand(pool));
        }
      }
    }
  }

  /**
   * Declares the pools as locals from {@code first} on.
   *
   * @return the number of groups
   */
  int declare(WasmWriter locals, int first) {
    int next = first;
    int groups = 0;
    for (ValueType pool : POOLS) {
      bases[pool.slot()] = next;
      if (sizes[pool.slot()] > 0) {
        locals.u32(sizes[pool.slot()]).u8(pool.code());
        next += sizes[pool.slot()];
        groups++;
      }
    }
    return groups;
  }

  boolean changes(int nest) {
    return nest >= 0 && nests.get(nest).isChanged();
  }

  /** In the place of the opening instruction. */
  void open(WasmWriter to, int index) {
    out = to;
    Nest nest = nests.get(index);
    int[] free = free(nest);
    int[] below = locals(nest.below(), free);
    int[] params = locals(nest.type().params(), free);
    int condition = free[ValueType.I32.slot()];
    if (nest.opcode() == Opcodes.IF) {
      set(condition);
    }
    setAll(params);
    setAll(below);
    if (nest.handsOver()) {
      if (nest.opcode() == Opcodes.IF) {
        get(condition);
      }
      writeBlock(out, nest.opcode(), nest.type().results(), types);
      getAll(params);
      return;
    }
    getAll(params);
    if (nest.opcode() == Opcodes.IF) {
      get(condition);
    }
    if (nest.type().params().isEmpty()) {
      writeBlock(out, nest.opcode(), nest.type().results(), types);
    } else {
      out.u8(nest.opcode()).signed(types.index(nest.type()));
    }
  }

  /** Behind the {@code else}. */
  void otherwise(WasmWriter to, int index) {
    out = to;
    Nest nest = nests.get(index);
    if (nest.handsOver()) {
      int[] free = free(nest);
      locals(nest.below(), free);
      getAll(locals(nest.type().params(), free));
    }
  }

  /**
   * In the place of the {@code end}.
   *
   * @param lacksElse whether it ends an if without an else
   */
  void close(WasmWriter to, int index, boolean lacksElse) {
    out = to;
    if (lacksElse && nests.get(index).handsOver()) {
      out.u8(Opcodes.ELSE);
      otherwise(to, index);
    }
    out.u8(Opcodes.END);
    Nest nest = nests.get(index);
    if (!nest.below().isEmpty()) {
      int[] free = free(nest);
      int[] below = locals(nest.below(), free);
      int[] results = locals(nest.type().results(), free);
      setAll(results);
      getAll(below);
      getAll(results);
    }
  }

  /** A block's opening instruction and type, for a block without parameters. */
  static void writeBlock(
      WasmWriter out, int opcode, List<ValueType> results, BodyWriter.FunctionTypes types) {
    out.u8(opcode);
    switch (results.size()) {
      case 0 -> out.u8(BodyWriter.EMPTY_BLOCK);
      case 1 -> out.u8(results.getFirst().code());
      default -> out.signed(types.index(new Signature(List.of(), results)));
    }
  }

  /** The first free local of each pool. */
  private int[] free(Nest nest) {
    int[] free = bases.clone();
    for (ValueType pool : POOLS) {
      free[pool.slot()] += nest.taken(pool);
    }
    return free;
  }

  /** Takes a local for each type. */
  private static int[] locals(List<ValueType> wanted, int[] free) {
    int[] locals = new int[wanted.size()];
    Arrays.setAll(locals, i -> free[wanted.get(i).slot()]++);
    return locals;
  }

  private void setAll(int[] locals) {
    for (int i = locals.length - 1; i >= 0; i--) {
      set(locals[i]);
    }
  }

  private void getAll(int[] locals) {
    for (int local : locals) {
      get(local);
    }
  }

  private void set(int local) {
    out.u8(Opcodes.LOCAL_SET).u32(local);
  }

  private void get(int local) {
    out.u8(Opcodes.LOCAL_GET).u32(local);
  }
}

package io.banyan.compute;

import java.util.List;

/**
 * A block that is entered with operands below it or in its hands, as the rewrite may have to write
 * it otherwise. Confined to the rewrite of its function.
 */
final class Nest {
  /*
   * Its operands wait in locals, of which a function has a pool for each type. Those below wait
   * until the block is left; parameters, a condition and results only for a moment.
   */
  private final int opcode;
  private final Signature type;
  private final int[] taken; // of each pool, by the blocks around it
  private List<ValueType> below = List.of();

  /**
   * @param opcode block, loop or if
   * @param taken how many of each type's locals the blocks around it may need
   */
  Nest(int opcode, Signature type, int[] taken) {
    this.opcode = opcode;
    this.type = type;
    this.taken = taken.clone();
  }

  int opcode() {
    return opcode;
  }

  Signature type() {
    return type;
  }

  int taken(ValueType pool) {
    return taken[pool.slot()];
  }

  /** The operands below it that have to wait. */
  List<ValueType> below() {
    return below;
  }

  /** There is a loop in it, or it is one. */
  void clear(List<ValueType> operands) {
    below = List.copyOf(operands);
  }

  /** Whether its parameters are handed over in locals. */
  boolean handsOver() {
    return opcode != Opcodes.LOOP && !type.params().isEmpty();
  }

  boolean isChanged() {
    return handsOver() || !below.isEmpty();
  }

  /** How many locals of a type it needs, with the blocks around it. */
  int demand(ValueType pool) {
    int passing = Math.max(count(type.params(), pool), count(type.results(), pool));
    int condition = pool == ValueType.I32 ? 1 : 0;
    return taken(pool) + count(below, pool) + passing + condition;
  }

  private static int count(List<ValueType> types, ValueType wanted) {
    int count = 0;
    for (ValueType type : types) {
      if (type == wanted) {
        count++;
      }
    }
    return count;
  }
}

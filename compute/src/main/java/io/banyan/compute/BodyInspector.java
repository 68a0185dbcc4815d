package io.banyan.compute;

import java.util.List;

/**
 * Reads the bodies of a module's functions, one after the other, and refuses what the compiler
 * could choke on. It does not validate types, the engine does; but it bounds everything for invalid
 * bodies too. Confined to one thread.
 */
final class BodyInspector {
  private final List<Signature> types;
  private final int[] functionTypes;
  private long instructionCount;
  private long branchEntryCount;
  private long branchSlotCount;
  private int localCount;

  // One frame for each open block: the operand height below it, how many operands enter and leave
  // it, and whether it is an `if` that may still have its `else`.
  private final int[] heights = new int[ModuleLimits.NESTING_MAX + 1];
  private final int[] params = new int[ModuleLimits.NESTING_MAX + 1];
  private final int[] results = new int[ModuleLimits.NESTING_MAX + 1];
  private final boolean[] takesElse = new boolean[ModuleLimits.NESTING_MAX + 1];
  private int depth;
  private int height;

  /**
   * @param functionTypes the type of each function, imported ones first
   */
  BodyInspector(List<Signature> types, int[] functionTypes) {
    this.types = types;
    this.functionTypes = functionTypes;
  }

  /** Reads one body; returns how many instructions it has. */
  int inspect(WasmReader body, Signature signature) throws RefusedException {
    localCount = signature.params().size() + readLocals(body);
    long before = instructionCount;
    depth = -1;
    height = 0;
    enter(0, signature.results().size());
    while (depth >= 0) {
      instructionCount++;
      if (instructionCount > ModuleLimits.INSTRUCTION_COUNT_MAX) {
        throw new RefusedException(
            "module has more than " + ModuleLimits.INSTRUCTION_COUNT_MAX + " instructions");
      }
      inspectInstruction(body);
    }
    if (!body.atEnd()) {
      throw body.malformed("a function has bytes behind its end");
    }
    return (int) (instructionCount - before);
  }

  private static int readLocals(WasmReader body) throws RefusedException {
    long groups = body.u32();
    long count = 0;
    for (long i = 0; i < groups; i++) {
      count += body.u32();
      if (count > ModuleLimits.LOCAL_COUNT_MAX) {
        throw new RefusedException(
            "function has " + count + " locals, limit " + ModuleLimits.LOCAL_COUNT_MAX);
      }
      ValueType.of(body.u8());
    }
    return (int) count;
  }

  private void inspectInstruction(WasmReader body) throws RefusedException {
    int opcode = body.u8();
    if (opcode >= 0x02 && opcode <= 0x0e) {
      countBranch();
    }
    switch (opcode) {
      case 0x00, 0x0f -> height = heights[depth]; // unreachable, return: what follows is dead
      case 0x02, 0x03 -> enterBlock(body);
      case 0x04 -> {
        pop(1);
        enterBlock(body);
        takesElse[depth] = true;
      }
      case 0x05 -> {
        if (!takesElse[depth]) {
          throw body.malformed("an else without an if");
        }
        takesElse[depth] = false;
        height = heights[depth] + params[depth];
      }
      case 0x0b -> {
        height = heights[depth];
        push(results[depth]);
        depth--;
      }
      case 0x0c -> {
        readLabel(body);
        height = heights[depth];
      }
      case 0x0d -> {
        readLabel(body);
        pop(1);
      }
      case 0x0e -> readBranchTable(body);
      case 0x10 -> {
        long function = body.u32();
        if (function >= functionTypes.length) {
          throw body.malformed("a call of function " + function + ", which does not exist,");
        }
        apply(types.get(functionTypes[(int) function]));
      }
      case 0x11 -> {
        Signature type = typeAt(body, body.u32());
        body.u32();
        pop(1);
        apply(type);
      }
      case 0xfc -> apply(body, Opcodes.bulkShape(body.u32()));
      default -> apply(body, Opcodes.shape(opcode));
    }
  }

  private void countBranch() throws RefusedException {
    branchSlotCount += localCount + height;
    if (branchSlotCount > ModuleLimits.BRANCH_SLOTS_TOTAL_MAX) {
      throw new RefusedException(
          "locals and operands at branches exceed "
              + ModuleLimits.BRANCH_SLOTS_TOTAL_MAX
              + " in all");
    }
  }

  private void apply(Signature callee) throws RefusedException {
    pop(callee.params().size());
    push(callee.results().size());
  }

  private void apply(WasmReader body, Opcodes.Shape shape) throws RefusedException {
    skip(body, shape.immediate());
    pop(shape.pops());
    push(shape.pushes());
  }

  private static void skip(WasmReader body, Opcodes.Immediate immediate) throws RefusedException {
    switch (immediate) {
      case NONE -> {}
      case INDEX -> body.u32();
      case TWO_INDICES -> {
        body.u32();
        body.u32();
      }
      case MEMORY_ARGUMENT -> readMemoryArgument(body);
      case MEMORY_INDEX -> {
        if (body.u8() != 0) {
          throw new RefusedException("an instruction names a second memory, limit 1");
        }
      }
      case I32 -> body.signed(32);
      case I64 -> body.signed(64);
      case F32 -> body.skip(Float.BYTES);
      case F64 -> body.skip(Double.BYTES);
      case REFERENCE_TYPE -> ValueType.of(body.u8());
      case TYPES -> {
        int count = body.u32("number of select's types", 1);
        for (int i = 0; i < count; i++) {
          ValueType.of(body.u8());
        }
      }
    }
  }

  private static void readMemoryArgument(WasmReader body) throws RefusedException {
    long alignment = body.u32();
    if (alignment >= 64) {
      throw new RefusedException("an instruction names a second memory, limit 1");
    }
    long offset = body.u32();
    if (offset > Integer.MAX_VALUE) {
      // No access with it could succeed, and Endive 1.0.0 adds it to the address with 32 bits.
      throw new RefusedException("memory offset " + offset + " exceeds " + Integer.MAX_VALUE);
    }
  }

  private void readBranchTable(WasmReader body) throws RefusedException {
    long entries = body.u32();
    if (entries > ModuleLimits.BR_TABLE_ENTRIES_MAX) {
      throw new RefusedException(
          "br_table of " + entries + " entries exceeds " + ModuleLimits.BR_TABLE_ENTRIES_MAX);
    }
    branchEntryCount += entries;
    if (branchEntryCount > ModuleLimits.BR_TABLE_ENTRIES_TOTAL_MAX) {
      throw new RefusedException(
          "br_table entries exceed " + ModuleLimits.BR_TABLE_ENTRIES_TOTAL_MAX + " in all");
    }
    for (long i = 0; i <= entries; i++) {
      readLabel(body);
    }
    height = heights[depth];
  }

  private void readLabel(WasmReader body) throws RefusedException {
    long label = body.u32();
    if (label > depth) {
      throw body.malformed("a branch to label " + label + ", which does not exist,");
    }
  }

  private void enterBlock(WasmReader body) throws RefusedException {
    long type = body.signed(33);
    if (type >= 0) {
      Signature signature = typeAt(body, type);
      pop(signature.params().size());
      enter(signature.params().size(), signature.results().size());
      push(signature.params().size());
      return;
    }
    boolean empty = type == -64;
    if (!empty) {
      ValueType.of((int) (type & 0x7f));
    }
    enter(0, empty ? 0 : 1);
  }

  private Signature typeAt(WasmReader body, long index) throws RefusedException {
    if (index >= types.size()) {
      throw body.malformed("type " + index + ", which does not exist,");
    }
    return types.get((int) index);
  }

  private void enter(int paramCount, int resultCount) throws RefusedException {
    if (depth == ModuleLimits.NESTING_MAX) {
      throw new RefusedException("blocks nest deeper than " + ModuleLimits.NESTING_MAX);
    }
    depth++;
    heights[depth] = height;
    params[depth] = paramCount;
    results[depth] = resultCount;
    takesElse[depth] = false;
  }

  // In dead code operands may be taken that nobody left, so the height stops at the block's own.
  private void pop(int count) {
    height = Math.max(heights[depth], height - count);
  }

  private void push(int count) throws RefusedException {
    height += count;
    if (height > ModuleLimits.OPERAND_COUNT_MAX) {
      throw new RefusedException("operand stack is higher than " + ModuleLimits.OPERAND_COUNT_MAX);
    }
  }
}

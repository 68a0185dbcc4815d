package io.banyan.compute;

import io.banyan.compute.Opcodes.Nans;
import io.banyan.compute.Opcodes.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads the bodies of a module's functions, one after the other: refuses what is not valid, by the
 * algorithm of the core specification's appendix A.3, and what exceeds the profile's limits; and
 * finds what the rewrite has to change. Confined to one thread.
 */
final class BodyReader {
  /*
   * One file holds all instructions that are not plain, since each is a line or two and they share
   * two stacks: of operands, and of open blocks. That is why it is longer than most.
   *
   * Where the payload of a NaN can be seen: an operand remembers which edit, if any, left it as a
   * float of doubtful payload. An instruction that answers the same whatever the payload takes it
   * as it is; any other, and the end of a block, makes the edit necessary. So a chain of float
   * arithmetic is made canonical once, at its end.
   */

  private static final ValueType[] BY_CODE = new ValueType[128];

  static {
    for (ValueType type : ValueType.values()) {
      BY_CODE[type.code()] = type;
    }
  }

  static final int FRAME_BYTES = 64; // of the depth limit, beside its slots
  static final int SLOT_BYTES = 8;
  private static final int ANY = 0; // the type of an operand in dead code
  private static final int GROUPS_MAX = 10 * ModuleLimits.LOCAL_COUNT_MAX; // empty ones too
  private static final int EXACT = -1; // the origin of an operand whose bits are all determined

  private final ModuleScope scope;
  private long instructionCount;
  private long branchEntryCount;
  private long branchSlotCount;
  private long clearedCount; // operands that wait in locals, each four bytes of code or more

  /** Whether any table changes, or any segment is dropped. */
  private boolean mutating;

  // The function that is being read.
  private final ValueType[] locals =
      new ValueType[ModuleLimits.PARAM_COUNT_MAX + ModuleLimits.LOCAL_COUNT_MAX];
  private int localCount;
  private List<Edit> edits = List.of();
  private List<Nest> nests = List.of();
  private boolean loopTakesOperands;
  private long entryFuel;

  private final int[] operands = new int[ModuleLimits.OPERAND_COUNT_MAX];
  private final int[] origins = new int[ModuleLimits.OPERAND_COUNT_MAX];
  private int height;
  private int heightMax;
  private int poppedOrigin = EXACT;

  // Open blocks; the function itself is the outermost.
  private static final int BLOCKS_MAX = ModuleLimits.NESTING_MAX + 1;
  private final int[] openers = new int[BLOCKS_MAX];
  private final Signature[] blockTypes = new Signature[BLOCKS_MAX];
  private final int[] floors = new int[BLOCKS_MAX]; // the height below a block's operands
  private final boolean[] dead = new boolean[BLOCKS_MAX];
  private final int[] loops = new int[BLOCKS_MAX]; // the edit of the innermost loop, or -1
  private final int[] nestOf = new int[BLOCKS_MAX];
  private final boolean[] holdsLoop = new boolean[BLOCKS_MAX];
  private final int[] taken = new int[ValueType.SLOTS]; // by the operands below them
  private int depth;

  BodyReader(ModuleScope scope) {
    this.scope = scope;
  }

  /** Whether a body that was read may change a table or drop a segment. */
  boolean isMutating() {
    return mutating;
  }

  /** Reads one body, which {@code body} holds and nothing else. */
  Body read(WasmReader body, Signature signature) throws RefusedException {
    localCount = 0;
    signature.params().forEach(type -> locals[localCount++] = type);
    int groupCount = body.u32(Rule.LOCAL_COUNT, "number of groups of locals", GROUPS_MAX);
    int groupsStart = body.position();
    readLocals(body, groupCount);
    int codeStart = body.position();
    edits = new ArrayList<>();
    nests = new ArrayList<>();
    loopTakesOperands = false;
    Arrays.fill(taken, 0);
    entryFuel = 1L + localCount / 4;
    height = 0;
    heightMax = 0;
    depth = -1;
    long before = instructionCount;
    enter(body, Opcodes.BLOCK, new Signature(List.of(), signature.results()), -1);
    int codeEnd = codeStart;
    while (depth >= 0) {
      codeEnd = body.position();
      readInstruction(body);
    }
    if (!body.atEnd()) {
      throw body.malformed("a function has bytes behind its end");
    }
    return new Body(
        signature,
        groupCount,
        groupsStart,
        codeStart,
        codeEnd,
        localCount,
        (int) (instructionCount - before),
        entryFuel,
        FRAME_BYTES + SLOT_BYTES * (localCount + heightMax),
        edits,
        kinds(),
        nests,
        loopTakesOperands);
  }

  private Set<Edit.Kind> kinds() {
    Set<Edit.Kind> kinds = EnumSet.noneOf(Edit.Kind.class);
    for (Edit edit : edits) {
      boolean seen =
          switch (edit.kind()) {
            case CANONICAL_F32, CANONICAL_F64 -> edit.argument() != 0;
            case LOOP,
                OPEN,
                ELSE,
                END,
                CALL,
                CALL_INDIRECT,
                FUNCTION_REFERENCE,
                RETURN,
                MOVE_BYTES,
                MOVE_ENTRIES,
                GROW_MEMORY,
                GROW_TABLE,
                FAR_ACCESS ->
                true;
          };
      if (seen) {
        kinds.add(edit.kind());
      }
    }
    return kinds;
  }

  private void readLocals(WasmReader body, int groupCount) throws RefusedException {
    long count = 0;
    for (int i = 0; i < groupCount; i++) {
      long more = body.u32();
      count += more;
      if (count > ModuleLimits.LOCAL_COUNT_MAX) {
        throw body.refused(
            Rule.LOCAL_COUNT,
            "function has " + count + " locals, limit " + ModuleLimits.LOCAL_COUNT_MAX);
      }
      ValueType type = ValueType.read(body);
      for (long k = 0; k < more; k++) {
        locals[localCount++] = type;
      }
    }
  }

  private void readInstruction(WasmReader body) throws RefusedException {
    int start = body.position();
    int opcode = body.u8();
    instructionCount++;
    if (instructionCount > ModuleLimits.INSTRUCTION_COUNT_MAX) {
      throw body.refused(
          Rule.INSTRUCTION_COUNT,
          "module has more than " + ModuleLimits.INSTRUCTION_COUNT_MAX + " instructions");
    }
    switch (opcode) {
      case Opcodes.NOP -> {}
      case Opcodes.BLOCK -> readBlock(body, start);
      case Opcodes.LOOP -> readLoop(body, start);
      case Opcodes.IF -> readIf(body, start);
      case Opcodes.ELSE -> readElse(body, start);
      case Opcodes.END -> readEnd(body, start);
      default -> {
        spend();
        readOther(body, start, opcode);
      }
    }
  }

  private void spend() {
    if (loops[depth] < 0) {
      entryFuel++;
    } else {
      edits.get(loops[depth]).count();
    }
  }

  private void readBlock(WasmReader body, int start) throws RefusedException {
    countSlots(body);
    Signature type = readBlockType(body);
    popAll(body, type.params());
    int nest = nest(Opcodes.BLOCK, type);
    enter(body, Opcodes.BLOCK, type, nest);
    nested(Edit.Kind.OPEN, start, body, 0, nest);
  }

  private void readLoop(WasmReader body, int start) throws RefusedException {
    countSlots(body);
    Signature type = readBlockType(body);
    popAll(body, type.params());
    int nest = nest(Opcodes.LOOP, type);
    Edit edit = new Edit(Edit.Kind.LOOP, start, body.position(), 1, nest);
    edits.add(edit);
    int index = edits.size() - 1;
    enter(body, Opcodes.LOOP, type, nest);
    loops[depth] = index;
    loopTakesOperands |= !type.params().isEmpty();
    clearBelow(body);
  }

  private void readIf(WasmReader body, int start) throws RefusedException {
    countSlots(body);
    spend();
    Signature type = readBlockType(body);
    pop(body, ValueType.I32);
    popAll(body, type.params());
    int nest = nest(Opcodes.IF, type);
    enter(body, Opcodes.IF, type, nest);
    nested(Edit.Kind.OPEN, start, body, 0, nest);
  }

  private void readElse(WasmReader body, int start) throws RefusedException {
    countSlots(body);
    if (openers[depth] != Opcodes.IF) {
      throw body.malformed("an else without an if");
    }
    int nest = nestOf[depth];
    boolean holds = holdsLoop[depth];
    Signature type = leave(body);
    enter(body, Opcodes.ELSE, type, nest);
    holdsLoop[depth] = holds;
    nested(Edit.Kind.ELSE, start, body, 0, nest);
  }

  private void readEnd(WasmReader body, int start) throws RefusedException {
    countSlots(body);
    boolean lacksElse = openers[depth] == Opcodes.IF;
    int nest = nestOf[depth];
    Signature type = leave(body);
    if (lacksElse && !type.params().equals(type.results())) {
      throw body.invalid("an if without an else changes its operands");
    }
    if (depth >= 0) {
      pushAll(body, type.results());
      nested(Edit.Kind.END, start, body, lacksElse ? 1 : 0, nest);
    }
  }

  /** The number of a nest for the block that is about to be entered; -1 if it need not be one. */
  private int nest(int opcode, Signature type) {
    boolean bears = height > floors[depth];
    if (!bears && (opcode == Opcodes.LOOP || type.params().isEmpty())) {
      return -1;
    }
    nests.add(new Nest(opcode, type, taken));
    return nests.size() - 1;
  }

  /** A loop begins: nothing may lie below the blocks that are open. */
  private void clearBelow(WasmReader body) throws RefusedException {
    for (int k = depth; k > 0 && !holdsLoop[k]; k--) {
      holdsLoop[k] = true;
      if (nestOf[k] >= 0) {
        clearedCount += floors[k] - floors[k - 1];
        if (clearedCount > ModuleLimits.CLEARED_OPERANDS_MAX) {
          throw body.refused(
              Rule.CODE_BYTES,
              "operands below loops exceed " + ModuleLimits.CLEARED_OPERANDS_MAX + " in all");
        }
        nests.get(nestOf[k]).clear(operands(floors[k - 1], floors[k]));
      }
    }
  }

  /** The types of operands, or none of them if one is not known, as in dead code. */
  private List<ValueType> operands(int from, int to) {
    List<ValueType> types = new ArrayList<>(to - from);
    for (int i = from; i < to; i++) {
      if (operands[i] == ANY) {
        return List.of();
      }
      types.add(BY_CODE[operands[i]]);
    }
    return types;
  }

  private void nested(Edit.Kind kind, int start, WasmReader body, long argument, int nest) {
    if (nest >= 0) {
      edits.add(new Edit(kind, start, body.position(), argument, nest));
    }
  }

  private void readOther(WasmReader body, int start, int opcode) throws RefusedException {
    switch (opcode) {
      case Opcodes.UNREACHABLE -> kill();
      case Opcodes.BR -> {
        countSlots(body);
        popAll(body, readLabel(body));
        kill();
      }
      case Opcodes.BR_IF -> {
        countSlots(body);
        List<ValueType> carried = readLabel(body);
        pop(body, ValueType.I32);
        popAll(body, carried);
        pushAll(body, carried);
      }
      case Opcodes.BR_TABLE -> readBranchTable(body);
      case Opcodes.RETURN -> {
        popAll(body, blockTypes[0].results());
        kill();
        edit(Edit.Kind.RETURN, start, body, depth);
      }
      case Opcodes.CALL -> {
        long function = body.u32();
        apply(body, scope.function(body, function));
        edit(Edit.Kind.CALL, start, body, function);
      }
      case Opcodes.CALL_INDIRECT -> {
        Signature type = scope.type(body, body.u32());
        requireFunctions(body, scope.table(body, body.u32()));
        pop(body, ValueType.I32);
        apply(body, type);
        edit(Edit.Kind.CALL_INDIRECT, start, body, 0);
      }
      case Opcodes.DROP -> popAny(body);
      case Opcodes.SELECT -> select(body);
      case Opcodes.SELECT_TYPED -> selectTyped(body);
      case Opcodes.LOCAL_GET -> push(body, readLocal(body));
      case Opcodes.LOCAL_SET -> pop(body, readLocal(body));
      case Opcodes.LOCAL_TEE -> {
        ValueType type = readLocal(body);
        pop(body, type);
        push(body, type);
      }
      case Opcodes.GLOBAL_GET -> push(body, scope.global(body, body.u32()).type());
      case Opcodes.GLOBAL_SET -> {
        ModuleScope.Global global = scope.global(body, body.u32());
        if (!global.mutable()) {
          throw body.invalid("an immutable global is set");
        }
        pop(body, global.type());
      }
      case Opcodes.TABLE_GET -> {
        ValueType type = scope.table(body, body.u32());
        pop(body, ValueType.I32);
        push(body, type);
      }
      case Opcodes.TABLE_SET -> {
        mutating = true;
        pop(body, scope.table(body, body.u32()));
        pop(body, ValueType.I32);
      }
      case Opcodes.MEMORY_SIZE -> {
        readMemoryIndex(body);
        push(body, ValueType.I32);
      }
      case Opcodes.MEMORY_GROW -> {
        readMemoryIndex(body);
        pop(body, ValueType.I32);
        push(body, ValueType.I32);
        edit(Edit.Kind.GROW_MEMORY, start, body, 0);
      }
      case Opcodes.I32_CONST -> {
        body.signed(32);
        push(body, ValueType.I32);
      }
      case Opcodes.I64_CONST -> {
        body.signed(64);
        push(body, ValueType.I64);
      }
      case Opcodes.F32_CONST -> {
        body.skip(Float.BYTES);
        push(body, ValueType.F32);
      }
      case Opcodes.F64_CONST -> {
        body.skip(Double.BYTES);
        push(body, ValueType.F64);
      }
      case Opcodes.REF_NULL -> push(body, ValueType.readReference(body));
      case Opcodes.REF_IS_NULL -> {
        int type = popAny(body);
        if (type != ANY && !isReference(type)) {
          throw body.invalid("ref.is_null of a number");
        }
        push(body, ValueType.I32);
      }
      case Opcodes.REF_FUNC -> {
        long function = body.u32();
        scope.function(body, function);
        if (!scope.declared.get((int) function)) {
          throw body.invalid("ref.func " + function + " of a function that nothing declares");
        }
        scope.referenced.set((int) function);
        push(body, ValueType.FUNCREF);
        edit(Edit.Kind.FUNCTION_REFERENCE, start, body, function);
      }
      case Opcodes.BULK -> readBulk(body, start);
      default -> readPlain(body, start, opcode);
    }
  }

  private void readPlain(WasmReader body, int start, int opcode) throws RefusedException {
    Shape shape = Opcodes.shape(opcode, start);
    if (shape.isAccess()) {
      readAccess(body, start, shape);
    }
    applyPlain(body, start, shape);
  }

  private void applyPlain(WasmReader body, int start, Shape shape) throws RefusedException {
    List<ValueType> pops = shape.pops();
    for (int i = pops.size() - 1; i >= 0; i--) {
      take(body, pops.get(i));
      if (shape.nans() == Nans.KEEPS) {
        settle();
      }
    }
    for (ValueType type : shape.pushes()) {
      push(body, type);
      if (shape.nans() == Nans.MAKES) {
        origins[height - 1] = edits.size();
        Edit.Kind kind = type == ValueType.F32 ? Edit.Kind.CANONICAL_F32 : Edit.Kind.CANONICAL_F64;
        edit(kind, start, body, 0);
      }
    }
  }

  private void readAccess(WasmReader body, int start, Shape shape) throws RefusedException {
    long alignment = body.u32();
    if (alignment >= 64 && alignment < 128) {
      throw body.refused(Rule.MEMORY_COUNT, "an instruction names a second memory, limit 1");
    }
    if (alignment >= 128) {
      throw body.malformed("flags of a memory access of " + alignment);
    }
    if (alignment > shape.alignment()) {
      throw body.invalid("an access is aligned beyond its own size");
    }
    long offset = body.u32();
    scope.requireMemory(body);
    if (offset > Integer.MAX_VALUE) {
      edit(Edit.Kind.FAR_ACCESS, start, body, alignment);
    }
  }

  private void readBulk(WasmReader body, int start) throws RefusedException {
    long number = body.u32();
    if (number > Opcodes.TABLE_FILL || number < Opcodes.MEMORY_INIT) {
      applyPlain(body, start, Opcodes.saturatingShape(number, start));
      return;
    }
    switch ((int) number) {
      case Opcodes.MEMORY_INIT -> {
        long segment = body.u32();
        readMemoryIndex(body);
        scope.requireData(body, segment);
        popCounters(body);
        edit(Edit.Kind.MOVE_BYTES, start, body, 0);
      }
      case Opcodes.DATA_DROP -> {
        mutating = true;
        scope.requireData(body, body.u32());
      }
      case Opcodes.MEMORY_COPY -> {
        readMemoryIndex(body);
        readMemoryIndex(body);
        popCounters(body);
        edit(Edit.Kind.MOVE_BYTES, start, body, 0);
      }
      case Opcodes.MEMORY_FILL -> {
        readMemoryIndex(body);
        popCounters(body);
        edit(Edit.Kind.MOVE_BYTES, start, body, 0);
      }
      case Opcodes.TABLE_INIT -> {
        ValueType elements = scope.elements(body, body.u32());
        requireSame(body, elements, scope.table(body, body.u32()));
        popCounters(body);
        moveEntries(body, start);
      }
      case Opcodes.ELEM_DROP -> {
        mutating = true;
        scope.elements(body, body.u32());
      }
      case Opcodes.TABLE_COPY -> {
        ValueType to = scope.table(body, body.u32());
        requireSame(body, to, scope.table(body, body.u32()));
        popCounters(body);
        moveEntries(body, start);
      }
      case Opcodes.TABLE_GROW -> {
        mutating = true;
        ValueType type = scope.table(body, body.u32());
        pop(body, ValueType.I32);
        pop(body, type);
        push(body, ValueType.I32);
        edit(Edit.Kind.GROW_TABLE, start, body, 0);
      }
      case Opcodes.TABLE_SIZE -> {
        scope.table(body, body.u32());
        push(body, ValueType.I32);
      }
      case Opcodes.TABLE_FILL -> {
        ValueType type = scope.table(body, body.u32());
        pop(body, ValueType.I32);
        pop(body, type);
        pop(body, ValueType.I32);
        moveEntries(body, start);
      }
      default -> throw new IllegalStateException("0xfc " + number + " has no reader");
    }
  }

  private void moveEntries(WasmReader body, int start) {
    mutating = true;
    edit(Edit.Kind.MOVE_ENTRIES, start, body, 0);
  }

  private void popCounters(WasmReader body) throws RefusedException {
    for (int i = 0; i < 3; i++) {
      pop(body, ValueType.I32);
    }
  }

  private void edit(Edit.Kind kind, int start, WasmReader body, long argument) {
    edits.add(new Edit(kind, start, body.position(), argument));
  }

  // Branches.

  private void countSlots(WasmReader body) throws RefusedException {
    branchSlotCount += localCount + height;
    if (branchSlotCount > ModuleLimits.BRANCH_SLOTS_TOTAL_MAX) {
      throw body.refused(
          Rule.BRANCH_SLOTS,
          "locals and operands at branches exceed "
              + ModuleLimits.BRANCH_SLOTS_TOTAL_MAX
              + " in all");
    }
  }

  /** What a branch to the label that comes next carries. */
  private List<ValueType> readLabel(WasmReader body) throws RefusedException {
    long label = body.u32();
    if (label > depth) {
      throw body.invalid("label " + label + " does not exist");
    }
    int target = depth - (int) label;
    Signature type = blockTypes[target];
    return openers[target] == Opcodes.LOOP ? type.params() : type.results();
  }

  private void readBranchTable(WasmReader body) throws RefusedException {
    countSlots(body);
    long entries = body.u32();
    if (entries > ModuleLimits.BR_TABLE_ENTRIES_MAX) {
      throw body.refused(
          Rule.BR_TABLE_ENTRIES,
          "br_table of " + entries + " entries exceeds " + ModuleLimits.BR_TABLE_ENTRIES_MAX);
    }
    branchEntryCount += entries;
    if (branchEntryCount > ModuleLimits.BR_TABLE_ENTRIES_TOTAL_MAX) {
      throw body.refused(
          Rule.BR_TABLE_ENTRIES,
          "br_table entries exceed " + ModuleLimits.BR_TABLE_ENTRIES_TOTAL_MAX + " in all");
    }
    pop(body, ValueType.I32);
    int arity = -1;
    for (long i = 0; i <= entries; i++) {
      List<ValueType> carried = readLabel(body);
      if (arity >= 0 && arity != carried.size()) {
        throw body.invalid("the labels of a br_table carry different numbers of operands");
      }
      arity = carried.size();
      peekAll(body, carried);
    }
    kill();
  }

  private Signature readBlockType(WasmReader body) throws RefusedException {
    int offset = body.position();
    long type = body.signed(33);
    if (type < 0 && body.position() != offset + 1) {
      throw body.malformed("block type " + type);
    }
    if (type >= 0) {
      return scope.type(body, type);
    }
    if (type == -64) {
      return GuestInterface.VOID;
    }
    if (type < -64) {
      throw body.malformed("block type " + type);
    }
    return new Signature(List.of(), List.of(ValueType.of((int) (type & 0x7f), offset)));
  }

  private void enter(WasmReader body, int opener, Signature type, int nest)
      throws RefusedException {
    if (depth == ModuleLimits.NESTING_MAX) {
      throw body.refused(Rule.NESTING, "blocks nest deeper than " + ModuleLimits.NESTING_MAX);
    }
    depth++;
    openers[depth] = opener;
    blockTypes[depth] = type;
    floors[depth] = height;
    dead[depth] = false;
    loops[depth] = depth == 0 ? -1 : loops[depth - 1];
    nestOf[depth] = nest;
    holdsLoop[depth] = false;
    countBelow(1);
    pushAll(body, type.params());
  }

  /** Closes the innermost block, which must have left its results and nothing else. */
  private Signature leave(WasmReader body) throws RefusedException {
    Signature type = blockTypes[depth];
    popAll(body, type.results());
    if (height != floors[depth]) {
      throw body.invalid("a block leaves more operands than its type says");
    }
    countBelow(-1);
    depth--;
    return type;
  }

  /** The operands below the innermost block take locals, or give them back. */
  private void countBelow(int sign) {
    for (int i = depth == 0 ? 0 : floors[depth - 1]; i < floors[depth]; i++) {
      if (operands[i] != ANY) {
        taken[BY_CODE[operands[i]].slot()] += sign;
      }
    }
  }

  private void kill() {
    height = floors[depth];
    dead[depth] = true;
  }

  // Operands.

  private void apply(WasmReader body, Signature callee) throws RefusedException {
    popAll(body, callee.params());
    pushAll(body, callee.results());
  }

  private void push(WasmReader body, ValueType type) throws RefusedException {
    push(body, type.code());
  }

  private void push(WasmReader body, int type) throws RefusedException {
    if (height == ModuleLimits.OPERAND_COUNT_MAX) {
      throw body.refused(
          Rule.OPERAND_COUNT, "operand stack is higher than " + ModuleLimits.OPERAND_COUNT_MAX);
    }
    operands[height] = type;
    origins[height] = EXACT;
    height++;
    heightMax = Math.max(heightMax, height);
  }

  private void pushAll(WasmReader body, List<ValueType> types) throws RefusedException {
    for (ValueType type : types) {
      push(body, type);
    }
  }

  /** Takes the topmost operand, whatever it is; nobody sees its payload. */
  private int popAny(WasmReader body) throws RefusedException {
    if (height > floors[depth]) {
      height--;
      poppedOrigin = origins[height];
      return operands[height];
    }
    if (!dead[depth]) {
      throw body.invalid("an instruction lacks an operand");
    }
    poppedOrigin = EXACT;
    return ANY;
  }

  /** Takes an operand of this type; nobody sees its payload, unless it is settled. */
  private void take(WasmReader body, ValueType expected) throws RefusedException {
    int found = popAny(body);
    if (found != expected.code() && found != ANY) {
      throw mismatch(body, expected, found);
    }
  }

  private static RefusedException mismatch(WasmReader body, ValueType expected, int found) {
    return body.invalid(
        "%s where %s is expected".formatted(words(BY_CODE[found]), words(expected)));
  }

  private static String words(ValueType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  /** The operand that was taken last can be seen in all its bits. */
  private void settle() {
    if (poppedOrigin != EXACT) {
      edits.get(poppedOrigin).require();
    }
  }

  private void pop(WasmReader body, ValueType expected) throws RefusedException {
    take(body, expected);
    settle();
  }

  private void popAll(WasmReader body, List<ValueType> types) throws RefusedException {
    for (int i = types.size() - 1; i >= 0; i--) {
      pop(body, types.get(i));
    }
  }

  /** As {@link #popAll}, and puts back what was there. */
  private void peekAll(WasmReader body, List<ValueType> types) throws RefusedException {
    int[] taken = new int[types.size()];
    for (int i = types.size() - 1; i >= 0; i--) {
      taken[i] = popAny(body);
      settle();
      if (taken[i] != types.get(i).code() && taken[i] != ANY) {
        throw mismatch(body, types.get(i), taken[i]);
      }
    }
    for (int type : taken) {
      push(body, type);
    }
  }

  private void select(WasmReader body) throws RefusedException {
    pop(body, ValueType.I32);
    int second = popAny(body);
    settle();
    int first = popAny(body);
    settle();
    if (isReference(first) || isReference(second)) {
      throw body.invalid("a select of references lacks its type");
    }
    if (first != second && first != ANY && second != ANY) {
      throw body.invalid("a select chooses between two types");
    }
    push(body, first == ANY ? second : first);
  }

  private void selectTyped(WasmReader body) throws RefusedException {
    long count = body.u32();
    if (count != 1) {
      throw body.invalid("a select names " + count + " types, must name 1");
    }
    ValueType type = ValueType.read(body);
    pop(body, ValueType.I32);
    pop(body, type);
    pop(body, type);
    push(body, type);
  }

  private static boolean isReference(int type) {
    return type == ValueType.FUNCREF.code() || type == ValueType.EXTERNREF.code();
  }

  private ValueType readLocal(WasmReader body) throws RefusedException {
    long index = body.u32();
    if (index >= localCount) {
      throw body.invalid("local " + index + " does not exist");
    }
    return locals[(int) index];
  }

  private void readMemoryIndex(WasmReader body) throws RefusedException {
    if (body.u8() != 0) {
      throw body.refused(Rule.MEMORY_COUNT, "an instruction names a second memory, limit 1");
    }
    scope.requireMemory(body);
  }

  private static void requireFunctions(WasmReader body, ValueType table) throws RefusedException {
    if (table != ValueType.FUNCREF) {
      throw body.invalid("call_indirect through a table that holds no functions");
    }
  }

  private static void requireSame(WasmReader body, ValueType one, ValueType other)
      throws RefusedException {
    if (one != other) {
      throw body.invalid("entries of one type go to a table of another");
    }
  }
}

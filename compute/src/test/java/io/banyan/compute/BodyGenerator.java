package io.banyan.compute;

import static io.banyan.compute.ValueType.EXTERNREF;
import static io.banyan.compute.ValueType.F32;
import static io.banyan.compute.ValueType.F64;
import static io.banyan.compute.ValueType.FUNCREF;
import static io.banyan.compute.ValueType.I32;
import static io.banyan.compute.ValueType.I64;

import io.banyan.compute.GeneratedModule.Floats;
import io.banyan.compute.TestingModule.Bytes;
import io.banyan.compute.TypedInstruction.Hazard;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Writes the random body of one function. Confined to one thread; one generator, one body. */
final class BodyGenerator {
  /*
   * Code grows from the top: value(t) writes code that leaves a value of type t, statement() code
   * that leaves nothing; both may call each other, so that operands lie below whatever happens
   * inside. Every instruction goes through pop and push, which keep the operand stack as a validator
   * does, so that invalid code is an exception here and not a refusal later.
   *
   * What would trap or go on for ever is mostly guarded, since a module that ends at its first
   * instruction shows nothing; some of it is not.
   *
   * The file is long since the language is: one method for each kind of instruction.
   */
  private static final int VOID_TYPE = 0x40;
  private static final int DEPTH_MAX = 5;
  private static final int LOCAL_COUNT_MAX = 40;
  private static final int DATA_BYTES = 1 << 11; // where guarded accesses go: 2 KiB

  private static final int[] INTERESTING = {
    0,
    1,
    -1,
    2,
    7,
    8,
    31,
    32,
    63,
    64,
    127,
    128,
    255,
    256,
    0x7fff,
    0x8000,
    0xffff,
    0x10000,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    Integer.MIN_VALUE + 1,
    0x7f80_0000,
    0x7fc0_0000,
    0x7f80_0001,
    0xffc0_0001,
    0x7fa0_1234,
    0xff80_0001,
    0x3f80_0000,
    0x4f00_0000,
    0xcf00_0000
  };
  private static final long[] INTERESTING_LONG = {
    0,
    1,
    -1,
    63,
    64,
    0xffff_ffffL,
    0x1_0000_0000L,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    Long.MIN_VALUE + 1,
    0x7ff0_0000_0000_0000L,
    0x7ff8_0000_0000_0000L,
    0x7ff0_0000_0000_0001L,
    0xfff8_0000_0000_0001L,
    0x7ff4_0000_1234_5678L,
    0xfff0_0000_0000_0001L,
    0x7fff_ffff_ffff_ffffL,
    0x3ff0_0000_0000_0000L,
    0x43e0_0000_0000_0000L,
    0xc3e0_0000_0000_0000L,
    0x41e0_0000_0000_0000L
  };

  /**
   * An open block.
   *
   * @param label what a branch to it carries
   * @param height how many operands lie below it
   * @param counter the local that counts a bounded loop's rounds down; -1 if there is none
   */
  private record Frame(
      boolean isLoop, List<ValueType> label, List<ValueType> results, int height, int counter) {}

  private final ModuleParts parts;
  private final SplittableRandom random;
  private final int self;
  private final Signature signature;
  private final boolean returns;
  private final Bytes code = new Bytes();
  private final List<ValueType> locals;
  private final List<Boolean> reserved = new ArrayList<>();
  private final List<ValueType> stack = new ArrayList<>();
  private final List<Frame> frames = new ArrayList<>();
  private final List<Boolean> dead = new ArrayList<>();
  private final Map<ValueType, Integer> scratches = new EnumMap<>(ValueType.class);
  private int budget;

  /**
   * @param self the function's index
   * @param budget how many instructions to write, about
   * @param returns whether it may return before its end
   */
  BodyGenerator(ModuleParts parts, int self, int budget, boolean returns) {
    this.parts = parts;
    this.random = parts.random;
    this.self = self;
    this.signature = parts.signatureOf(self);
    this.returns = returns;
    this.budget = budget;
    this.locals = new ArrayList<>(signature.params());
    locals.forEach(_ -> reserved.add(false));
    for (int count = random.nextInt(6); count > 0; count--) {
      newLocal(parts.anyType());
    }
    open(false, List.of(), signature.results(), -1);
  }

  // What module generators write themselves.

  int newLocal(ValueType type) {
    locals.add(type);
    reserved.add(false);
    return locals.size() - 1;
  }

  void i32(int value) {
    code.u8(0x41).signed(value);
    push(I32);
  }

  void i64(long value) {
    code.u8(0x42).signed(value);
    push(I64);
  }

  void getGlobal(int global) {
    code.u8(0x23).u32(global);
    push(parts.globals.get(global).type());
  }

  /** An instruction as it stands. */
  void plain(int opcode, List<ValueType> params, ValueType... results) {
    code.u8(opcode);
    pop(params);
    push(List.of(results));
  }

  /** Stores a number at an address that both lie on the stack. */
  void storeWhole(ValueType type) {
    observed(type);
    code.u8(0x36 + numberRank(type), 0).u32(0);
    pop(List.of(I32, type));
  }

  void load(ValueType type, int address) {
    i32(address);
    code.u8(0x28 + numberRank(type), 0).u32(0);
    pop(I32);
    push(type);
  }

  void getLocal(int local) {
    code.u8(0x20).u32(local);
    push(locals.get(local));
  }

  void setLocal(int local) {
    code.u8(0x21).u32(local);
    pop(locals.get(local));
  }

  void tableSize(int table) {
    code.u8(0xfc, 16).u32(table);
    push(I32);
  }

  void tableGet(int table) {
    code.u8(0x25).u32(table);
    pop(I32);
    push(parts.tables.get(table).type());
  }

  void isNull(ValueType type) {
    code.u8(0xd1);
    pop(type);
    push(I32);
  }

  /** A direct call with random arguments. Its results lie on the stack, the last one on top. */
  List<ValueType> callForResults(int function) {
    Signature callee = parts.signatureOf(function);
    values(callee.params(), 2);
    code.u8(0x10).u32(function);
    pop(callee.params());
    push(callee.results());
    return callee.results().reversed();
  }

  void memorySize() {
    code.u8(0x3f, 0);
    push(I32);
  }

  void statements(int count) {
    for (int i = 0; i < count; i++) {
      statement(0);
    }
  }

  /** The body's bytes, with its locals in front. Its results lie on the stack or are made up. */
  byte[] finish(boolean resultsAreThere) {
    if (resultsAreThere) {
      pop(signature.results());
      requireEmpty();
      code.u8(0x0b);
    } else {
      close(0x0b);
    }
    Bytes body = new Bytes();
    int first = signature.params().size();
    body.u32(locals.size() - first);
    for (ValueType local : locals.subList(first, locals.size())) {
      body.u32(1).u8(typeCode(local));
    }
    body.writeBytes(code.toByteArray());
    return body.toByteArray();
  }

  static int typeCode(ValueType type) {
    return switch (type) {
      case I32 -> 0x7f;
      case I64 -> 0x7e;
      case F32 -> 0x7d;
      case F64 -> 0x7c;
      case FUNCREF -> 0x70;
      case EXTERNREF -> 0x6f;
    };
  }

  // The operand stack, as a validator keeps it.

  private Frame frame() {
    return frames.getLast();
  }

  private boolean isDead() {
    return dead.getLast();
  }

  private boolean isBare() {
    return stack.size() == frame().height();
  }

  private void push(ValueType type) {
    budget--;
    stack.add(type);
  }

  private void push(List<ValueType> types) {
    stack.addAll(types);
    budget--;
  }

  private void pop(ValueType type) {
    if (isBare()) {
      if (!isDead()) {
        throw new IllegalStateException("operand " + type + " is missing in function " + self);
      }
      return;
    }
    ValueType top = stack.removeLast();
    if (top != type) {
      throw new IllegalStateException("operand is " + top + ", not " + type + " in " + self);
    }
  }

  private void pop(List<ValueType> types) {
    for (ValueType type : types.reversed()) {
      pop(type);
    }
  }

  private void die() {
    while (!isBare()) {
      stack.removeLast();
    }
    dead.set(dead.size() - 1, true);
  }

  private void requireEmpty() {
    if (!isBare()) {
      throw new IllegalStateException("operands are left in function " + self + ": " + stack);
    }
  }

  private void open(boolean isLoop, List<ValueType> params, List<ValueType> results, int counter) {
    frames.add(new Frame(isLoop, isLoop ? params : results, results, stack.size(), counter));
    dead.add(false);
    push(params);
  }

  /** Ends a block: leaves its results, or goes to its end with other operands below them. */
  private void close(int opcode) {
    List<ValueType> results = frame().results();
    if (!isDead() && !frame().isLoop() && parts.chance(15)) {
      values(results, 1);
      boolean outermost = frames.size() == 1;
      code.u8(outermost && returns ? 0x0f : 0x0c);
      if (!(outermost && returns)) {
        code.u32(0);
      }
      pop(results);
      die();
    }
    while (!isBare()) {
      dropTop();
    }
    int made = isDead() ? random.nextInt(results.size() + 1) : results.size();
    values(results.subList(results.size() - made, results.size()), 2);
    pop(results);
    requireEmpty();
    code.u8(opcode);
    frames.removeLast();
    dead.removeLast();
    if (!frames.isEmpty()) {
      push(results);
    }
  }

  private void dropTop() {
    code.u8(0x1a);
    if (!isBare()) {
      stack.removeLast();
    }
  }

  // Values.

  private void values(List<ValueType> types, int depth) {
    for (ValueType type : types) {
      value(type, depth);
    }
  }

  private void value(ValueType type, int depth) {
    if (isDead() && isBare() && parts.chance(40)) {
      return; // dead code has any operand
    }
    boolean leaf = depth >= DEPTH_MAX || budget <= 0;
    switch (type) {
      case FUNCREF, EXTERNREF -> reference(type, depth);
      case I32, I64, F32, F64 -> {
        int choice = leaf ? random.nextInt(30) : random.nextInt(100);
        if (choice < 12) {
          constant(type);
        } else if (choice < 27) {
          local(type);
        } else if (choice < 30) {
          global(type);
        } else if (choice < 65) {
          instruction(type, depth);
        } else if (choice < 74) {
          loadNumber(type, depth);
        } else {
          compound(type, depth, choice);
        }
      }
    }
  }

  private void compound(ValueType type, int depth, int choice) {
    if (choice < 79) {
      select(type, depth);
    } else if (choice < 84) {
      block(blockParams(25), List.of(type), depth);
    } else if (choice < 88) {
      conditional(List.of(type), depth);
    } else if (choice < 91) {
      callFor(type, depth);
    } else if (choice < 93) {
      value(type, depth + 1);
      branchIf(depth);
    } else if (choice < 95) {
      tee(type, depth);
    } else if (choice < 96) {
      if (parts.chance(15)) {
        terminate(depth);
      } else {
        statement(depth + 1); // with operands below
      }
      value(type, depth + 1);
    } else if (type == I32) {
      size(depth);
    } else {
      statement(depth + 1);
      value(type, depth + 1);
    }
  }

  private void constant(ValueType type) {
    switch (type) {
      case I32 -> i32(anyInt());
      case I64 -> i64(anyLong());
      case F32 -> {
        int bits = parts.chance(50) ? anyInt() : Float.floatToRawIntBits(random.nextInt(-999, 999));
        code.u8(0x43);
        little(Integer.toUnsignedLong(bits), Float.BYTES);
        push(F32);
      }
      case F64 -> {
        long bits =
            parts.chance(50) ? anyLong() : Double.doubleToRawLongBits(random.nextInt(-999, 999));
        code.u8(0x44);
        little(bits, Double.BYTES);
        push(F64);
      }
      case FUNCREF, EXTERNREF -> {
        code.u8(0xd0, typeCode(type));
        push(type);
      }
    }
  }

  private int anyInt() {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt();
      case 1 -> random.nextInt(-9, 20);
      default -> INTERESTING[random.nextInt(INTERESTING.length)];
    };
  }

  private long anyLong() {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextLong();
      case 1 -> random.nextInt(-9, 20);
      default -> INTERESTING_LONG[random.nextInt(INTERESTING_LONG.length)];
    };
  }

  private void little(long bits, int count) {
    for (int i = 0; i < count; i++) {
      code.u8((int) (bits >>> 8 * i & 0xff));
    }
  }

  private int anyLocal(ValueType type, boolean written) {
    List<Integer> fitting = new ArrayList<>();
    for (int i = 0; i < locals.size(); i++) {
      if (locals.get(i) == type && !(written && reserved.get(i))) {
        fitting.add(i);
      }
    }
    if (fitting.isEmpty() || parts.chance(3) && locals.size() < LOCAL_COUNT_MAX) {
      return newLocal(type);
    }
    return parts.pick(fitting);
  }

  private void local(ValueType type) {
    getLocal(anyLocal(type, false));
  }

  private void tee(ValueType type, int depth) {
    value(type, depth + 1);
    code.u8(0x22).u32(anyLocal(type, true));
    pop(type);
    push(type);
  }

  private void global(ValueType type) {
    List<Integer> fitting = new ArrayList<>();
    for (int i = 0; i < parts.globals.size(); i++) {
      if (parts.globals.get(i).type() == type) {
        fitting.add(i);
      }
    }
    if (fitting.isEmpty()) {
      constant(type);
    } else {
      getGlobal(parts.pick(fitting));
    }
  }

  private void instruction(ValueType type, int depth) {
    TypedInstruction chosen = parts.pick(TypedInstruction.giving(type, parts.numbers()));
    List<ValueType> params = chosen.params();
    if (chosen.hazard() == Hazard.TRUNCATES && parts.chance(90)) {
      value(I32, depth + 1);
      mask(0xffff);
      plain(params.getFirst() == F32 ? 0xb2 : 0xb7, List.of(I32), params.getFirst());
    } else {
      values(params, depth + 1);
    }
    if (chosen.hazard() == Hazard.DIVIDES && parts.chance(93)) {
      if (type == I32) {
        i32(1);
        plain(0x72, List.of(I32, I32), I32);
      } else {
        i64(1);
        plain(0x84, List.of(I64, I64), I64);
      }
    }
    if (chosen.hazard() == Hazard.OBSERVES) {
      observed(params.getLast());
    }
    if (chosen.prefix() != 0) {
      code.u8(chosen.prefix());
    }
    plain(chosen.code(), params, type);
  }

  private void mask(int bits) {
    i32(bits);
    plain(0x71, List.of(I32, I32), I32);
  }

  /** Makes a NaN on top of the stack the canonical one if its bits are to be hidden. */
  private void observed(ValueType type) {
    if (parts.style.floats() != Floats.HIDDEN || type != F32 && type != F64) {
      return;
    }
    int scratch = scratch(type);
    code.u8(0x22).u32(scratch);
    pop(type);
    push(type);
    if (type == F32) {
      code.u8(0x43);
      little(0x7fc0_0000, Float.BYTES);
    } else {
      code.u8(0x44);
      little(0x7ff8_0000_0000_0000L, Double.BYTES);
    }
    push(type);
    getLocal(scratch);
    getLocal(scratch);
    plain(type == F32 ? 0x5b : 0x61, List.of(type, type), I32);
    plain(0x1b, List.of(type, type, I32), type);
  }

  private int scratch(ValueType type) {
    return scratches.computeIfAbsent(
        type,
        _ -> {
          int local = newLocal(type);
          reserved.set(local, true);
          return local;
        });
  }

  private void select(ValueType type, int depth) {
    value(type, depth + 1);
    value(type, depth + 1);
    value(I32, depth + 1);
    boolean typed = type == FUNCREF || type == EXTERNREF || parts.chance(30);
    if (typed) {
      code.u8(0x1c, 1, typeCode(type));
    } else {
      code.u8(0x1b);
    }
    pop(List.of(type, type, I32));
    push(type);
  }

  private void reference(ValueType type, int depth) {
    int choice = depth >= DEPTH_MAX || budget <= 0 ? random.nextInt(55) : random.nextInt(100);
    if (choice < 15) {
      constant(type);
    } else if (choice < 35) {
      local(type);
    } else if (choice < 40) {
      global(type);
    } else if (choice < 55) {
      if (type == EXTERNREF) {
        constant(type);
      } else {
        int function = random.nextInt(parts.functionTypes.size());
        parts.referenced.add(function);
        code.u8(0xd2).u32(function);
        push(FUNCREF);
      }
    } else if (choice < 75) {
      tableValue(type, depth);
    } else if (choice < 85) {
      select(type, depth);
    } else if (choice < 95) {
      block(blockParams(25), List.of(type), depth);
    } else {
      tee(type, depth);
    }
  }

  private void tableValue(ValueType type, int depth) {
    List<Integer> fitting = tablesOf(type);
    if (fitting.isEmpty()) {
      constant(type);
      return;
    }
    int table = parts.pick(fitting);
    index(table, depth);
    tableGet(table);
  }

  private List<Integer> tablesOf(ValueType type) {
    List<Integer> fitting = new ArrayList<>();
    for (int i = 0; i < parts.tables.size(); i++) {
      if (parts.tables.get(i).type() == type) {
        fitting.add(i);
      }
    }
    return fitting;
  }

  /** An index into a table, mostly one that it has. */
  private void index(int table, int depth) {
    int min = parts.tables.get(table).min();
    value(I32, depth + 1);
    if (min > 0 && parts.chance(95)) {
      i32(min);
      plain(0x70, List.of(I32, I32), I32);
    }
  }

  /** An i32 that tells of sizes and nulls. */
  private void size(int depth) {
    switch (random.nextInt(5)) {
      case 0 -> {
        memorySize();
      }
      case 1 -> {
        delta(depth);
        code.u8(0x40, 0);
        pop(I32);
        push(I32);
      }
      case 2 -> {
        if (parts.tables.isEmpty()) {
          constant(I32);
        } else {
          tableSize(random.nextInt(parts.tables.size()));
        }
      }
      case 3 -> {
        if (parts.tables.isEmpty()) {
          constant(I32);
        } else {
          int table = random.nextInt(parts.tables.size());
          ValueType type = parts.tables.get(table).type();
          value(type, depth + 1);
          delta(depth);
          code.u8(0xfc, 15).u32(table);
          pop(List.of(type, I32));
          push(I32);
        }
      }
      default -> {
        ValueType type = parts.pick(List.of(FUNCREF, EXTERNREF));
        value(type, depth + 1);
        isNull(type);
      }
    }
  }

  /** How much to grow by: a little, or more than there ever is. */
  private void delta(int depth) {
    if (parts.chance(80)) {
      value(I32, depth + 1);
      mask(parts.chance(50) ? 1 : 3);
    } else {
      i32(parts.pick(List.of(-1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x7fff_fff0, 1 << 24)));
    }
  }

  /** An address where about {@code width} bytes are mostly inside the memory. */
  private void address(int depth) {
    int choice = random.nextInt(100);
    if (choice < 92) {
      value(I32, depth + 1);
      mask(DATA_BYTES - 1);
    } else if (choice < 98) {
      memorySize(); // near its end
      i32(16);
      plain(0x74, List.of(I32, I32), I32);
      i32(random.nextInt(20));
      plain(0x6b, List.of(I32, I32), I32);
    } else {
      value(I32, depth + 1);
    }
  }

  private void memoryArgument(int alignmentMax) {
    code.u32(random.nextInt(alignmentMax + 1));
    int choice = random.nextInt(100);
    code.u32(choice < 50 ? 0 : choice < 97 ? random.nextInt(64) : anyInt() & Integer.MAX_VALUE);
  }

  private static int numberRank(ValueType type) {
    return switch (type) {
      case I32 -> 0;
      case I64 -> 1;
      case F32 -> 2;
      case F64 -> 3;
      case FUNCREF, EXTERNREF -> throw new IllegalStateException(type + " is no number");
    };
  }

  private void loadNumber(ValueType type, int depth) {
    address(depth);
    switch (type) {
      case I32 -> access(parts.pick(List.of(0x28, 0x2c, 0x2d, 0x2e, 0x2f)));
      case I64 -> access(parts.pick(List.of(0x29, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35)));
      case F32 -> access(0x2a);
      case F64 -> access(0x2b);
      case FUNCREF, EXTERNREF -> throw new IllegalStateException(type + " is no number");
    }
    pop(I32);
    push(type);
  }

  private void access(int opcode) {
    code.u8(opcode);
    memoryArgument(
        switch (opcode) {
          case 0x29, 0x2b, 0x37, 0x39 -> 3;
          case 0x28, 0x2a, 0x34, 0x35, 0x36, 0x38, 0x3e -> 2;
          case 0x2e, 0x2f, 0x32, 0x33, 0x3b, 0x3d -> 1;
          default -> 0;
        });
  }

  private void store(int depth) {
    ValueType type = parts.pick(parts.numbers());
    address(depth);
    value(type, depth + 1);
    observed(type);
    switch (type) {
      case I32 -> access(parts.pick(List.of(0x36, 0x3a, 0x3b)));
      case I64 -> access(parts.pick(List.of(0x37, 0x3c, 0x3d, 0x3e)));
      case F32 -> access(0x38);
      case F64 -> access(0x39);
      case FUNCREF, EXTERNREF -> throw new IllegalStateException(type + " is no number");
    }
    pop(List.of(I32, type));
  }

  // Statements.

  private void statement(int depth) {
    if (budget <= 0) {
      return;
    }
    int choice = random.nextInt(100);
    if (choice < 20) {
      ValueType type = parts.anyType();
      value(type, depth + 1);
      setLocal(anyLocal(type, true));
    } else if (choice < 26) {
      setGlobal(depth);
    } else if (choice < 41) {
      store(depth);
    } else if (choice < 44) {
      value(parts.anyType(), depth + 1);
      dropTop();
    } else if (choice < 45) {
      code.u8(0x01);
    } else if (depth >= DEPTH_MAX) {
      store(depth);
    } else {
      largeStatement(depth, choice);
    }
  }

  private void largeStatement(int depth, int choice) {
    if (choice < 53) {
      List<ValueType> results = someTypes();
      conditional(results, depth);
      consume(results);
    } else if (choice < 58) {
      List<ValueType> results = someTypes();
      block(blockParams(40), results, depth);
      consume(results);
    } else if (choice < 65) {
      loop(depth);
    } else if (choice < 69) {
      branchIf(depth);
    } else if (choice < 72) {
      branchTable(depth);
    } else if (choice < 79) {
      callAny(depth);
    } else if (choice < 84) {
      callIndirectly(depth);
    } else if (choice < 90) {
      bulkMemory(depth);
    } else if (choice < 97) {
      tableStatement(depth);
    } else {
      leaveIf(depth);
    }
  }

  private List<ValueType> blockParams(int percent) {
    boolean allowed = parts.style.blockParams() && parts.chance(percent);
    return allowed ? parts.anyTypes(3) : List.of();
  }

  private List<ValueType> someTypes() {
    return parts.chance(60) ? List.of() : parts.anyTypes(3);
  }

  /** Uses up what lies on top, as a call or a block left it. */
  private void consume(List<ValueType> types) {
    for (ValueType type : types.reversed()) {
      if (parts.chance(60)) {
        setLocal(anyLocal(type, true));
      } else {
        dropTop();
      }
    }
  }

  private void setGlobal(int depth) {
    int global = random.nextInt(parts.globals.size());
    if (!parts.globals.get(global).mutable() || global == parts.callsLeft) {
      store(depth);
      return;
    }
    ValueType type = parts.globals.get(global).type();
    value(type, depth + 1);
    code.u8(0x24).u32(global);
    pop(type);
  }

  // Blocks and branches.

  private void blockType(List<ValueType> params, List<ValueType> results) {
    if (!params.isEmpty() || results.size() > 1 || parts.chance(15)) {
      code.signed(parts.typeIndex(new Signature(params, results)));
    } else {
      code.u8(results.isEmpty() ? VOID_TYPE : typeCode(results.getFirst()));
    }
  }

  private void enter(int opcode, List<ValueType> params, List<ValueType> results, int counter) {
    code.u8(opcode);
    blockType(params, results);
    pop(params);
    open(opcode == 0x03, params, results, counter);
  }

  private void content(List<ValueType> params, int depth) {
    if (parts.chance(60)) {
      consume(params); // else they stay below all that follows
    }
    for (int count = random.nextInt(4); count > 0; count--) {
      statement(depth + 1);
    }
  }

  private void block(List<ValueType> params, List<ValueType> results, int depth) {
    values(params, depth + 1);
    enter(0x02, params, results, -1);
    content(params, depth);
    if (parts.chance(5)) {
      terminate(depth);
    }
    close(0x0b);
  }

  private void conditional(List<ValueType> results, int depth) {
    List<ValueType> params = blockParams(30);
    values(params, depth + 1);
    value(I32, depth + 1);
    pop(I32);
    enter(0x04, params, results, -1);
    content(params, depth);
    if (params.equals(results) && parts.chance(50)) {
      close(0x0b);
      return;
    }
    if (parts.chance(8)) {
      terminate(depth);
    }
    close(0x05);
    pop(results);
    open(false, params, results, -1);
    content(params, depth);
    close(0x0b);
  }

  private void loop(int depth) {
    List<ValueType> params = parts.chance(70) ? List.of() : parts.anyTypes(2);
    List<ValueType> results = someTypes();
    int counter = -1;
    if (!(parts.style.endless() && parts.chance(30))) {
      counter = newLocal(I32);
      reserved.set(counter, true);
      i32(random.nextInt(1, 7));
      setLocal(counter);
    }
    values(params, depth + 1);
    enter(0x03, params, results, counter);
    content(params, depth);
    statement(depth + 1);
    if (parts.chance(90)) {
      values(params, depth + 1);
      again(frame(), depth);
      code.u8(0x0d).u32(0);
      pop(I32);
      pop(params);
      push(params);
      consume(params);
    }
    close(0x0b);
    consume(results);
  }

  /** Whether to branch to {@code target}: what a bounded loop's counter allows, else anything. */
  private void again(Frame target, int depth) {
    if (target.counter() < 0) {
      value(I32, depth + 1);
      return;
    }
    getLocal(target.counter());
    i32(1);
    plain(0x6b, List.of(I32, I32), I32);
    code.u8(0x22).u32(target.counter());
    i32(0);
    plain(0x4a, List.of(I32, I32), I32);
  }

  private Frame target(int label) {
    return frames.get(frames.size() - 1 - label);
  }

  private int anyLabel() {
    return random.nextInt(returns ? frames.size() : frames.size() - 1);
  }

  private boolean hasLabels() {
    return returns || frames.size() > 1;
  }

  private void branchIf(int depth) {
    if (!hasLabels()) {
      return;
    }
    int label = anyLabel();
    List<ValueType> carried = target(label).label();
    values(carried, depth + 1);
    again(target(label), depth);
    code.u8(0x0d).u32(label);
    pop(I32);
    pop(carried);
    push(carried);
    consume(carried);
  }

  /** The labels that may be branched to without a condition, and carry these. */
  private List<Integer> freeLabels(List<ValueType> carried) {
    List<Integer> labels = new ArrayList<>();
    for (int i = 0; i < frames.size() - (returns ? 0 : 1); i++) {
      if (target(i).counter() < 0 && target(i).label().equals(carried)) {
        labels.add(i);
      }
    }
    return labels;
  }

  private void branchTable(int depth) {
    List<ValueType> results = someTypes();
    enter(0x02, List.of(), results, -1);
    if (parts.chance(50)) {
      statement(depth + 1);
    }
    List<ValueType> carried = target(random.nextInt(frames.size())).label();
    List<Integer> labels = freeLabels(carried);
    if (!labels.isEmpty()) {
      values(carried, depth + 1);
      value(I32, depth + 1);
      if (parts.chance(80)) {
        mask(7);
      }
      int entries = random.nextInt(7);
      code.u8(0x0e).u32(entries);
      for (int i = 0; i <= entries; i++) {
        code.u32(parts.pick(labels));
      }
      pop(I32);
      pop(carried);
      die();
      junk(depth);
    }
    close(0x0b);
    consume(results);
  }

  private void leaveIf(int depth) {
    value(I32, depth + 1);
    mask(15);
    plain(0x45, List.of(I32), I32);
    pop(I32);
    enter(0x04, List.of(), List.of(), -1);
    terminate(depth);
    close(0x0b);
  }

  /** Goes elsewhere for good, and leaves some dead code behind. */
  private void terminate(int depth) {
    int choice = random.nextInt(100);
    List<ValueType> carried = target(random.nextInt(frames.size())).label();
    List<Integer> labels = freeLabels(carried);
    if (choice < 10) {
      code.u8(0x00);
    } else if (choice < 40 && returns) {
      values(signature.results(), depth + 1);
      code.u8(0x0f);
      pop(signature.results());
    } else if (labels.isEmpty()) {
      return;
    } else {
      values(carried, depth + 1);
      code.u8(0x0c).u32(parts.pick(labels));
      pop(carried);
    }
    die();
    junk(depth);
  }

  /** Dead code, whose operands may come from nowhere. */
  private void junk(int depth) {
    for (int count = random.nextInt(4); count > 0 && depth < DEPTH_MAX; count--) {
      switch (random.nextInt(8)) {
        case 0, 1 -> statement(depth + 1);
        case 2 -> dropTop();
        case 3 -> {
          if (isBare()) {
            code.u8(0x1b, 0x1a); // select, drop
          }
        }
        case 4 -> {
          if (isBare()) {
            setLocal(anyLocal(parts.anyType(), true));
          }
        }
        case 5 -> {
          if (isBare()) {
            TypedInstruction chosen =
                parts.pick(TypedInstruction.giving(parts.pick(parts.numbers()), parts.numbers()));
            if (chosen.prefix() != 0) {
              code.u8(chosen.prefix());
            }
            plain(chosen.code(), chosen.params(), chosen.result());
          }
        }
        case 6 -> {
          code.u8(0x00);
          die();
        }
        default -> branchIf(depth);
      }
    }
    while (!isBare()) {
      dropTop();
    }
  }

  // Calls.

  private void callFor(ValueType type, int depth) {
    List<Integer> fitting = new ArrayList<>();
    for (int i = Math.max(self + 1, parts.importCount); i < parts.plainEnd; i++) {
      if (parts.signatureOf(i).results().equals(List.of(type))) {
        fitting.add(i);
      }
    }
    if (fitting.isEmpty()) {
      value(type, depth + 1);
      return;
    }
    int function = parts.pick(fitting);
    values(parts.signatureOf(function).params(), depth + 1);
    code.u8(0x10).u32(function);
    pop(parts.signatureOf(function).params());
    push(type);
  }

  private void callAny(int depth) {
    int function = random.nextInt(parts.plainEnd);
    if (function < parts.importCount) {
      callHost(function, depth);
    } else if (function > self || parts.style.endless() && parts.chance(30)) {
      callFunction(function);
    } else {
      guardCall();
      callFunction(function);
      close(0x0b);
    }
  }

  private void callFunction(int function) {
    callForResults(function);
    consume(parts.signatureOf(function).results());
  }

  private void callHost(int function, int depth) {
    Signature callee = parts.signatureOf(function);
    for (ValueType type : callee.params()) {
      value(type, depth + 1);
      if (type == I32) {
        mask(parts.pick(List.of(3, 0x3f, DATA_BYTES - 1)));
      }
    }
    code.u8(0x10).u32(function);
    pop(callee.params());
    push(callee.results());
    consume(callee.results());
  }

  /** Opens an if that is entered while calls are left, and counts one. */
  private void guardCall() {
    getGlobal(parts.callsLeft);
    i32(0);
    plain(0x4a, List.of(I32, I32), I32);
    pop(I32);
    enter(0x04, List.of(), List.of(), -1);
    getGlobal(parts.callsLeft);
    i32(1);
    plain(0x6b, List.of(I32, I32), I32);
    code.u8(0x24).u32(parts.callsLeft);
    pop(I32);
  }

  private void callIndirectly(int depth) {
    List<Integer> callable = tablesOf(FUNCREF);
    if (callable.isEmpty()) {
      callAny(depth);
      return;
    }
    boolean guarded = !parts.style.endless() || parts.chance(70);
    if (guarded) {
      guardCall();
    }
    int slots = parts.calledIndirectly.size();
    int slot = slots == 0 ? 0 : random.nextInt(slots);
    int type =
        slots > 0 && parts.chance(90)
            ? parts.functionTypes.get(parts.calledIndirectly.get(slot))
            : random.nextInt(parts.types.size());
    Signature callee = parts.types.get(type);
    values(callee.params(), depth + 1);
    int table = parts.chance(85) ? callable.getFirst() : parts.pick(callable);
    if (parts.chance(90)) {
      i32(slot);
    } else {
      index(table, depth);
    }
    code.u8(0x11).u32(type).u32(table);
    pop(I32);
    pop(callee.params());
    push(callee.results());
    consume(callee.results());
    if (guarded) {
      close(0x0b);
    }
  }

  // Bulk memory and tables.

  private void bulkMemory(int depth) {
    int choice = random.nextInt(parts.dataCount > 0 ? 10 : 6);
    if (choice == 9) {
      code.u8(0xfc, 9).u32(random.nextInt(parts.dataCount));
      return;
    }
    address(depth);
    if (choice < 3) {
      value(I32, depth + 1);
      count(0x7f, depth);
      code.u8(0xfc, 11, 0);
    } else if (choice < 6) {
      address(depth);
      count(0x7f, depth);
      code.u8(0xfc, 10, 0, 0);
    } else {
      count(3, depth);
      count(3, depth);
      code.u8(0xfc, 8).u32(random.nextInt(parts.dataCount)).u8(0);
    }
    pop(List.of(I32, I32, I32));
  }

  private void count(int max, int depth) {
    value(I32, depth + 1);
    if (parts.chance(97)) {
      mask(max);
    }
  }

  private void tableStatement(int depth) {
    if (parts.tables.isEmpty()) {
      store(depth);
      return;
    }
    int table = random.nextInt(parts.tables.size());
    ValueType type = parts.tables.get(table).type();
    switch (random.nextInt(6)) {
      case 0, 1 -> {
        index(table, depth);
        value(type, depth + 1);
        code.u8(0x26).u32(table);
        pop(List.of(I32, type));
      }
      case 2 -> {
        index(table, depth);
        value(type, depth + 1);
        count(1, depth);
        code.u8(0xfc, 17).u32(table);
        pop(List.of(I32, type, I32));
      }
      case 3 -> {
        int source = parts.pick(tablesOf(type));
        index(table, depth);
        index(source, depth);
        count(1, depth);
        code.u8(0xfc, 14).u32(table).u32(source);
        pop(List.of(I32, I32, I32));
      }
      case 4 -> {
        size(depth);
        dropTop();
      }
      default -> elements(table, type, depth);
    }
  }

  private void elements(int table, ValueType type, int depth) {
    int segment = parts.elementTypes.isEmpty() ? 0 : random.nextInt(parts.elementTypes.size());
    if (parts.elementTypes.isEmpty() || parts.elementTypes.get(segment) != type) {
      store(depth);
    } else if (parts.chance(10)) {
      code.u8(0xfc, 13).u32(segment);
    } else {
      index(table, depth);
      count(1, depth);
      count(1, depth);
      code.u8(0xfc, 12).u32(segment).u32(table);
      pop(List.of(I32, I32, I32));
    }
  }
}

package io.banyan.compute;

import java.util.List;

/**
 * Writes bodies with their changes: fuel, depth and canonical NaNs (docs/profile.md has the code
 * that is added). Confined to one thread.
 */
final class BodyWriter {
  /*
   * A body that charges for more than its entry, since it has loops or moves bytes, keeps the fuel
   * in a local: read from the global at entry and behind calls, written back before calls and at
   * the exit. So a round of a loop costs a subtraction and a compare. Any other body charges the
   * global once.
   *
   * What has to be done at the exit stands behind a block around the body. That block takes the
   * place of the function's own label, so that branches need not change; `return` becomes a branch.
   * It is always there: Endive 1.0.0 fails at a br_if to the label of a function without results.
   */
  private static final long CANONICAL_F64 = 0x7ff8_0000_0000_0000L;
  private static final int CANONICAL_F32 = 0x7fc0_0000;
  static final int EMPTY_BLOCK = 0x40;
  private static final int PAGE_FUEL_LOG2 = Long.numberOfTrailingZeros(Meter.PAGE_FUEL);
  private static final int METER = 0; // the function that the rewrite imports

  private final byte[] module;
  private final FunctionTypes types;
  private final int fuelGlobal;
  private final int depthGlobal;

  // The body that is being written.
  private WasmWriter out = new WasmWriter(0);
  private int fuelLocal;
  private int countLocal;
  private int resultLocal;
  private int f32Local;
  private int f64Local;
  private NestWriter nests = new NestWriter(List.of(), _ -> 0);
  private boolean caches;

  /** The types of a module, of which there may be more in the end than it had. */
  @FunctionalInterface
  interface FunctionTypes {
    /** The index of this type. */
    int index(Signature signature);
  }

  /**
   * @param module the bytes that bodies refer to
   */
  BodyWriter(byte[] module, FunctionTypes types, int fuelGlobal, int depthGlobal) {
    this.module = module;
    this.types = types;
    this.fuelGlobal = fuelGlobal;
    this.depthGlobal = depthGlobal;
  }

  /** The body's bytes, without their length. */
  WasmWriter write(Body body) {
    out = new WasmWriter(2 * (body.codeEnd() - body.localGroupsStart()) + 64);
    boolean moves =
        body.has(Edit.Kind.MOVE_BYTES)
            || body.has(Edit.Kind.MOVE_ENTRIES)
            || body.has(Edit.Kind.GROW_MEMORY)
            || body.has(Edit.Kind.GROW_TABLE);
    caches = moves || body.has(Edit.Kind.LOOP);
    writeLocals(body, moves);
    writeEntry(body);
    NestWriter.writeBlock(out, Opcodes.BLOCK, body.signature().results(), types);
    int copied = body.codeStart();
    for (Edit edit : body.edits()) {
      out.bytes(module, copied, edit.start());
      write(edit);
      copied = edit.end();
    }
    out.bytes(module, copied, body.codeEnd());
    out.u8(Opcodes.END);
    writeExit(body);
    return out.u8(Opcodes.END);
  }

  private void writeLocals(Body body, boolean moves) {
    WasmWriter added = new WasmWriter(16);
    int next = body.localCount();
    int groups = 0;
    fuelLocal = next;
    if (caches) {
      added.u32(1).u8(ValueType.I64.code());
      next++;
      groups++;
    }
    countLocal = next;
    resultLocal = next + 1;
    if (moves) {
      added.u32(2).u8(ValueType.I32.code());
      next += 2;
      groups++;
    }
    f32Local = next;
    if (body.has(Edit.Kind.CANONICAL_F32)) {
      added.u32(1).u8(ValueType.F32.code());
      next++;
      groups++;
    }
    f64Local = next;
    if (body.has(Edit.Kind.CANONICAL_F64)) {
      added.u32(1).u8(ValueType.F64.code());
      next++;
      groups++;
    }
    nests = new NestWriter(body.nests(), types);
    groups += nests.declare(added, next);
    out.u32(body.localGroupCount() + groups)
        .bytes(module, body.localGroupsStart(), body.codeStart())
        .append(added);
  }

  private void writeEntry(Body body) {
    out.u8(Opcodes.GLOBAL_GET).u32(fuelGlobal);
    constant(body.entryFuel());
    out.u8(Opcodes.I64_SUB);
    if (caches) {
      checkFuel();
    } else {
      out.u8(Opcodes.GLOBAL_SET).u32(fuelGlobal).u8(Opcodes.GLOBAL_GET).u32(fuelGlobal);
      constant(0);
      out.u8(Opcodes.I64_LT_S).u8(Opcodes.IF).u8(EMPTY_BLOCK);
      out.u8(Opcodes.GLOBAL_GET).u32(fuelGlobal);
      end();
    }
    out.u8(Opcodes.GLOBAL_GET).u32(depthGlobal).u8(Opcodes.I32_CONST).signed(body.frameBytes());
    if (body.calls()) {
      out.u8(Opcodes.I32_SUB).u8(Opcodes.GLOBAL_SET).u32(depthGlobal);
      out.u8(Opcodes.GLOBAL_GET).u32(depthGlobal).u8(Opcodes.I32_CONST).signed(0);
    }
    out.u8(Opcodes.I32_LT_S).u8(Opcodes.IF).u8(EMPTY_BLOCK);
    constant(Meter.TOO_DEEP);
    end();
  }

  private void writeExit(Body body) {
    if (caches) {
      writeBack();
    }
    if (body.calls()) {
      out.u8(Opcodes.GLOBAL_GET).u32(depthGlobal).u8(Opcodes.I32_CONST).signed(body.frameBytes());
      out.u8(Opcodes.I32_ADD).u8(Opcodes.GLOBAL_SET).u32(depthGlobal);
    }
  }

  private void write(Edit edit) {
    switch (edit.kind()) {
      case OPEN -> {
        if (nests.changes(edit.nest())) {
          nests.open(out, edit.nest());
        } else {
          same(edit);
        }
      }
      case ELSE -> {
        same(edit);
        nests.otherwise(out, edit.nest());
      }
      case END -> nests.close(out, edit.nest(), edit.argument() != 0);
      case LOOP -> {
        if (nests.changes(edit.nest())) {
          nests.open(out, edit.nest());
        } else {
          same(edit);
        }
        local(Opcodes.LOCAL_GET, fuelLocal);
        constant(edit.argument());
        out.u8(Opcodes.I64_SUB);
        checkFuel();
      }
      case CALL -> {
        leaveFuel();
        out.u8(Opcodes.CALL).u32(edit.argument() + 1);
        takeFuel();
      }
      case CALL_INDIRECT -> {
        leaveFuel();
        same(edit);
        takeFuel();
      }
      case FUNCTION_REFERENCE -> out.u8(Opcodes.REF_FUNC).u32(edit.argument() + 1);
      case RETURN -> out.u8(Opcodes.BR).u32(edit.argument());
      case MOVE_BYTES -> {
        local(Opcodes.LOCAL_TEE, countLocal);
        same(edit);
        chargeCount(Opcodes.I64_SHR_U, 3);
      }
      case MOVE_ENTRIES -> {
        local(Opcodes.LOCAL_TEE, countLocal);
        same(edit);
        chargeCount(Opcodes.I64_SHR_U, 0);
      }
      case GROW_MEMORY -> growMemory(edit);
      case GROW_TABLE -> growTable(edit);
      case CANONICAL_F32 -> {
        same(edit);
        if (edit.argument() != 0) {
          local(Opcodes.LOCAL_TEE, f32Local);
          out.u8(Opcodes.F32_CONST).f32(CANONICAL_F32);
          chooseNumber(f32Local, Opcodes.F32_EQ);
        }
      }
      case CANONICAL_F64 -> {
        same(edit);
        if (edit.argument() != 0) {
          local(Opcodes.LOCAL_TEE, f64Local);
          out.u8(Opcodes.F64_CONST).f64(CANONICAL_F64);
          chooseNumber(f64Local, Opcodes.F64_EQ);
        }
      }
      case FAR_ACCESS ->
          out.u8(module[edit.start()] & 0xff).u32(edit.argument()).u32(Integer.MAX_VALUE);
    }
  }

  private void same(Edit edit) {
    out.bytes(module, edit.start(), edit.end());
  }

  /** Of the float and the canonical NaN below, leaves the float if it equals itself. */
  private void chooseNumber(int floatLocal, int equal) {
    local(Opcodes.LOCAL_GET, floatLocal);
    local(Opcodes.LOCAL_GET, floatLocal);
    out.u8(equal).u8(Opcodes.SELECT);
  }

  /** A page that was added costs an eighth of its bytes. */
  private void growMemory(Edit edit) {
    grow(edit);
    chargeCount(Opcodes.I64_SHL, PAGE_FUEL_LOG2);
    endGrow();
  }

  /** A table that grew costs its new size, since all of it is copied. */
  private void growTable(Edit edit) {
    grow(edit);
    local(Opcodes.LOCAL_GET, countLocal);
    local(Opcodes.LOCAL_GET, resultLocal);
    out.u8(Opcodes.I32_ADD);
    local(Opcodes.LOCAL_SET, countLocal);
    chargeCount(Opcodes.I64_SHL, 0);
    endGrow();
  }

  /** Growing is charged if it succeeded. */
  private void grow(Edit edit) {
    local(Opcodes.LOCAL_TEE, countLocal);
    same(edit);
    local(Opcodes.LOCAL_TEE, resultLocal);
    out.u8(Opcodes.I32_CONST).signed(-1).u8(Opcodes.I32_NE).u8(Opcodes.IF).u8(EMPTY_BLOCK);
  }

  private void endGrow() {
    out.u8(Opcodes.END);
    local(Opcodes.LOCAL_GET, resultLocal);
  }

  private void chargeCount(int shiftOpcode, int shift) {
    local(Opcodes.LOCAL_GET, fuelLocal);
    local(Opcodes.LOCAL_GET, countLocal);
    out.u8(Opcodes.I64_EXTEND_I32_U);
    if (shift != 0) {
      constant(shift);
      out.u8(shiftOpcode);
    }
    out.u8(Opcodes.I64_SUB);
    checkFuel();
  }

  /**
   * Ends the call, and the if around this. That there is no way back from here lets the JVM's
   * compiler keep a loop in registers.
   */
  private void end() {
    out.u8(Opcodes.CALL).u32(METER).u8(Opcodes.UNREACHABLE).u8(Opcodes.END);
  }

  /** Keeps the fuel that is on the stack, which must not be negative. */
  private void checkFuel() {
    local(Opcodes.LOCAL_TEE, fuelLocal);
    constant(0);
    out.u8(Opcodes.I64_LT_S).u8(Opcodes.IF).u8(EMPTY_BLOCK);
    local(Opcodes.LOCAL_GET, fuelLocal);
    end();
  }

  private void leaveFuel() {
    if (caches) {
      writeBack();
    }
  }

  private void writeBack() {
    local(Opcodes.LOCAL_GET, fuelLocal);
    out.u8(Opcodes.GLOBAL_SET).u32(fuelGlobal);
  }

  private void takeFuel() {
    if (caches) {
      out.u8(Opcodes.GLOBAL_GET).u32(fuelGlobal);
      local(Opcodes.LOCAL_SET, fuelLocal);
    }
  }

  private void local(int opcode, int index) {
    out.u8(opcode).u32(index);
  }

  private void constant(long value) {
    out.u8(Opcodes.I64_CONST).signed(value);
  }
}

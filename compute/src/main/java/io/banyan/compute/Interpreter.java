package io.banyan.compute;

import io.banyan.schema.TrapKind;
import run.endive.runtime.Instance;
import run.endive.runtime.InterpreterMachine;
import run.endive.runtime.MStack;
import run.endive.wasm.types.Instruction;
import run.endive.wasm.types.OpCode;

/**
 * Endive's interpreter, put right where version 1.0.0 computes something else than the core
 * specification says. Confined to its call's thread.
 */
final class Interpreter extends InterpreterMachine {
  /*
   * A branch to a loop takes as many operands from the stack as the loop has parameters and
   * results, and puts them back; those that are not there it makes up, as zeros, below all others.
   * So there are always some: more than a type can ask for.
   */
  private static final int FILLING =
      ModuleLimits.PARAM_COUNT_MAX + ModuleLimits.RESULT_COUNT_MAX + 1;

  Interpreter(Instance instance) {
    super(instance);
    for (int i = 0; i < FILLING; i++) {
      stack().push(0);
    }
  }

  /**
   * Has the instruction that comes next find operands with which it is right. The engine asks
   * before each instruction that it interprets.
   */
  static void prepare(Instruction next, MStack stack) {
    OpCode opcode = next.opcode();
    if (opcode == OpCode.I32_MUL) {
      // It leaves the product in 64 bits, of which `if` and the host see all.
      int product = (int) stack.pop() * (int) stack.pop();
      stack.push(product);
      stack.push(1);
    } else if (opcode == OpCode.I32_STORE8
        || opcode == OpCode.I64_STORE8
        || opcode == OpCode.I64_STORE32) {
      // They add the offset with 32 bits, so that an address far out of bounds comes back in.
      long value = stack.pop();
      int address = (int) stack.peek();
      stack.push(value);
      if (address < 0) {
        throw CallEndException.trap(TrapKind.MEMORY_OUT_OF_BOUNDS);
      }
    }
  }
}

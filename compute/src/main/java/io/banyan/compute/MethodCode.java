package io.banyan.compute;

import java.lang.classfile.Opcode;
import java.nio.ByteBuffer;
import java.util.BitSet;

/** The code of one method within its class file. Confined to the compiler's thread. */
final class MethodCode {
  static final int WIDE = 196;
  private static final int IINC = 132;
  private static final int IFEQ = 153;
  private static final int IFNE = 154;
  private static final int JSR = 168; // the last of those that jump and have two bytes for it
  private static final int TABLESWITCH = 170;
  private static final int LOOKUPSWITCH = 171;
  private static final int IFNULL = 198;
  private static final int IFNONNULL = 199;
  private static final int GOTO_W = 200;

  private static final int[] LENGTHS = lengths();

  private final ByteBuffer file;
  private final int start;
  private final int end;
  private final int stackMax; // before anything is changed
  private final BitSet targets = new BitSet();

  /**
   * @param start where the code begins in the file, behind its attribute's head
   */
  MethodCode(ByteBuffer file, int start, int length) {
    this.file = file;
    this.start = start;
    this.end = start + length;
    this.stackMax = u2(stackMaxAt());
    for (int at = start; at < end; at = next(at)) {
      findTargets(at);
    }
  }

  private static int[] lengths() {
    int[] lengths = new int[256];
    for (Opcode opcode : Opcode.values()) {
      if (opcode.bytecode() < lengths.length) {
        lengths[opcode.bytecode()] = opcode.sizeIfFixed();
      }
    }
    return lengths;
  }

  private int u2(int at) {
    return file.getShort(at) & 0xffff;
  }

  private int stackMaxAt() {
    return start - 8;
  }

  int end() {
    return end;
  }

  int opcode(int at) {
    return file.get(at) & 0xff;
  }

  /** Where the instruction behind that at {@code at} is. */
  int next(int at) {
    return switch (opcode(at)) {
      case TABLESWITCH -> operands(at) + 12 + 4 * tableLength(at);
      case LOOKUPSWITCH -> operands(at) + 8 + 8 * file.getInt(operands(at) + 4);
      case WIDE -> at + (opcode(at + 1) == IINC ? 6 : 4);
      default -> at + LENGTHS[opcode(at)];
    };
  }

  /** Where a switch has its operands: behind up to three bytes, at a multiple of four. */
  private int operands(int at) {
    return start + ((at - start) / 4 + 1) * 4;
  }

  private int tableLength(int at) {
    return file.getInt(operands(at) + 8) - file.getInt(operands(at) + 4) + 1;
  }

  private void findTargets(int at) {
    int opcode = opcode(at);
    if ((opcode >= IFEQ && opcode <= JSR) || opcode == IFNULL || opcode == IFNONNULL) {
      targets.set(at + file.getShort(at + 1));
    } else if (opcode == GOTO_W) {
      targets.set(at + file.getInt(at + 1));
    } else if (opcode == TABLESWITCH) {
      findTargets(at, operands(at) + 12, 4, tableLength(at));
    } else if (opcode == LOOKUPSWITCH) {
      findTargets(at, operands(at) + 12, 8, file.getInt(operands(at) + 4));
    }
  }

  private void findTargets(int at, int firstAt, int step, int count) {
    targets.set(at + file.getInt(operands(at)));
    for (int i = 0; i < count; i++) {
      targets.set(at + file.getInt(firstAt + step * i));
    }
  }

  /** Whether nothing jumps to it, so that what is on the stack there is what was just computed. */
  boolean isReachedFromBeforeAlone(int at) {
    return !targets.get(at);
  }

  /** Whether it takes the number that was just computed, and jumps if that is, or is not, zero. */
  boolean jumpsOnNumber(int at) {
    return isReachedFromBeforeAlone(at) && (opcode(at) == IFEQ || jumpsUnlessZero(at));
  }

  boolean jumpsUnlessZero(int at) {
    return opcode(at) == IFNE;
  }

  /** A place may have so many slots more on the stack than any had. */
  void mayNeed(int slots) {
    if (slots > 0) {
      file.putShort(stackMaxAt(), (short) (stackMax + slots));
    }
  }
}

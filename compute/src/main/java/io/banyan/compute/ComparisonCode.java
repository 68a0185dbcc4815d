package io.banyan.compute;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What {@link MachineClass} puts in the place of a comparison, by the name that the engine has for
 * it: a jump, where one follows, or else a method of {@link Comparison}.
 */
enum ComparisonCode {
  /*
   * All calls of one method of the engine's share what the JVM notes of its branch, over all
   * modules; a jump of its own has notes of its own, and no call to inline.
   */
  I32_EQ(Operands.INT, Condition.EQ, "equal"),
  I32_NE(Operands.INT, Condition.NE, "unequal"),
  I32_LT_S(Operands.INT, Condition.LT, "less"),
  I32_GE_S(Operands.INT, Condition.GE, "greaterOrEqual"),
  I32_GT_S(Operands.INT, Condition.GT, "greater"),
  I32_LE_S(Operands.INT, Condition.LE, "lessOrEqual"),
  I32_EQZ(Operands.INT_AND_ZERO, Condition.EQ, "isZero"),
  I32_LT_U(Operands.UNSIGNED_INT, Condition.LT, "lessUnsigned"),
  I32_GE_U(Operands.UNSIGNED_INT, Condition.GE, "greaterOrEqualUnsigned"),
  I32_GT_U(Operands.UNSIGNED_INT, Condition.GT, "greaterUnsigned"),
  I32_LE_U(Operands.UNSIGNED_INT, Condition.LE, "lessOrEqualUnsigned"),
  I64_EQ(Operands.LONG, Condition.EQ, "equal"),
  I64_NE(Operands.LONG, Condition.NE, "unequal"),
  I64_LT_S(Operands.LONG, Condition.LT),
  I64_GE_S(Operands.LONG, Condition.GE),
  I64_GT_S(Operands.LONG, Condition.GT),
  I64_LE_S(Operands.LONG, Condition.LE),
  I64_EQZ(Operands.LONG_AND_ZERO, Condition.EQ, "isZero"),
  I64_LT_U(Operands.UNSIGNED_LONG, Condition.LT),
  I64_GE_U(Operands.UNSIGNED_LONG, Condition.GE),
  I64_GT_U(Operands.UNSIGNED_LONG, Condition.GT),
  I64_LE_U(Operands.UNSIGNED_LONG, Condition.LE),
  F32_EQ(Operands.FLOAT, Condition.EQ),
  F32_NE(Operands.FLOAT, Condition.NE),
  F32_LT(Operands.FLOAT_OR_ABOVE, Condition.LT),
  F32_GE(Operands.FLOAT, Condition.GE),
  F32_GT(Operands.FLOAT, Condition.GT),
  F32_LE(Operands.FLOAT_OR_ABOVE, Condition.LE),
  F64_EQ(Operands.DOUBLE, Condition.EQ),
  F64_NE(Operands.DOUBLE, Condition.NE),
  F64_LT(Operands.DOUBLE_OR_ABOVE, Condition.LT),
  F64_GE(Operands.DOUBLE, Condition.GE),
  F64_GT(Operands.DOUBLE, Condition.GT),
  F64_LE(Operands.DOUBLE_OR_ABOVE, Condition.LE);

  private static final int IFEQ = 153;
  private static final int IF_ICMPEQ = 159;
  private static final int LCONST_0 = 9;
  private static final int LCMP = 148;
  private static final int FCMPL = 149;
  private static final int FCMPG = 150;
  private static final int DCMPL = 151;
  private static final int DCMPG = 152;

  private static final Map<String, ComparisonCode> BY_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(Enum::name, Function.identity()));

  private final Operands operands;
  private final Condition condition;
  private final String withoutJump;

  ComparisonCode(Operands operands, Condition condition, String withoutJump) {
    this.operands = operands;
    this.condition = condition;
    this.withoutJump = withoutJump;
  }

  ComparisonCode(Operands operands, Condition condition) {
    this(operands, condition, "");
  }

  /** In the order of the JVM's jumps, where each is beside its opposite. */
  private enum Condition {
    EQ(0),
    NE(1),
    LT(2),
    GE(3),
    GT(4),
    LE(5);

    private final int place;

    Condition(int place) {
      this.place = place;
    }
  }

  /** What is compared, where more than two numbers that a jump compares by itself. */
  private enum Operands {
    INT,
    INT_AND_ZERO,
    UNSIGNED_INT,
    LONG(LCMP),
    LONG_AND_ZERO(LCONST_0, LCMP),
    UNSIGNED_LONG,
    FLOAT(FCMPL), // with a NaN it comes to less than zero,
    FLOAT_OR_ABOVE(FCMPG), // and here to more, so that neither LT nor LE holds
    DOUBLE(DCMPL),
    DOUBLE_OR_ABOVE(DCMPG);

    private final byte[] code;

    Operands(int... opcodes) {
      this.code = new byte[opcodes.length];
      for (int i = 0; i < opcodes.length; i++) {
        code[i] = (byte) opcodes[i];
      }
    }
  }

  static Optional<ComparisonCode> of(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** The class whose {@code compareUnsigned} comes to the number that is jumped on. */
  Optional<String> unsignedIn() {
    return switch (operands) {
      case UNSIGNED_INT -> Optional.of("java/lang/Integer");
      case UNSIGNED_LONG -> Optional.of("java/lang/Long");
      case INT, INT_AND_ZERO, LONG, LONG_AND_ZERO, FLOAT, FLOAT_OR_ABOVE, DOUBLE, DOUBLE_OR_ABOVE ->
          Optional.empty();
    };
  }

  /** The instructions that come to the number that is jumped on, at most three bytes. */
  byte[] code() {
    return operands.code;
  }

  /** How many more slots of the stack these take than the operands. */
  int extraStack() {
    return operands == Operands.LONG_AND_ZERO ? 2 : 0;
  }

  /** The instruction that jumps where the comparison holds, or where it does not. */
  int jump(boolean holds) {
    int first = operands == Operands.INT ? IF_ICMPEQ : IFEQ;
    return first + (holds ? condition.place : condition.place ^ 1);
  }

  /** The method of {@link Comparison} that does the same; none where a jump is as good. */
  Optional<String> withoutJump() {
    return withoutJump.isEmpty() ? Optional.empty() : Optional.of(withoutJump);
  }
}

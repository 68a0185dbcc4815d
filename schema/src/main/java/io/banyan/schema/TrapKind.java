package io.banyan.schema;

import java.util.Locale;

/**
 * Why a guest trapped. The set is closed and equal on every machine: an engine's own words never
 * leave it. The code is part of every claim's bytes and never changes.
 */
public enum TrapKind {
  /** The {@code unreachable} instruction, or an AssemblyScript {@code abort}. */
  UNREACHABLE(1),
  /** A load, store or bulk operation outside the memory. */
  MEMORY_OUT_OF_BOUNDS(2),
  /** A table access outside the table. */
  TABLE_OUT_OF_BOUNDS(3),
  /** An indirect call through an empty table entry. */
  UNINITIALIZED_ELEMENT(4),
  /** An indirect call of a function of another type. */
  INDIRECT_CALL_TYPE_MISMATCH(5),
  /** An integer division or remainder by zero. */
  INTEGER_DIVIDE_BY_ZERO(6),
  /** A signed division whose quotient does not fit, or a float beyond the integers. */
  INTEGER_OVERFLOW(7),
  /** A NaN converted to an integer. */
  INVALID_CONVERSION_TO_INTEGER(8),
  /** A WASI command ended with an exit code other than zero. */
  NONZERO_EXIT(9);

  private final int code;

  TrapKind(int code) {
    this.code = code;
  }

  /** 1 or more. */
  public int code() {
    return code;
  }

  /** The name as people read it: lower case, words apart. */
  public String words() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}

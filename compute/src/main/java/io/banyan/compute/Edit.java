package io.banyan.compute;

/**
 * A place in a function's body that the rewrite changes: the instruction in [start, end) of the
 * module's bytes. Confined to the rewrite of its function.
 */
final class Edit {
  enum Kind {
    /** The argument is the fuel of a round. */
    LOOP,
    /** A block that takes operands; the argument is its type, as the reader numbers them. */
    BLOCK_WITH_PARAMS,
    /** An if that takes operands, its else, and its end where it lacks one: argument as above. */
    IF_WITH_PARAMS,
    ELSE_WITH_PARAMS,
    END_WITHOUT_ELSE,
    /** The argument is the function. */
    CALL,
    CALL_INDIRECT,
    /** The argument is the function. */
    FUNCTION_REFERENCE,
    /** The argument is how many blocks are open around it. */
    RETURN,
    /** Its topmost operand counts bytes. */
    MOVE_BYTES,
    /** Its topmost operand counts entries of a table. */
    MOVE_ENTRIES,
    GROW_MEMORY,
    GROW_TABLE,
    /** Leaves a float that may be a NaN; the argument is 1 if its payload can be seen. */
    CANONICAL_F32,
    CANONICAL_F64,
    /** A load or store whose offset no memory reaches; the argument is the alignment. */
    FAR_ACCESS
  }

  private final Kind kind;
  private final int start;
  private final int end;
  private long argument;

  Edit(Kind kind, int start, int end, long argument) {
    this.kind = kind;
    this.start = start;
    this.end = end;
    this.argument = argument;
  }

  Kind kind() {
    return kind;
  }

  int start() {
    return start;
  }

  int end() {
    return end;
  }

  long argument() {
    return argument;
  }

  /** A loop has one instruction more. */
  void count() {
    argument++;
  }

  /** A float's payload can be seen. */
  void require() {
    argument = 1;
  }
}

package io.banyan.compute;

/**
 * A place in a function's body that the rewrite changes: the instruction in [start, end) of the
 * module's bytes. Confined to the rewrite of its function.
 */
final class Edit {
  enum Kind {
    /** The argument is the fuel of a round. */
    LOOP,
    /** A block or an if that may have to be written otherwise. */
    OPEN,
    ELSE,
    /** The argument is 1 if it ends an if without an else. */
    END,
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
  private final int nest;
  private long argument;

  /** An edit that belongs to no nest. */
  Edit(Kind kind, int start, int end, long argument) {
    this(kind, start, end, argument, -1);
  }

  /**
   * @param nest the number of the block, or -1 if it need not be written otherwise
   */
  Edit(Kind kind, int start, int end, long argument, int nest) {
    this.nest = nest;
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

  int nest() {
    return nest;
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

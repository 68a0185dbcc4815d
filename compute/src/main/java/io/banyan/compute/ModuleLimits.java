package io.banyan.compute;

/**
 * How large a module may be. The engine's parser and compiler cannot be interrupted, so what could
 * hang or crash them is refused before they see it. Real programs stay below a tenth of each.
 */
final class ModuleLimits {
  private ModuleLimits() {}

  static final int FUNCTION_COUNT_MAX = 10_000; // 200 000 take the compiler 20 s
  static final int BODY_BYTES_MAX = 64 << 10; // 64 KiB; a JVM method holds no more
  static final int INSTRUCTION_COUNT_MAX = 1_000_000; // about 3 s of compiling

  /** All bodies as they are written for the engine: 2 s of compiling where it takes longest. */
  static final int CODE_BYTES_MAX = 4 << 20; // 4 MiB

  /** Operands below loops, which make code of four bytes or more each. */
  static final int CLEARED_OPERANDS_MAX = CODE_BYTES_MAX / 4;

  static final int FUNCTION_BYTES = 320; // each counts as so much code more: a JVM method is a lot

  static final int LOCAL_COUNT_MAX = 1_000;
  static final int PARAM_COUNT_MAX = 100; // a JVM method takes 255 slots
  static final int RESULT_COUNT_MAX = 16;
  static final int NESTING_MAX = 256;
  static final int OPERAND_COUNT_MAX = 1_024; // 60 000 crash the compiler
  static final int BR_TABLE_ENTRIES_MAX = 4_096; // 1 000 000 hang it for good
  static final int BR_TABLE_ENTRIES_TOTAL_MAX = 65_536;

  /**
   * Locals and operands alive, summed over all blocks and branches: the compiler looks at each of
   * them there, 30 ns apiece. A module of 1 000 000 instructions could make it 1 000 000 000.
   */
  static final long BRANCH_SLOTS_TOTAL_MAX = 50_000_000;

  static final int TABLE_COUNT_MAX = 4; // their entries are heap that nobody reserves
  static final int TABLE_ENTRIES_MAX = 100_000;
  static final int GLOBAL_COUNT_MAX = 10_000;
  static final int TYPE_COUNT_MAX = 1_000; // the compiler compares each with each function
  static final int IMPORT_COUNT_MAX = 64; // more than there are to import
  static final int EXPORT_COUNT_MAX = 10_000;
  static final int SEGMENT_COUNT_MAX = 10_000; // data and element segments, each
  static final int ELEMENT_COUNT_MAX = 100_000; // in all segments; each costs 200 bytes of heap
  static final int NAME_BYTES_MAX = 4_096;

  /** Above it the JVM's compilers may give a function up: a warning, not a refusal. */
  static final int FUNCTION_INSTRUCTIONS_FAST = 6_000;
}

package io.banyan.compute;

import java.util.Optional;

/** Tells what the profile refuses from what is not WebAssembly. */
final class SpecRule {
  private SpecRule() {}

  /**
   * The rule of the profile by which a module is refused that WebAssembly itself allows; empty if
   * it is refused because it is malformed or not valid.
   */
  static Optional<String> ofProfile(RefusedException refused) {
    return switch (refused.rule()) {
      case FORMAT, VALIDITY -> Optional.empty();
      case FEATURES, IMPORTS, ENGINE -> Optional.of(words(refused));
      case GUEST_INTERFACE,
          MODULE_BYTES,
          NAME_BYTES,
          TYPE_COUNT,
          PARAM_COUNT,
          RESULT_COUNT,
          IMPORT_COUNT,
          FUNCTION_COUNT,
          TABLE_COUNT,
          TABLE_ENTRIES,
          MEMORY_COUNT,
          MEMORY_PAGES,
          GLOBAL_COUNT,
          EXPORT_COUNT,
          SEGMENT_COUNT,
          ELEMENT_COUNT,
          BODY_BYTES,
          LOCAL_COUNT,
          INSTRUCTION_COUNT,
          NESTING,
          OPERAND_COUNT,
          BR_TABLE_ENTRIES,
          BRANCH_SLOTS ->
          Optional.of(refused.rule().words());
    };
  }

  /** With the sentence, but without its names and numbers, so that like ones are counted as one. */
  private static String words(RefusedException refused) {
    String sentence =
        refused
            .reason()
            .replaceAll(" \\(rule.*", "")
            .replaceAll("'[^']*'", "…")
            .replaceAll("\\b\\d+\\b", "N");
    return refused.rule().words() + ": " + sentence;
  }
}

package io.banyan.compute;

import java.util.Locale;

/**
 * The rules of the profile that a module may break; docs/profile.md has them with their numbers.
 */
enum Rule {
  /** It is WebAssembly's binary format (core specification 2.0, chapter 5). */
  FORMAT,
  /** It is valid (core specification 2.0, chapter 3). */
  VALIDITY,
  /** It uses only what the profile offers: instructions, types, kinds of sections. */
  FEATURES,
  /** It imports only what the profile offers. */
  IMPORTS,
  /** It exports what the guest interface names. */
  GUEST_INTERFACE,
  /** The engine takes it. */
  ENGINE,
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
  CODE_BYTES,
  LOCAL_COUNT,
  INSTRUCTION_COUNT,
  NESTING,
  OPERAND_COUNT,
  BR_TABLE_ENTRIES,
  BRANCH_SLOTS;

  /** As people read it and docs/profile.md names it: "local-count". */
  String words() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

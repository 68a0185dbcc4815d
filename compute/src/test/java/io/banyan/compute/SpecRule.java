package io.banyan.compute;

import java.util.Optional;

/** Tells what the profile refuses from what is no valid module. */
final class SpecRule {
  private SpecRule() {}

  /**
   * The rule by which a module is refused that WebAssembly itself allows, without the names and
   * numbers; empty if the reason says that it is not valid.
   */
  static Optional<String> of(String reason) {
    boolean ofProfile = reason.contains("offered") || reason.contains("limit");
    return ofProfile
        ? Optional.of(reason.replaceAll("'[^']*'", "'…'").replaceAll("\\b[0-9]+\\b", "N"))
        : Optional.empty();
  }
}

package io.banyan.compute;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Tells what the profile refuses from what is not WebAssembly. */
final class SpecRule {
  private SpecRule() {}

  private static final Set<Rule> OF_WEBASSEMBLY = EnumSet.of(Rule.FORMAT, Rule.VALIDITY);

  /** Rules that say little without their sentence. */
  private static final Set<Rule> WIDE = EnumSet.of(Rule.FEATURES, Rule.IMPORTS, Rule.ENGINE);

  /**
   * The rule of the profile by which a module is refused that WebAssembly itself allows; empty if
   * it is refused because it is malformed or not valid.
   */
  static Optional<String> ofProfile(RefusedException refused) {
    if (OF_WEBASSEMBLY.contains(refused.rule())) {
      return Optional.empty();
    }
    return Optional.of(WIDE.contains(refused.rule()) ? wideWords(refused) : refused.rule().words());
  }

  /** With the sentence, but without its names and numbers, so that like ones are counted as one. */
  private static String wideWords(RefusedException refused) {
    String sentence =
        refused
            .reason()
            .replaceAll(" \\(rule.*", "")
            .replaceAll("'[^']*'", "…")
            .replaceAll("\\b\\d+\\b", "N");
    return refused.rule().words() + ": " + sentence;
  }
}

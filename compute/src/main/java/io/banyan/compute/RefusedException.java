package io.banyan.compute;

/**
 * A module breaks a rule. It never leaves the package: {@link Sandbox#load} turns it into {@link
 * LoadResult.Rejected}.
 */
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Rule rule;

  /**
   * @param offset where in the module's bytes it was seen
   * @param sentence for the module's author, with its value
   */
  RefusedException(Rule rule, int offset, String sentence) {
    super("%s (rule %s, offset %d)".formatted(sentence, rule.words(), offset), null, false, false);
    this.rule = rule;
  }

  /** As the other, for a rule that is broken by what is not there. */
  RefusedException(Rule rule, String sentence) {
    super("%s (rule %s)".formatted(sentence, rule.words()), null, false, false);
    this.rule = rule;
  }

  Rule rule() {
    return rule;
  }

  /** The sentence, and in parentheses the rule and the offset. */
  String reason() {
    return String.valueOf(getMessage());
  }
}

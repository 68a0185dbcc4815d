package io.banyan.compute;

/**
 * A module breaks a rule. It never leaves the package: {@link Sandbox#load} turns it into {@link
 * LoadResult.Rejected}.
 */
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param reason a sentence for the module's author, with rule and value
   */
  RefusedException(String reason) {
    super(reason, null, false, false);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}

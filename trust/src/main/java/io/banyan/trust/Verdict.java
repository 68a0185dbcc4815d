package io.banyan.trust;

import io.banyan.schema.Receipt;

/** What checking came to. */
public sealed interface Verdict {
  /**
   * Everything that was to be checked held.
   *
   * @param receipt what its signer stands for
   * @param attribution who did what, as the signatures below show it
   */
  record Accepted(Receipt receipt, Attribution attribution) implements Verdict {}

  /**
   * Something did not hold.
   *
   * @param reason one sentence that names the place, the rule and the value
   */
  record Rejected(String reason) implements Verdict {}

  /**
   * What was needed to check was not there.
   *
   * @param reason what was missing, and whose it was to give
   */
  record Withheld(String reason) implements Verdict {}
}

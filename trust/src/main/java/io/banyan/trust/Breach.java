package io.banyan.trust;

import io.banyan.schema.Refused;

/** A rule does not hold; unwinds the check and leaves this package as a value. */
final class Breach extends Exception {
  private static final long serialVersionUID = 1;

  private final Refused.Code code;
  private final String reason;

  Breach(Refused.Code code, String reason) {
    super(reason, null, false, false);
    this.code = code;
    this.reason = reason;
  }

  Refused.Code code() {
    return code;
  }

  /** What does not hold, after the name of the thing it does not hold for. */
  String reason() {
    return reason;
  }

  /** The same, said of {@code what}. */
  Breach of(String what) {
    return new Breach(code, what + ": " + reason);
  }
}

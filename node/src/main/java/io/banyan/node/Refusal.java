package io.banyan.node;

import io.banyan.schema.Refused;
import io.banyan.schema.Refused.Code;

/** Ends the answering of one request: the asker is told no, and why. Never leaves the service. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1;

  /** What a sentence may have at most is 1 KiB of UTF-8, in which a character takes three bytes. */
  private static final int SENTENCE_LENGTH_MAX = 340;

  private final transient Refused refused;

  Refusal(Code code, String sentence) {
    this(code, sentence, 0);
  }

  Refusal(Code code, String sentence, long retryAfterMillis) {
    super(sentence);
    this.refused = new Refused(code, fit(sentence), retryAfterMillis);
  }

  Refused refused() {
    return refused;
  }

  /** Values in a sentence may come from the asker, and be as long as he likes. */
  private static String fit(String sentence) {
    String line = CommandException.oneLine(sentence);
    StringBuilder fit = new StringBuilder();
    line.codePoints()
        .filter(point -> Character.getType(point) != Character.SURROGATE)
        .takeWhile(_ -> fit.length() < SENTENCE_LENGTH_MAX - 1)
        .forEachOrdered(fit::appendCodePoint);
    return fit.toString();
  }
}

package io.banyan.node.lease;

import io.banyan.node.CommandException;

/** Sentences that travel: one line, and not too long, whatever a peer or a disk has put in. */
public final class Sentences {
  /** What a sentence may have at most is 1 KiB of UTF-8, in which a character takes three bytes. */
  private static final int LENGTH_MAX = 340;

  private Sentences() {}

  /** What there is room for of {@code sentence}. */
  public static String fit(String sentence) {
    String line = CommandException.oneLine(sentence);
    StringBuilder fit = new StringBuilder();
    line.codePoints()
        .filter(point -> Character.getType(point) != Character.SURROGATE)
        .takeWhile(point -> fit.length() < LENGTH_MAX - 1)
        .forEachOrdered(fit::appendCodePoint);
    return fit.toString();
  }

  /** What went wrong, as others may be told. */
  static String of(Throwable trouble) {
    String message = trouble.getMessage();
    return fit(message == null ? trouble.toString() : message);
  }
}

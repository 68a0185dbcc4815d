package io.banyan.node.daemon;

import io.banyan.node.CommandException;

/** Sentences that travel: one line, and not too long, whatever a peer or a disk has put in. */
final class Sentences {
  /** What a sentence may have at most is 1 KiB of UTF-8, in which a character takes three bytes. */
  private static final int LENGTH_MAX = 340;

  private Sentences() {}

  static String fit(String sentence) {
    String line = CommandException.oneLine(sentence);
    StringBuilder fit = new StringBuilder();
    line.codePoints()
        .filter(point -> Character.getType(point) != Character.SURROGATE)
        .takeWhile(point -> fit.length() < LENGTH_MAX - 1)
        .forEachOrdered(fit::appendCodePoint);
    return fit.toString();
  }
}

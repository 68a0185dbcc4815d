package io.banyan.node;

import java.util.Locale;

/** A command cannot go on: one sentence with actor, rule and value, and the code it ends with. */
public final class CommandException extends Exception {
  private static final long serialVersionUID = 1;

  /** More is not a sentence: some values that are quoted come from files of strangers. */
  private static final int SENTENCE_LENGTH_MAX = 2_000;

  private final ExitCode code;

  public CommandException(ExitCode code, String sentence) {
    super(oneLine(sentence));
    this.code = code;
  }

  public CommandException(ExitCode code, String sentence, Throwable cause) {
    super(oneLine(sentence), cause);
    this.code = code;
  }

  public ExitCode code() {
    return code;
  }

  /**
   * {@code text} as it may stand on a terminal: values in it that come from a guest or a receipt
   * could otherwise break the line or paint the screen.
   */
  public static String oneLine(String text) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < text.length() && line.length() < SENTENCE_LENGTH_MAX; i++) {
      char unit = text.charAt(i);
      if (Character.isISOControl(unit)) {
        line.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
      } else {
        line.append(unit);
      }
    }
    return line.length() < SENTENCE_LENGTH_MAX ? line.toString() : line + " …";
  }
}

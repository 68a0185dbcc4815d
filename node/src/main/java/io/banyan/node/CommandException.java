package io.banyan.node;

/** A command cannot go on: one sentence with actor, rule and value, and the code it ends with. */
public final class CommandException extends Exception {
  private static final long serialVersionUID = 1;

  private final ExitCode code;

  public CommandException(ExitCode code, String sentence) {
    super(sentence);
    this.code = code;
  }

  public CommandException(ExitCode code, String sentence, Throwable cause) {
    super(sentence, cause);
    this.code = code;
  }

  public ExitCode code() {
    return code;
  }
}

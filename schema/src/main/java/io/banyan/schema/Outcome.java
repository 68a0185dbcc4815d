package io.banyan.schema;

/**
 * What one call came to: a function of module and input alone, so that every machine that runs the
 * call comes to the same. When the host failed there is no outcome at all.
 */
public sealed interface Outcome {
  /** The call returned a value within its limits. */
  record Completed() implements Outcome {}

  /** The guest trapped. */
  record Trapped(TrapKind kind) implements Outcome {}

  /** The call used up its fuel. */
  record OutOfFuel() implements Outcome {}

  /** The call, or its input, exceeded a limit of the profile. */
  record LimitExceeded(LimitKind limit) implements Outcome {}

  /**
   * The guest gave up with a message of its own ({@code banyan.fail}).
   *
   * @param message at most {@link #MESSAGE_BYTES_MAX} bytes of UTF-8
   */
  record Failed(String message) implements Outcome {
    /** 1 KiB: a sentence, not a log. */
    public static final int MESSAGE_BYTES_MAX = 1024;

    public Failed {
      Rules.utf8("failure message", message, MESSAGE_BYTES_MAX);
    }
  }

  /** The guest returned something that is no value: a range outside its memory, a broken list. */
  record BadOutput() implements Outcome {}

  /** The outcome as people read it: "trapped: integer divide by zero". */
  default String words() {
    return switch (this) {
      case Completed() -> "completed";
      case Trapped(TrapKind kind) -> "trapped: " + kind.words();
      case OutOfFuel() -> "out of fuel";
      case LimitExceeded(LimitKind limit) -> "limit exceeded: " + limit.words();
      case Failed(String message) -> "failed: " + message;
      case BadOutput() -> "bad output";
    };
  }
}

package io.banyan.node.journal;

import io.banyan.schema.BlobRef;
import io.banyan.schema.JobState;
import io.banyan.schema.Value;

/** The terminal record of a job: there is one, and it never changes. */
public sealed interface JobEnding {
  /**
   * The answer is there.
   *
   * @param value of the plan's root
   * @param output its bytes in one piece, as they lie in the job's folder, also those of a rope
   * @param receipt the job receipt, which lies beside them
   */
  record Completed(Value value, BlobRef output, BlobRef receipt) implements JobEnding {
    public Completed {
      if (value.named().length() != output.length()) {
        throw new IllegalArgumentException(
            "an output of "
                + output.length()
                + " bytes for a value of "
                + value.named().length()
                + " bytes");
      }
    }
  }

  /**
   * Something is missing, as the user allowed; which pieces there are, a file of the job's folder
   * tells.
   *
   * @param bytes those of all pieces, one after the other, as they lie in the job's folder
   * @param cause why there is no more, as of {@link Failed}
   */
  record Partial(BlobRef bytes, String cause) implements JobEnding {
    public Partial {
      Failed.requireCause(cause);
    }
  }

  /**
   * There is no answer.
   *
   * @param cause one sentence, at most {@link #CAUSE_LENGTH_MAX} characters
   */
  record Failed(String cause) implements JobEnding {
    /** A status carries 1 KiB of UTF-8, in which a character takes at most three bytes. */
    public static final int CAUSE_LENGTH_MAX = 340;

    public Failed {
      requireCause(cause);
    }

    private static void requireCause(String cause) {
      if (cause.isBlank() || cause.length() > CAUSE_LENGTH_MAX) {
        throw new IllegalArgumentException(
            "a cause of "
                + cause.length()
                + " characters, must be 1 to "
                + CAUSE_LENGTH_MAX
                + " and not blank");
      }
    }

    /** The same with any sentence: what a terminal would obey is left out, what is too long cut. */
    public static Failed of(String sentence) {
      StringBuilder kept = new StringBuilder();
      sentence
          .codePoints()
          .filter(point -> !Character.isISOControl(point))
          .filter(point -> Character.getType(point) != Character.SURROGATE)
          .takeWhile(point -> kept.length() < CAUSE_LENGTH_MAX - 1)
          .forEachOrdered(kept::appendCodePoint);
      return new Failed(kept.toString().isBlank() ? "no cause was given" : kept.toString());
    }
  }

  /** The submitter, or the owner, ended it. */
  record Cancelled() implements JobEnding {}

  /** Its time was over. */
  record TimedOut() implements JobEnding {}

  /** The state in which it leaves the job. */
  default JobState state() {
    return switch (this) {
      case Completed _ -> JobState.COMPLETE;
      case Partial _ -> JobState.PARTIAL;
      case Failed _ -> JobState.FAILED;
      case Cancelled() -> JobState.CANCELLED;
      case TimedOut() -> JobState.TIMEOUT;
    };
  }
}

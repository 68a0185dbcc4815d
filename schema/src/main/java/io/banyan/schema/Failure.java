package io.banyan.schema;

import java.util.Locale;

/**
 * A lease ended without a receipt, and why. Only a task failure says something about the job; after
 * every other kind the plan node goes elsewhere.
 *
 * @param lease digest of the lease
 */
public record Failure(Digest lease, Kind kind) implements TaskMessage {
  /** The taxonomy; what the lender does next depends on it. */
  public sealed interface Kind
      permits NodeFailure, TaskFailed, ValidationFailure, TimeoutFailure, LimitExceeded, Refused {}

  /** The machine failed, or nodes below were lost: nothing can be said of the call. */
  public record NodeFailure(String sentence) implements Kind {
    public NodeFailure {
      Rules.sentence("node failure", sentence);
    }
  }

  /**
   * A call came to a bad outcome, as it would everywhere.
   *
   * @param failure a signed {@link TaskFailure}
   */
  public record TaskFailed(Signed failure) implements Kind {
    public TaskFailed {
      Rules.signed("task failure", failure, WireLimits.TASK_FAILURE_BYTES_MAX);
    }
  }

  /** Something fetched or received for the lease did not hold: a digest, a proof, a signature. */
  public record ValidationFailure(String sentence) implements Kind {
    public ValidationFailure {
      Rules.sentence("validation failure", sentence);
    }
  }

  /**
   * Time was over.
   *
   * @param millis the time there was
   */
  public record TimeoutFailure(long millis) implements Kind {
    public TimeoutFailure {
      Rules.range("time in ms", millis, 0, Budget.TIME_MILLIS_MAX);
    }
  }

  /** The grant is spent: the work would have gone beyond it. */
  public record LimitExceeded(BudgetKind which, String sentence) implements Kind {
    public LimitExceeded {
      Rules.sentence("exceeded limit", sentence);
    }
  }

  /** A component of a {@link Budget}. */
  public enum BudgetKind {
    FUEL,
    LEAVES,
    BYTES,
    MEMORY,
    HOPS,
    TIME;

    /** The name as people read it. */
    public String words() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}

package io.banyan.delegation;

import io.banyan.schema.JobId;
import io.banyan.schema.PlanNode;

/**
 * Why this node runs a plan node itself, with all that the decision rests on.
 *
 * @param source where the operation weight came from
 * @param thresholdSeconds a score above it would make this node look for peers to lend to
 */
public record Decision(
    JobId job,
    PlanNode node,
    ComplexityScore score,
    WeightSource source,
    double thresholdSeconds,
    Reason reason) {

  /** Where an operation weight came from. */
  public enum WeightSource {
    /** The manifest. */
    ESTIMATE,
    /** The leaves of this job that have finished here. */
    FINISHED_LEAVES
  }

  /** Why the plan node is run here. */
  public enum Reason {
    /** The score is at or below the threshold. */
    BELOW_THRESHOLD("the score is not above the threshold"),
    /** There is nobody to lend to. */
    NO_PEERS("no peers to lend to");

    private final String words;

    Reason(String words) {
      this.words = words;
    }

    public String words() {
      return words;
    }
  }
}

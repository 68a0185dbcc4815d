package io.banyan.delegation;

import io.banyan.schema.Claim;
import io.banyan.schema.Outcome;
import io.banyan.schema.PlanNode;

/** Why a lease ended without a receipt. */
public sealed interface LeaseFailure {
  /**
   * A call below came to a bad outcome: the same everywhere, if it is true.
   *
   * @param node the plan node of that call
   */
  record TaskFailed(PlanNode node, Claim claim) implements LeaseFailure {
    public TaskFailed {
      if (claim.outcome() instanceof Outcome.Completed) {
        throw new IllegalArgumentException("a call that completed has not failed");
      }
    }
  }

  /**
   * The child has failed, or what it delivered does not hold: others are asked.
   *
   * @param sentence who did what, for people
   */
  record Lost(String sentence) implements LeaseFailure {}

  /** The child could not stay within its grant: the plan node is run here. */
  record OverGrant(String sentence) implements LeaseFailure {}
}

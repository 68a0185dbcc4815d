package io.banyan.delegation;

import io.banyan.schema.Claim;
import io.banyan.schema.Digest;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Value;
import io.banyan.trust.Evidence;
import java.util.List;

/** How a task ended: exactly once, in exactly one way. */
public sealed interface JobEnd {
  /**
   * The answer is there.
   *
   * @param lentReceipts digests of the receipts that were delivered to this node and used, in the
   *     order of the plan; empty where this node ran all of it
   */
  record Completed(Value value, Evidence evidence, List<Digest> lentReceipts) implements JobEnd {
    public Completed {
      lentReceipts = List.copyOf(lentReceipts);
    }
  }

  /** A call of the plan came to a bad outcome, as it would everywhere. */
  record TaskFailed(PlanNode node, Claim claim) implements JobEnd {
    /** The cause in a sentence. */
    public String words() {
      return claim.function().exportName()
          + " of plan node "
          + node
          + " "
          + claim.outcome().words();
    }
  }

  /** The plan itself broke a limit. */
  record PlanRefused(String reason) implements JobEnd {}

  /** Nobody could run a call, this node included. */
  record NodeFailed(PlannedCall call, CallReport.NoResult why) implements JobEnd {}

  /** The job's time was over. */
  record TimedOut(long timeMillis) implements JobEnd {}

  /** The submitter cancelled it. */
  record Cancelled() implements JobEnd {}

  /** It had not begun, and makes room for what has a higher priority. */
  record Shed() implements JobEnd {}
}

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

  /**
   * Something is missing, and the user allowed for that: nothing is merged over a gap, and the
   * whole has no value.
   *
   * @param pieces the largest plan nodes that are done, in order; 1 or more
   * @param missing what lies between and around them, in order; cells that follow each other are
   *     one interval, whether or not that is a plan node
   * @param leaves below all pieces
   * @param units of the plan that all pieces cover: bytes, or cells under the rule {@code index}
   * @param cause why there will be no more
   */
  record Partial(List<Piece> pieces, List<PlanNode> missing, long leaves, long units, String cause)
      implements JobEnd {
    public Partial {
      pieces = List.copyOf(pieces);
      missing = List.copyOf(missing);
    }
  }

  /** What one plan node came to. */
  record Piece(PlanNode node, Value value) {}

  /** It had not begun, and makes room for what has a higher priority. */
  record Shed() implements JobEnd {}
}

package io.banyan.schema;

import java.util.List;

/**
 * One call of a plan, with what it takes to find the next ones.
 *
 * @param node the plan node it belongs to
 * @param parts what a split made, in order; empty for every other call
 */
public record Step(PlanNode node, Claim claim, List<BlobRef> parts) {
  public Step {
    parts = List.copyOf(parts);
    boolean split =
        claim.function() == GuestFunction.SPLIT && claim.outcome() instanceof Outcome.Completed;
    if (parts.isEmpty() == split) {
      throw new IllegalArgumentException(
          "a call of " + claim.function().exportName() + " with " + parts.size() + " parts");
    }
    if (parts.size() > Limits.PARTS_MAX) {
      throw new IllegalArgumentException(
          "split into " + parts.size() + " parts, limit " + Limits.PARTS_MAX);
    }
  }

  /** A call that is no split. */
  public Step(PlanNode node, Claim claim) {
    this(node, claim, List.of());
  }
}

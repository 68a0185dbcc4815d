package io.banyan.delegation;

import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.PlanNode;

/**
 * A call that the plan has and that can be made now.
 *
 * @param link of the task that it belongs to
 * @param node the plan node it belongs to
 */
public record PlannedCall(Digest link, PlanNode node, GuestFunction function, InputRef input) {
  /** How a sentence names it: "execute of plan node 17". */
  public String words() {
    return function.exportName() + " of plan node " + node;
  }
}

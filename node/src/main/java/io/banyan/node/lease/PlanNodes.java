package io.banyan.node.lease;

import io.banyan.schema.Digest;
import io.banyan.schema.Interval;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Plan nodes by their keys, which do not say where in the plan they are. */
final class PlanNodes {
  private PlanNodes() {}

  /**
   * What was found.
   *
   * @param looked how many plan nodes were looked at
   */
  record Found(List<PlanNode> nodes, int looked) {}

  /**
   * Those of {@code keys} that name cells at or below {@code root}, the larger ones first.
   *
   * @param most plan nodes that are looked at
   */
  static Found find(Plan plan, PlanNode root, Set<Digest> keys, int most) {
    if (!(root instanceof PlanNode.Cells(Interval whole))) {
      return new Found(List.of(), 0); // where a split cuts is known when it is made
    }
    List<PlanNode> found = new ArrayList<>();
    Set<Digest> wanted = new HashSet<>(keys);
    Deque<Interval> due = new ArrayDeque<>(List.of(whole));
    int looked = 0;
    for (; looked < most && !due.isEmpty() && !wanted.isEmpty(); looked++) {
      Interval interval = due.removeFirst();
      PlanNode node = new PlanNode.Cells(interval);
      if (wanted.remove(plan.key(node))) {
        found.add(node);
      } else if (due.size() < most && interval.count() > 1) {
        due.addAll(interval.children());
      }
    }
    return new Found(found, looked);
  }
}

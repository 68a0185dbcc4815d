package io.banyan.node.lease;

import io.banyan.delegation.Task;
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
  /** 131 072 keys take about 100 ms: what lies deeper in a larger plan is computed again. */
  static final int NODES_MAX = 1 << 17;

  private PlanNodes() {}

  /** Those of {@code keys} that name cells of {@code task}, the larger ones first. */
  static List<PlanNode> find(Task task, Set<Digest> keys) {
    List<PlanNode> found = new ArrayList<>();
    if (!(task.node() instanceof PlanNode.Cells(Interval whole))) {
      return found; // where a split cuts is known when it is made, and not before
    }
    Plan plan = Plan.of(task.manifest());
    Set<Digest> wanted = new HashSet<>(keys);
    Deque<Interval> due = new ArrayDeque<>(List.of(whole));
    for (int seen = 0; seen < NODES_MAX && !due.isEmpty() && !wanted.isEmpty(); seen++) {
      Interval interval = due.removeFirst();
      PlanNode node = new PlanNode.Cells(interval);
      if (wanted.remove(plan.key(node))) {
        found.add(node);
      } else if (due.size() < NODES_MAX) {
        due.addAll(interval.children());
      }
    }
    return found;
  }
}

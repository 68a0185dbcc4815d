package io.banyan.node.lease;

import io.banyan.delegation.Known;
import io.banyan.schema.Budget;
import io.banyan.schema.PlanNode;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/**
 * What plan nodes cost together, where none is counted twice: one that is done again costs as much
 * as the dearest time, and one that lies in another costs nothing beside it, unless all that lie in
 * it cost more.
 *
 * <p>For one thread at a time.
 */
final class DisjointCosts {
  private final Map<PlanNode, Within> byNode = new HashMap<>(); // none within another

  /** Fuel, leaves and bytes: what adds up of a budget. */
  record Cost(long leaves, long fuel, long bytes) {
    static final Cost NOTHING = new Cost(0, 0, 0);

    static Cost of(Budget grant) {
      return new Cost(grant.leaves(), grant.fuel(), grant.bytes());
    }

    Cost plus(Cost other) {
      return new Cost(plus(leaves, other.leaves), plus(fuel, other.fuel), plus(bytes, other.bytes));
    }

    private static long plus(long a, long b) {
      return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    Cost most(Cost other) {
      return new Cost(
          Math.max(leaves, other.leaves), Math.max(fuel, other.fuel), Math.max(bytes, other.bytes));
    }
  }

  /** What a plan node cost itself, and what those in it did, together. */
  private record Within(Cost own, Cost below) {
    Cost counted() {
      return own.most(below);
    }
  }

  /** Nothing is counted yet. */
  DisjointCosts() {}

  /** The same as {@code other}, to go on apart from it. */
  DisjointCosts(DisjointCosts other) {
    byNode.putAll(other.byNode);
  }

  /** Counts what {@code node} cost. */
  void add(PlanNode node, Cost cost) {
    Within same = byNode.get(node);
    Optional<PlanNode> outer = same == null ? outer(node) : Optional.empty();
    if (same != null) {
      byNode.put(node, new Within(same.own.most(cost), same.below));
    } else if (outer.isPresent()) {
      byNode.computeIfPresent(
          outer.get(), (_, within) -> new Within(within.own, within.below.plus(cost)));
    } else {
      byNode.put(node, new Within(cost, removeBelow(node)));
    }
  }

  private Optional<PlanNode> outer(PlanNode node) {
    return byNode.keySet().stream().filter(each -> Known.isWithin(node, each)).findFirst();
  }

  private Cost removeBelow(PlanNode node) {
    Cost below = Cost.NOTHING;
    Iterator<Map.Entry<PlanNode, Within>> all = byNode.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<PlanNode, Within> each = all.next();
      if (Known.isWithin(each.getKey(), node)) {
        below = below.plus(each.getValue().counted());
        all.remove();
      }
    }
    return below;
  }

  /** What all cost together. */
  Cost sum() {
    return byNode.values().stream().map(Within::counted).reduce(Cost.NOTHING, Cost::plus);
  }

  /** How many plan nodes are told apart. */
  int size() {
    return byNode.size();
  }
}

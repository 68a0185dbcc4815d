package io.banyan.trust;

import io.banyan.schema.Interval;
import io.banyan.schema.PlanNode;
import java.util.Comparator;
import java.util.List;

/**
 * The order of the plan among plan nodes that can be lent, cells or parts: by where they begin, a
 * plan node before what is in it.
 */
final class PlanOrder implements Comparator<PlanNode> {
  static final PlanOrder INSTANCE = new PlanOrder();

  private PlanOrder() {}

  @Override
  public int compare(PlanNode left, PlanNode right) {
    if (left instanceof PlanNode.Cells(Interval l) && right instanceof PlanNode.Cells(Interval r)) {
      return l.from() == r.from()
          ? Integer.compare(r.to(), l.to())
          : Integer.compare(l.from(), r.from());
    }
    if (left instanceof PlanNode.Part(var l) && right instanceof PlanNode.Part(var r)) {
      return paths(l, r);
    }
    throw new IllegalStateException("no plan has both " + left + " and " + right + " to lend");
  }

  private static int paths(List<Integer> left, List<Integer> right) {
    for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
      int order = Integer.compare(left.get(i), right.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(left.size(), right.size());
  }

  /** Whether {@code inner} is {@code outer} or lies in it. */
  static boolean isWithin(PlanNode outer, PlanNode inner) {
    return switch (inner) {
      case PlanNode.Cells(Interval in) ->
          outer instanceof PlanNode.Cells(Interval out)
              && out.from() <= in.from()
              && in.to() <= out.to();
      case PlanNode.Part(var path) ->
          outer instanceof PlanNode.Part(var above) && beginsWith(path, above);
      case PlanNode.Parts(var path, var _) ->
          outer instanceof PlanNode.Part(var above) && beginsWith(path, above);
    };
  }

  private static boolean beginsWith(List<Integer> path, List<Integer> above) {
    return path.size() >= above.size() && path.subList(0, above.size()).equals(above);
  }
}

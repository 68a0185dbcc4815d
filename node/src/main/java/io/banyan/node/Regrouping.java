package io.banyan.node;

import io.banyan.node.CheckCalls.CallTrouble;
import io.banyan.schema.Interval;
import io.banyan.schema.Limits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Merges the same values in several groupings: the answer must not depend on how a plan is cut.
 *
 * @param groupings in which merges came to an answer, beside the plan's own
 * @param troubles what does not hold, a sentence each
 * @param mergedBytes the length of what the plan's own grouping comes to
 */
record Regrouping(List<String> groupings, List<String> troubles, int mergedBytes) {
  static Regrouping of(List<byte[]> values, CheckCalls calls) throws CallTrouble {
    List<String> troubles = new ArrayList<>();
    byte[] planned = asPlanned(values, Interval.all(values.size()), calls);
    Map<String, byte[]> others = new LinkedHashMap<>();
    others.put("in pairs", inPairs(values, calls));
    others.put("one by one from the left", fromTheLeft(values, calls));
    others.put("one by one from the right", fromTheRight(values, calls));
    others.forEach(
        (grouping, answer) -> {
          if (!Arrays.equals(planned, answer)) {
            troubles.add(
                "merge, grouped "
                    + grouping
                    + ", comes to another answer than as the plan groups: the"
                    + " answer would depend on how the plan is cut");
          }
        });
    return new Regrouping(List.copyOf(others.keySet()), troubles, planned.length);
  }

  /** As the plan does, which never hands a merge more than {@link Limits#FAN_OUT} values. */
  private static byte[] asPlanned(List<byte[]> values, Interval interval, CheckCalls calls)
      throws CallTrouble {
    if (interval.count() == 1) {
      return values.get(interval.from());
    }
    List<byte[]> below = new ArrayList<>();
    for (Interval child : interval.children()) {
      below.add(asPlanned(values, child, calls));
    }
    return calls.merge(below);
  }

  private static byte[] inPairs(List<byte[]> values, CheckCalls calls) throws CallTrouble {
    List<byte[]> level = values;
    while (level.size() > 1) {
      List<byte[]> above = new ArrayList<>();
      for (int i = 0; i < level.size(); i += 2) {
        above.add(i + 1 < level.size() ? calls.merge(level.subList(i, i + 2)) : level.get(i));
      }
      level = above;
    }
    return level.getFirst();
  }

  private static byte[] fromTheLeft(List<byte[]> values, CheckCalls calls) throws CallTrouble {
    byte[] merged = values.getFirst();
    for (byte[] value : values.subList(1, values.size())) {
      merged = calls.merge(List.of(merged, value));
    }
    return merged;
  }

  private static byte[] fromTheRight(List<byte[]> values, CheckCalls calls) throws CallTrouble {
    byte[] merged = values.getLast();
    for (byte[] value : values.subList(0, values.size() - 1).reversed()) {
      merged = calls.merge(List.of(value, merged));
    }
    return merged;
  }
}

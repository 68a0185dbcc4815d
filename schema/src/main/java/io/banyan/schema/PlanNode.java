package io.banyan.schema;

import java.util.ArrayList;
import java.util.List;

/** The place of one subtree in the plan. */
public sealed interface PlanNode {
  /** An interval of the input's cells, under every rule but {@code module}. */
  record Cells(Interval interval) implements PlanNode {
    @Override
    public String toString() {
      return interval.toString();
    }
  }

  /**
   * One part of the guest's splits, with all below it; the root of a {@code module} plan is the
   * part with the empty path.
   *
   * @param path the index of the part in each split on the way down, at most {@link
   *     Limits#SPLIT_DEPTH_MAX}
   */
  record Part(List<Integer> path) implements PlanNode {
    public Part {
      path = requirePath(path);
    }

    /** The part {@code index} of this part's own split. */
    public Part child(int index) {
      List<Integer> below = new ArrayList<>(path);
      below.add(index);
      return new Part(below);
    }

    @Override
    public String toString() {
      return words(path);
    }
  }

  /**
   * Two or more, but not all, parts of one split.
   *
   * @param path the part that was split, shorter than {@link Limits#SPLIT_DEPTH_MAX}: that of the
   *     parts is one longer
   * @param interval which of its parts, at most {@link Limits#PARTS_MAX}
   */
  record Parts(List<Integer> path, Interval interval) implements PlanNode {
    public Parts {
      path = requirePath(path);
      if (path.size() == Limits.SPLIT_DEPTH_MAX) {
        throw new IllegalArgumentException(
            "parts of a split below " + path.size() + " splits, limit " + Limits.SPLIT_DEPTH_MAX);
      }
      if (interval.count() < 2) {
        throw new IllegalArgumentException("a single part is named by its own path: " + interval);
      }
      if (interval.to() > Limits.PARTS_MAX) {
        throw new IllegalArgumentException(
            "parts " + interval + " of a split, which has at most " + Limits.PARTS_MAX);
      }
    }

    @Override
    public String toString() {
      return words(path) + interval;
    }
  }

  private static List<Integer> requirePath(List<Integer> path) {
    if (path.size() > Limits.SPLIT_DEPTH_MAX) {
      throw new IllegalArgumentException(
          "a path of " + path.size() + " splits, limit " + Limits.SPLIT_DEPTH_MAX);
    }
    for (int i = 0; i < path.size(); i++) {
      int index = path.get(i);
      if (index < 0 || index >= Limits.PARTS_MAX) {
        throw new IllegalArgumentException(
            "part " + index + " of a split, must be 0 to " + (Limits.PARTS_MAX - 1));
      }
    }
    return List.copyOf(path);
  }

  private static String words(List<Integer> path) {
    StringBuilder words = new StringBuilder("/");
    for (int index : path) {
      words.append(index).append('/');
    }
    return words.toString();
  }
}

package io.banyan.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The place of one subtree in the plan. */
public sealed interface PlanNode {
  /**
   * The plan node that {@code text} names, as its {@code toString} has it: cells {@code 17} or
   * {@code 16-32}, a part {@code /} or {@code /3/0/}, some parts of a split {@code /3/0-16}.
   *
   * @throws IllegalArgumentException if it names none, or in other words than {@code toString}
   */
  static PlanNode parse(String text) {
    int behind = text.lastIndexOf('/') + 1;
    Optional<Interval> interval =
        behind == text.length() ? Optional.empty() : Optional.of(interval(text.substring(behind)));
    List<Integer> path = new ArrayList<>();
    for (String index : text.substring(0, behind).split("/")) {
      if (!index.isEmpty()) {
        path.add(unit(index));
      }
    }
    PlanNode node =
        behind == 0
            ? new Cells(interval.orElseThrow(() -> noNode(text)))
            : interval.<PlanNode>map(parts -> new Parts(path, parts)).orElse(new Part(path));
    if (!node.toString().equals(text)) {
      throw noNode(text);
    }
    return node;
  }

  private static Interval interval(String text) {
    int dash = text.indexOf('-');
    int from = unit(dash < 0 ? text : text.substring(0, dash));
    return new Interval(from, dash < 0 ? from + 1 : unit(text.substring(dash + 1)));
  }

  private static int unit(String text) {
    if (!text.matches("[0-9]{1,8}")) {
      throw noNode(text);
    }
    return Integer.parseInt(text);
  }

  private static IllegalArgumentException noNode(String text) {
    return new IllegalArgumentException(
        "'" + text + "' is not a plan node such as 17, 16-32, /, /3/ or /3/0-16");
  }

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

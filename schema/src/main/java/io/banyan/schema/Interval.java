package io.banyan.schema;

import java.util.ArrayList;
import java.util.List;

/**
 * Consecutive units [from, to): cells of an input, or parts of a split.
 *
 * @param from index of the first unit
 * @param to index after the last, greater than {@code from}, at most {@link Limits#CELLS_MAX}
 */
public record Interval(int from, int to) {
  public Interval {
    if (from < 0 || from >= to || to > Limits.CELLS_MAX) {
      throw new IllegalArgumentException("interval of units " + from + " to " + to);
    }
  }

  /** The interval of all of {@code count} units. */
  public static Interval all(int count) {
    return new Interval(0, count);
  }

  public int count() {
    return to - from;
  }

  /**
   * The shape of the plan: consecutive intervals of 16^m units, the last of which may be shorter,
   * with m the largest such that 16^m is smaller than the count. A single unit has no children.
   */
  public List<Interval> children() {
    if (count() == 1) {
      return List.of();
    }
    int step = childCount();
    List<Interval> children = new ArrayList<>(Limits.FAN_OUT);
    for (int begin = from; begin < to; begin += step) {
      children.add(new Interval(begin, Math.min(begin + step, to)));
    }
    return children;
  }

  /** How many units each child has, but for the last, which may have less; of 2 units or more. */
  public int childCount() {
    int step = 1;
    while (step * Limits.FAN_OUT < count()) {
      step *= Limits.FAN_OUT;
    }
    return step;
  }

  /**
   * The way from the leaf {@code unit} up to the interval of all {@code count} units, both
   * included, computed from the leaf alone: what {@link #children()} walks down from the root.
   */
  public static List<Interval> ancestry(int unit, int count) {
    if (unit < 0 || unit >= count) {
      throw new IllegalArgumentException("unit " + unit + " of " + count);
    }
    List<Interval> ancestry = new ArrayList<>();
    Interval below = new Interval(unit, unit + 1);
    ancestry.add(below);
    for (long step = Limits.FAN_OUT; below.count() < count; step *= Limits.FAN_OUT) {
      int begin = (int) (unit / step * step);
      Interval above = new Interval(begin, (int) Math.min(begin + step, count));
      if (!above.equals(below)) {
        ancestry.add(above);
        below = above;
      }
    }
    return List.copyOf(ancestry);
  }

  @Override
  public String toString() {
    return count() == 1 ? Integer.toString(from) : from + "-" + to;
  }
}

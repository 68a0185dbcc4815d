package io.banyan.delegation;

/**
 * What a unit of input costs, measured on the leaves that finish: the first alone, then the next
 * three, then twelve, and so on: at each window there are four times as many. Each window forgets
 * the ones before, since the first calls of a module are many times slower than the rest, until the
 * engine has warmed to it.
 *
 * <p>Confined to the driver thread.
 */
final class WeightWindow {
  private static final int GROWTH = 4; // few decisions a job, each on more evidence than all before

  private long units;
  private long nanos;
  private long leaves;
  private long leavesWanted = 1;

  /** A leaf of {@code leafUnits} bytes or cells took {@code leafNanos}. */
  void add(long leafUnits, long leafNanos) {
    units += leafUnits;
    nanos += leafNanos;
    leaves++;
  }

  boolean isFull() {
    return leaves >= leavesWanted;
  }

  /** Nanoseconds a unit in this window; the next one begins. */
  double weightThenNext() {
    double weight = (double) nanos / units;
    units = 0;
    nanos = 0;
    leaves = 0;
    leavesWanted = leavesWanted == 1 ? GROWTH - 1 : leavesWanted * GROWTH;
    return weight;
  }
}

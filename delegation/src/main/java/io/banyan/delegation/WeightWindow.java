package io.banyan.delegation;

/**
 * What leaves cost, measured on the leaves that finish: the first alone, then the next three, then
 * twelve, and so on: at each window there are four times as many. Each window forgets the ones
 * before, since the first calls of a module are many times slower than the rest, until the engine
 * has warmed to it.
 *
 * <p>Confined to the driver thread.
 */
final class WeightWindow {
  private static final int GROWTH = 4; // few decisions a job, each on more evidence than all before

  /**
   * Of what so many leaves usually hold, the share that tells: what is much shorter takes the fuel
   * that any call takes, and says nothing of what a byte costs.
   */
  private static final double TELLING = 1.0 / 8;

  /** Where all leaves are that short, so many times as many tell. */
  private static final int SHORT_LEAVES = 8;

  private long units;
  private double fuel;
  private double nanos;
  private long leaves;
  private long leavesWanted = 1;

  /**
   * A leaf of {@code leafUnits} bytes or cells took {@code leafFuel}, and a worker {@code
   * leafNanos}.
   *
   * @param leafFuel 1 or more
   */
  void add(long leafUnits, long leafFuel, long leafNanos) {
    units += leafUnits;
    fuel += leafFuel;
    nanos += leafNanos;
    leaves++;
  }

  /**
   * Whether it has as many leaves as tell something.
   *
   * @param usualUnits of a leaf as most are, or of the whole task if that is less
   */
  boolean isFull(double usualUnits) {
    return leaves >= leavesWanted
        && (units >= TELLING * usualUnits * leavesWanted || leaves >= SHORT_LEAVES * leavesWanted);
  }

  /** What leaves cost in this window; the next one begins. */
  LeafCost costThenNext() {
    LeafCost cost = new LeafCost(fuel / units, fuel / Math.max(1, nanos) * 1e9);
    units = 0;
    fuel = 0;
    nanos = 0;
    leaves = 0;
    leavesWanted = leavesWanted == 1 ? GROWTH - 1 : leavesWanted * GROWTH;
    return cost;
  }
}

package io.banyan.delegation;

import io.banyan.schema.CallLimits;
import io.banyan.schema.Limits;

/**
 * What a plan node may need at most, by the limits of its calls.
 *
 * @param once that it is run
 * @param least what a lease is worth: the same, or the plan node's even share of a grant that was
 *     smaller from the beginning
 */
record Needs(Grants.Reservation once, Grants.Reservation least) {
  /**
   * An inner node has two children or more with a call of their own, so there are at most as many
   * merges as leaves, and splits.
   */
  private static final int CALLS_A_LEAF = 2;

  private static final int CALLS_A_LEAF_AND_SPLIT = 3;

  /**
   * The needs of a plan node of {@code task}.
   *
   * @param cells how many it has; not looked at under the rule {@code module}
   * @param units its bytes, or cells
   * @param share of the task's units
   */
  static Needs of(Task task, int cells, long units, double share) {
    CallLimits limits = task.manifest().limits();
    boolean byModule = task.ground() instanceof Task.Ground.Part;
    long leavesLeast =
        byModule ? Math.max(1, Math.ceilDiv(units, task.manifest().chunkBytes())) : cells;
    // A guest's split may make many small parts: as many as the grant has for so many bytes.
    long leaves =
        byModule ? Math.max(leavesLeast, (long) (share * leavesOfPlan(task))) : leavesLeast;
    long calls = leaves * (byModule ? CALLS_A_LEAF_AND_SPLIT : CALLS_A_LEAF);
    long fuel = times(calls, limits.fuel());
    long bytes = times(calls, limits.outputBytesMax());
    return new Needs(
        new Grants.Reservation(leaves, fuel, bytes),
        new Grants.Reservation(
            leavesLeast,
            Math.min(fuel, (long) (share * task.grant().fuel())),
            Math.min(bytes, (long) (share * task.grant().bytes()))));
  }

  private static double leavesOfPlan(Task task) {
    return Math.min(
        Limits.MODULE_LEAVES_MAX, (double) task.grant().leaves() / Math.max(1, task.tries()));
  }

  /** For {@code tries} peers, one after the other. */
  Grants.Reservation wanted(int tries) {
    return new Grants.Reservation(
        times(once.leaves(), tries), times(once.fuel(), tries), times(once.bytes(), tries));
  }

  private static long times(long a, long b) {
    return a == 0 || b <= Long.MAX_VALUE / a ? a * b : Long.MAX_VALUE;
  }
}

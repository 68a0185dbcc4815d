package io.banyan.delegation;

import io.banyan.schema.Budget;
import io.banyan.schema.CallLimits;
import io.banyan.schema.Limits;

/**
 * What a lease of a plan node is granted.
 *
 * @param wanted what its calls may use at most, by their limits, for every peer that may still try
 *     it; but no more than its even share of the grant, so that there is something for the others
 * @param least what it makes no sense to lend it without
 */
record Needs(Grants.Reservation wanted, Grants.Reservation least) {
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
   * @param share of the task's units, 0 to 1
   * @param tries peers that may still try it
   */
  static Needs of(Task task, int cells, long units, double share, int tries) {
    boolean byModule = task.ground() instanceof Task.Ground.Part;
    long leavesLeast =
        byModule ? Math.max(1, Math.ceilDiv(units, task.manifest().chunkBytes())) : cells;
    // A guest's split may make many small parts: as many as a plan has for so many bytes.
    long leavesMost =
        byModule ? Math.max(leavesLeast, (long) (share * Limits.MODULE_LEAVES_MAX)) : leavesLeast;
    long calls = leavesMost * (byModule ? CALLS_A_LEAF_AND_SPLIT : CALLS_A_LEAF);
    Budget grant = task.grant();
    CallLimits limits = task.manifest().limits();
    long leaves = Math.min(times(leavesMost, tries), evenShare(share, grant.leaves()));
    long fuelOnce = times(calls, limits.fuel());
    long fuelShare = evenShare(share, grant.fuel());
    long bytesOnce = times(calls, limits.outputBytesMax());
    long bytesShare = evenShare(share, grant.bytes());
    return new Needs(
        new Grants.Reservation(
            Math.max(leavesLeast, leaves),
            Math.min(times(fuelOnce, tries), fuelShare),
            Math.min(times(bytesOnce, tries), bytesShare)),
        new Grants.Reservation(
            leavesLeast, Math.min(fuelOnce, fuelShare), Math.min(bytesOnce, bytesShare)));
  }

  private static long evenShare(double share, long granted) {
    return Math.min(granted, Math.max(1, (long) (share * granted)));
  }

  private static long times(long a, long b) {
    return a == 0 || b <= Long.MAX_VALUE / a ? a * b : Long.MAX_VALUE;
  }
}

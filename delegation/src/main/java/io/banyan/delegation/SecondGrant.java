package io.banyan.delegation;

import io.banyan.schema.Budget;
import io.banyan.schema.PlanNode;

/**
 * What second leases may have: a twentieth of the task, beside its grant. It is not given back when
 * they end, since what was done twice stays done; only a lease that was never taken costs nothing.
 *
 * <p>Confined to the driver thread.
 */
final class SecondGrant {
  /** One leaf of twenty: stragglers are few, or the forecast is wrong. */
  private static final double SHARE = 0.05;

  private long leaves;
  private long fuel;
  private long bytes;

  /** The twentieth of {@code granted}, of a plan of so many leaves; one leaf of few. */
  SecondGrant(Budget granted, long planLeaves) {
    this.leaves = Math.max(1, (long) (SHARE * planLeaves));
    double share = Math.min(1, (double) leaves / planLeaves);
    this.fuel = (long) (share * granted.fuel());
    this.bytes = (long) (share * granted.bytes());
  }

  static SecondGrant of(Task task) {
    long planLeaves =
        switch (task.ground()) {
          case Task.Ground.Cells _ -> ((PlanNode.Cells) task.node()).interval().count();
          case Task.Ground.Part(var part, long _) ->
              Math.max(1, Math.ceilDiv(part.length(), task.manifest().chunkBytes()));
        };
    return new SecondGrant(task.grant(), planLeaves);
  }

  /** Takes {@code wanted}, if there is so much. */
  boolean take(Grants.Reservation wanted) {
    if (wanted.leaves() > leaves || wanted.fuel() > fuel || wanted.bytes() > bytes) {
      return false;
    }
    leaves -= wanted.leaves();
    fuel -= wanted.fuel();
    bytes -= wanted.bytes();
    return true;
  }

  /** Nobody has begun anything for {@code unused}. */
  void giveBack(Grants.Reservation unused) {
    leaves += unused.leaves();
    fuel += unused.fuel();
    bytes += unused.bytes();
  }
}

package io.banyan.schema;

import java.util.List;

/**
 * I live, and so far am I. Sent every second off the worker threads; every other frame counts as
 * one.
 *
 * @param sequence from 0 on each connection, so that a late one is known as such
 * @param freeWorkers how many more calls would begin at once
 * @param leases those held from the receiver
 */
public record Heartbeat(long sequence, int freeWorkers, List<LeaseProgress> leases)
    implements TaskMessage {
  /** Far above the credit of any child; keeps the frame under 16 KiB. */
  public static final int LEASES_MAX = 128;

  /**
   * How far the work under one lease is.
   *
   * @param lease its digest
   * @param leavesTotal 0 while it is not known
   * @param fuel used so far
   */
  public record LeaseProgress(Digest lease, long leavesDone, long leavesTotal, long fuel) {
    public LeaseProgress {
      Rules.range("number of leaves", leavesTotal, 0, Limits.CELLS_MAX);
      Rules.range("number of leaves done", leavesDone, 0, Limits.CELLS_MAX);
      Rules.atLeastZero("fuel", fuel);
      if (leavesTotal > 0 && leavesDone > leavesTotal) {
        throw new IllegalArgumentException(leavesDone + " of " + leavesTotal + " leaves are done");
      }
    }
  }

  public Heartbeat {
    Rules.atLeastZero("sequence", sequence);
    Rules.range("number of free workers", freeWorkers, 0, CapabilityReport.WORKERS_MAX);
    leases = Rules.list("leases in a heartbeat", leases, LEASES_MAX);
  }
}

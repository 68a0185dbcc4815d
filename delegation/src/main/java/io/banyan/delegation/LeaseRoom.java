package io.banyan.delegation;

import io.banyan.schema.Manifest;
import io.banyan.schema.SplitRule;
import io.banyan.trust.LeaseShare;

/**
 * The leases that a task rests on, of all levels together, and those that it may: no receipt is
 * checked over more. Every lease may come to its share of them, by its work; where there are fewer
 * than leaves, small leases are lent only as far as larger ones came to less than theirs.
 *
 * <p>Confined to the driver thread.
 */
final class LeaseRoom {
  private final long all; // units of the whole plan
  private final long total; // of the task
  private final int most;
  private int rested; // leases that were delivered, and those below them
  private int promised; // what those that are out may come to, themselves included

  /** Of {@code task}, whose plan node has {@code units}. */
  LeaseRoom(Task task, long units) {
    this.all = all(task.manifest());
    this.total = units;
    this.most = task.atEntry() ? LeaseShare.ALL : LeaseShare.below(units, all);
    this.rested = task.known().leases();
  }

  private static long all(Manifest manifest) {
    return manifest.splitRule() instanceof SplitRule.ByIndex(int cells)
        ? cells
        : manifest.input().length();
  }

  /** Whether there is room for one lease, if it is not too small. */
  boolean hasAny() {
    return rested < most;
  }

  /**
   * Whether a plan node of {@code units}, of {@code remaining} that nobody is at, may be lent: its
   * share is a lease, or the others will not need theirs.
   */
  boolean has(long units, long remaining) {
    if (LeaseShare.of(units, all) > 0) {
      return hasAny();
    }
    double others = most * (double) Math.max(0, remaining - units) / Math.max(1, total);
    return rested + promised + 1 + (long) others <= most;
  }

  private int promise(long units) {
    return Math.max(1, LeaseShare.of(units, all));
  }

  void lent(long units) {
    promised += promise(units);
  }

  /** A lease of {@code units} is out no more, whatever came of it. */
  void ended(long units) {
    promised -= promise(units);
  }

  /** Whether a lease of {@code units} may have {@code leasesBelow} it. */
  boolean isShare(long units, int leasesBelow) {
    return leasesBelow <= LeaseShare.below(units, all);
  }

  /** Whether a lease with {@code leasesBelow} it can be rested on. */
  boolean mayRestOn(int leasesBelow) {
    return rested + leasesBelow < most;
  }

  /** A lease was delivered, with {@code leasesBelow} below it. */
  void restOn(int leasesBelow) {
    rested += 1 + leasesBelow;
  }
}

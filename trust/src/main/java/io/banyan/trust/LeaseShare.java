package io.banyan.trust;

/**
 * How many leases there may be below a link: a job's are shared by its plan nodes in proportion to
 * their work, so that no subtree uses up those of another. The same on every machine.
 */
public final class LeaseShare {
  /**
   * The most leases of a job. A lease is half a second of work or more, so these are eighteen hours
   * of one core; they take some 150 MiB where they are checked, and twice as many signatures.
   */
  public static final int ALL = 1 << 17; // 131 072

  private LeaseShare() {}

  /**
   * The share of a plan node.
   *
   * @param units bytes that it is of, or cells under the rule {@code index}
   * @param allUnits of the whole plan
   */
  public static int of(long units, long allUnits) {
    return (int) (Math.min(1, (double) units / Math.max(1, allUnits)) * ALL);
  }

  /** The most leases below a lease of a plan node: the share of that, less the lease itself. */
  public static int below(long units, long allUnits) {
    return Math.max(0, of(units, allUnits) - 1);
  }
}

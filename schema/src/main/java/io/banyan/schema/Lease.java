package io.banyan.schema;

import java.util.List;

/**
 * A plan node lent by a lender to a child until a deadline, with a budget. The lender signs it; the
 * chain of leases up to the manifest is what entitles the child to do the work.
 *
 * @param job the job it belongs to
 * @param node the plan node, {@code key} its name
 * @param fromByte where the plan node's bytes begin, cut(i)
 * @param toByte where they end, cut(j)
 * @param child who may work under it
 * @param attempt 0 for the first lease of this plan node to this child
 * @param parent digest of the lease the lender holds; the JobId at the entry node
 * @param grant what may be spent
 * @param durationMillis from its arrival on, on the child's monotonic clock
 * @param notAfterMillis Unix time; only bounds the duration, for clocks that differ
 * @param addresses where the lender's lender and the entry node are found, should the lender be
 *     lost
 * @param hints who is known to have finished a plan node below
 */
public record Lease(
    JobId job,
    PlanNode node,
    Digest key,
    long fromByte,
    long toByte,
    PeerId child,
    int attempt,
    Digest parent,
    Budget grant,
    long durationMillis,
    long notAfterMillis,
    List<String> addresses,
    List<Hint> hints) {
  public static final int ADDRESSES_MAX = 16;
  public static final int HINTS_MAX = 64;

  /** A peer that says it holds the value of a plan node. */
  public record Hint(Digest key, PeerId peer) {}

  public Lease {
    addresses = List.copyOf(addresses);
    hints = List.copyOf(hints);
    if (fromByte < 0 || toByte < fromByte) {
      throw new IllegalArgumentException("lease of bytes " + fromByte + " to " + toByte);
    }
    if (attempt < 0) {
      throw new IllegalArgumentException("lease attempt is negative: " + attempt);
    }
    if (durationMillis < 1 || notAfterMillis < 1) {
      throw new IllegalArgumentException(
          "lease of " + durationMillis + " ms, not after " + notAfterMillis);
    }
    if (addresses.size() > ADDRESSES_MAX || hints.size() > HINTS_MAX) {
      throw new IllegalArgumentException(
          "lease with "
              + addresses.size()
              + " addresses and "
              + hints.size()
              + " hints, limits "
              + ADDRESSES_MAX
              + " and "
              + HINTS_MAX);
    }
    addresses.forEach(Rules::address);
  }
}

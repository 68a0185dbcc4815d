package io.banyan.schema;

import java.util.List;
import java.util.Optional;

/**
 * A plan node lent by a lender to a child until a deadline, with a budget. The lender signs it; the
 * chain of leases up to the manifest is what entitles the child to do the work.
 *
 * <p>Under the rule {@code module} single parts are lent, and groups of parts never: the lender
 * walks a group itself, and lends what is in it one by one.
 *
 * @param job the job it belongs to
 * @param node the plan node, {@code key} its name
 * @param fromByte where the plan node's bytes begin in the input, cut(i); 0 for a leased part
 * @param toByte where they end, cut(j); 0 for a leased part
 * @param part what the plan node rests on, if a split made it; the whole of the input is no part
 * @param child who may work under it
 * @param attempt 0 for the first lease of this plan node to this child
 * @param parent digest of the lease the lender holds; the JobId at the entry node
 * @param grant what may be spent
 * @param tries peers that may still try each plan node below, 0 to {@link Manifest#RETRIES_MAX} + 1
 * @param durationMillis from its arrival on, on the child's monotonic clock; 1 to {@link
 *     Budget#TIME_MILLIS_MAX}
 * @param dueMillis from its arrival on, when the lender thinks to have all that it waits for, 0 to
 *     {@link Budget#TIME_MILLIS_MAX}: to be done sooner is of no use to it. A guess, and no limit
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
    Optional<LeasedPart> part,
    PeerId child,
    int attempt,
    Digest parent,
    Budget grant,
    int tries,
    long durationMillis,
    long dueMillis,
    long notAfterMillis,
    List<String> addresses,
    List<Hint> hints) {
  public static final int ADDRESSES_MAX = 16;
  public static final int HINTS_MAX = 64;

  /** A peer that says it holds the value of a plan node. */
  public record Hint(Digest key, PeerId peer) {}

  /**
   * A part that a split made: offsets into the input mean nothing there.
   *
   * @param bytes the part, one byte or more: an empty one is not computed
   * @param parentBytes the length of the part it was split from, 1 or more; {@link Plan#isLeaf}
   *     needs it
   */
  public record LeasedPart(BlobRef bytes, long parentBytes) {
    public LeasedPart {
      Rules.range("length of a leased part", bytes.length(), 1, Long.MAX_VALUE);
      Rules.range("length of what a leased part was split from", parentBytes, 1, Long.MAX_VALUE);
    }
  }

  public Lease {
    addresses = List.copyOf(addresses);
    hints = List.copyOf(hints);
    if (fromByte < 0 || toByte < fromByte) {
      throw new IllegalArgumentException("lease of bytes " + fromByte + " to " + toByte);
    }
    requirePart(node, part.isPresent());
    if (part.isPresent() && toByte > 0) {
      throw new IllegalArgumentException(
          "lease of part " + node + " by bytes " + fromByte + " to " + toByte + " of the input");
    }
    if (attempt < 0) {
      throw new IllegalArgumentException("lease attempt is negative: " + attempt);
    }
    Rules.range("tries of a lease", tries, 0, Manifest.RETRIES_MAX + 1);
    Rules.range("duration of a lease in ms", durationMillis, 1, Budget.TIME_MILLIS_MAX);
    Rules.range("ms in which a lease is due", dueMillis, 0, Budget.TIME_MILLIS_MAX);
    Rules.range("end of a lease", notAfterMillis, 1, Long.MAX_VALUE);
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

  private static void requirePart(PlanNode node, boolean present) {
    boolean wanted =
        switch (node) {
          case PlanNode.Cells(Interval _) -> false;
          case PlanNode.Part(List<Integer> path) -> !path.isEmpty();
          case PlanNode.Parts _ ->
              throw new IllegalArgumentException(
                  "lease of the group " + node + ": its parts are lent one by one");
        };
    if (wanted != present) {
      throw new IllegalArgumentException(
          "lease of " + node + (present ? " with a part, which it is not" : " without its part"));
    }
  }
}

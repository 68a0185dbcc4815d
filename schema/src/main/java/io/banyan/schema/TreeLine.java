package io.banyan.schema;

import java.util.Optional;

/**
 * One plan node of a job's delegation tree, and the peer that holds it.
 *
 * @param peer who works on it
 * @param lender who lent it; nobody did at depth 0, where the entry node holds the job itself
 * @param depth hops from the entry node, 0 to {@link Limits#HOPS_MAX}
 * @param leaves of it that the peer ran itself, so far
 * @param leavesBelow all of it, those that were lent on included; 0 while it is not known
 * @param seconds since it was lent, or between that and its end
 * @param fuel that all calls below have used, so far as it is known
 * @param attempt leases of the same plan node to the same peer before it
 * @param failure why nothing came of it, where nothing did
 */
public record TreeLine(
    PlanNode node,
    PeerId peer,
    Optional<PeerId> lender,
    int depth,
    State state,
    long leaves,
    long leavesBelow,
    double seconds,
    long fuel,
    int attempt,
    Optional<String> failure) {
  /** What a lease came to; at depth 0, the job. */
  public enum State {
    /** It is worked on. */
    RUNNING,
    /** A valid receipt came. */
    FINISHED,
    /** It ended without a receipt. */
    FAILED,
    /** It was taken back: the peer was lost, or somebody else was faster. */
    LOST
  }

  public TreeLine {
    Rules.range("depth", depth, 0, Limits.HOPS_MAX);
    if (lender.isEmpty() != (depth == 0)) {
      throw new IllegalArgumentException(
          "a line at depth " + depth + " with" + (lender.isEmpty() ? "out" : "") + " a lender");
    }
    Rules.range("number of leaves below", leavesBelow, 0, Limits.CELLS_MAX);
    Rules.range("number of leaves", leaves, 0, Limits.CELLS_MAX);
    Rules.measure("time", seconds);
    Rules.atLeastZero("fuel", fuel);
    Rules.atLeastZero("attempt", attempt);
    failure.ifPresent(sentence -> Rules.sentence("failure", sentence));
  }

  /** A first attempt, of whose fuel nothing is known, and which did not fail. */
  public TreeLine(
      PlanNode node,
      PeerId peer,
      Optional<PeerId> lender,
      int depth,
      State state,
      long leaves,
      long leavesBelow,
      double seconds) {
    this(node, peer, lender, depth, state, leaves, leavesBelow, seconds, 0, 0, Optional.empty());
  }
}

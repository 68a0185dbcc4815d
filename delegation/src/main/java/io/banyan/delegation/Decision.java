package io.banyan.delegation;

import io.banyan.schema.DecisionLine;
import io.banyan.schema.Digest;
import io.banyan.schema.PlanNode;

/**
 * Why this node lends parts of a plan node, or runs it itself, with all that the decision rests on.
 *
 * @param link of the task
 * @param score of the whole plan node
 * @param source where the operation weight came from
 * @param isSpeedMeasured whether the capacity was measured on calls made here; otherwise it is a
 *     first guess
 * @param thresholdSeconds a score above it makes this node look for peers to lend to
 * @param role whether it lends, or runs all that remains itself
 * @param aloneSeconds that what is neither done nor given out would take here alone
 * @param predictedSeconds that it would take with the peers' help; 0 if there are none
 * @param peers that could be lent to
 */
public record Decision(
    Digest link,
    PlanNode node,
    ComplexityScore score,
    WeightSource source,
    boolean isSpeedMeasured,
    double thresholdSeconds,
    DecisionLine.Role role,
    Reason reason,
    double aloneSeconds,
    double predictedSeconds,
    int peers) {

  /** Where an operation weight came from. */
  public enum WeightSource {
    /** The manifest. */
    ESTIMATE,
    /** The leaves of this task that have finished here. */
    FINISHED_LEAVES,
    /** What leaves of the same module have cost in earlier tasks here. */
    EARLIER_TASKS
  }

  /** Why a role was taken. */
  public enum Reason {
    /** The score is at or below the threshold. */
    BELOW_THRESHOLD("the score is not above the threshold, nor above 0.8 of it where it lent"),
    /** There is nobody to lend to. */
    NO_PEERS("no peers to lend to"),
    /** There are peers, and its submitter has ruled out all of them. */
    NO_MATCH("no peer is one that the job may go to (--labels, --only-peers)"),
    /** With peers it would not be done a tenth sooner; or, where parts were lent, no sooner. */
    NOT_SOONER("sending it costs more than doing it"),
    /** The lease it is held under may not be lent on. */
    NO_HOPS("no hops left to lend over"),
    /** All peers that may try it have tried. */
    NO_TRIES("enough peers have tried it"),
    /** The grant does not suffice for another lease, or the receipt could not name it. */
    NO_BUDGET("not enough of the grant is left to lend"),
    /** It is done sooner together. */
    SOONER("lending it is sooner than doing it alone: by a tenth to begin, at all to go on");

    private final String words;

    Reason(String words) {
      this.words = words;
    }

    public String words() {
      return words;
    }
  }
}

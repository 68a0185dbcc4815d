package io.banyan.delegation;

import io.banyan.schema.Budget;
import io.banyan.schema.Digest;
import io.banyan.schema.Lease.LeasedPart;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import java.util.Optional;

/**
 * A plan node for one peer.
 *
 * @param link of the task it belongs to
 * @param fromByte its first cut; 0 under the rules {@code index} and {@code module}
 * @param toByte its last cut, likewise
 * @param part what it stands on, under the rule {@code module}
 * @param attempt 0 for the first lease of this plan node to this peer
 * @param grant what the peer may spend; its time is the lease's
 * @param tries peers that may still try each plan node below, 1 or more
 * @param predictedSeconds until it is delivered
 * @param dueMillis from its arrival on, when the lender thinks to have the rest of its own, 0 or
 *     more
 * @param second whether another peer is at the same, and long in coming: its grant is beside the
 *     task's
 */
public record Loan(
    Digest link,
    PlanNode node,
    long fromByte,
    long toByte,
    Optional<LeasedPart> part,
    PeerId peer,
    int attempt,
    Budget grant,
    int tries,
    double predictedSeconds,
    long dueMillis,
    boolean second) {
  public Loan {
    if (fromByte < 0 || toByte < fromByte || attempt < 0 || tries < 1 || dueMillis < 0) {
      throw new IllegalArgumentException(
          "loan of bytes "
              + fromByte
              + " to "
              + toByte
              + ", attempt "
              + attempt
              + ", for "
              + tries
              + " tries");
    }
  }
}

package io.banyan.schema;

/**
 * What a child signs when a call of its lease came to a bad outcome: everybody else would come to
 * the same. A host's own trouble is no task failure.
 *
 * @param lease digest of the lease it answers
 * @param node whose call it was: the claim has only its key, which tells nobody where to look
 * @param claim of the call that ended badly
 */
public record TaskFailure(Digest lease, PlanNode node, Claim claim) {
  public TaskFailure {
    if (claim.outcome() instanceof Outcome.Completed) {
      throw new IllegalArgumentException("a call that completed is no failure");
    }
  }
}

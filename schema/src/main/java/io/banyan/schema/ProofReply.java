package io.banyan.schema;

/**
 * The answer to a proof request.
 *
 * @param lease digest of the lease that was asked about
 */
public record ProofReply(Digest lease, Answer answer) implements TaskMessage {
  /** The proof, or why there is none. */
  public sealed interface Answer permits InclusionProof, Refused {}
}

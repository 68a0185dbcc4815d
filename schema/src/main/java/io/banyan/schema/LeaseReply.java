package io.banyan.schema;

/**
 * A child's answer to a lease offer.
 *
 * @param lease digest of the offered lease
 */
public record LeaseReply(Digest lease, Answer answer) implements TaskMessage {
  /** Yes or no. */
  public sealed interface Answer permits Taken, Refused {}

  /**
   * The child takes the lease and begins, or queues it.
   *
   * @param estimatedMillis when it expects to be done, from now; 0 if it cannot tell
   */
  public record Taken(long estimatedMillis) implements Answer {
    public Taken {
      Rules.range("estimate in ms", estimatedMillis, 0, Budget.TIME_MILLIS_MAX);
    }
  }
}

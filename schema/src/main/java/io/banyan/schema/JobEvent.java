package io.banyan.schema;

/**
 * Something happened to a job.
 *
 * @param sequence counts the events of a job from 0
 * @param atMillis Unix time at the entry node
 */
public record JobEvent(JobId job, long sequence, long atMillis, What what)
    implements ClientMessage {
  /** What happened. */
  public sealed interface What {}

  /** The job as a whole moved on. */
  public record Moved(JobStatus status) implements What {}

  /** This node decided where a plan node runs. */
  public record Decided(DecisionLine line) implements What {}

  /**
   * A plan node was lent, or came back.
   *
   * @param peer the child it is about
   * @param sentence the rest, for people
   * @param seconds since it was lent
   * @param fuel that it took, once it came back; 0 before
   * @param attempt leases of the same plan node to the same child before it
   */
  public record AtNode(
      NodeEventKind kind,
      PlanNode node,
      PeerId peer,
      String sentence,
      double seconds,
      long fuel,
      int attempt)
      implements What {
    public AtNode {
      Rules.sentence("event", sentence);
      Rules.measure("time", seconds);
      Rules.atLeastZero("fuel", fuel);
      Rules.atLeastZero("attempt", attempt);
    }

    /** Of a first attempt, as it is lent. */
    public AtNode(NodeEventKind kind, PlanNode node, PeerId peer, String sentence) {
      this(kind, node, peer, sentence, 0, 0, 0);
    }
  }

  /** What can happen to a lent plan node. */
  public enum NodeEventKind {
    /** A lease was offered. */
    LENT,
    /** The child took it. */
    ACCEPTED,
    /** A valid receipt came. */
    FINISHED,
    /** The lease ended without a receipt. */
    FAILED,
    /** The child was lost. */
    LOST,
    /** A call of it was run again. */
    CHECKED
  }

  public JobEvent {
    Rules.atLeastZero("sequence", sequence);
    Rules.atLeastZero("time of an event", atMillis);
  }
}

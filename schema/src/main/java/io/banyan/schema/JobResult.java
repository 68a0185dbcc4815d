package io.banyan.schema;

import java.util.List;

/**
 * What a job came to.
 *
 * @param receipt the job receipt, a blob
 */
public record JobResult(JobId job, Answer answer, BlobRef receipt) implements ClientMessage {
  /** All of it, or what there is. */
  public sealed interface Answer {}

  /** The value of the root. */
  public record Whole(Value value) implements Answer {}

  /**
   * The largest plan nodes that were finished in time, in order; the rest is missing. Nothing is
   * merged over a gap, so the whole has no value.
   */
  public record Partial(List<Piece> pieces) implements Answer {
    /** A frame of half a MiB; more gaps than that are no answer. */
    public static final int PIECES_MAX = 2048;

    public Partial {
      pieces = Rules.list("pieces of an answer", pieces, PIECES_MAX);
    }
  }

  /** What one plan node came to. */
  public record Piece(PlanNode node, Value value) {
    public Piece {
      if (value instanceof Value.Empty) {
        throw new IllegalArgumentException("an empty plan node is no piece of an answer");
      }
    }
  }
}

package io.banyan.schema;

import java.util.List;

/** What a job came to. */
public record JobResult(JobId job, Answer answer) implements ClientMessage {
  /** All of it, or what there is. */
  public sealed interface Answer {}

  /**
   * The value of the root.
   *
   * @param receipt the job receipt, a blob
   */
  public record Whole(Value value, BlobRef receipt) implements Answer {}

  /**
   * The largest plan nodes that were finished in time, in order; the rest is missing. Nothing is
   * merged over a gap, so the whole has neither a value nor a receipt.
   *
   * @param missing what lies between and around the pieces, in order; cells without a gap between
   *     them are one interval, whether or not that is a plan node
   * @param bytes those of all pieces, one after the other
   */
  public record Partial(List<Piece> pieces, List<PlanNode> missing, BlobRef bytes)
      implements Answer {
    /** A frame of 1 MiB holds them with their gaps; more of those are no answer. */
    public static final int PIECES_MAX = 2048;

    /** One between each two pieces, and at both ends. */
    public static final int MISSING_MAX = PIECES_MAX + 1;

    public Partial {
      pieces = Rules.list("pieces of an answer", pieces, PIECES_MAX);
      missing = Rules.list("gaps in an answer", missing, MISSING_MAX);
      long sum = 0;
      for (Piece piece : pieces) {
        sum += piece.value().named().length();
        if (sum > bytes.length() || sum < 0) {
          break;
        }
      }
      if (sum != bytes.length()) {
        throw new IllegalArgumentException(
            "pieces of " + sum + " bytes or more in a blob of " + bytes.length());
      }
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

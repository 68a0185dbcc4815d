package io.banyan.schema;

import java.util.List;

/**
 * What a peer signs when its lease is done: I ran, or merged, this and stand for it.
 *
 * @param job the job it belongs to
 * @param key the plan node's name
 * @param lease digest of the lease it answers; the JobId for the root's receipt
 * @param value what the plan node came to
 * @param executionRoot root of the claim tree below the plan node
 * @param leaves executed below, 1 or more
 * @param fuel of all claims below
 * @param basis by what right the signer stands for it
 */
public record Receipt(
    JobId job,
    Digest key,
    Digest lease,
    Value value,
    Digest executionRoot,
    long leaves,
    long fuel,
    Basis basis) {
  public Receipt {
    if (value instanceof Value.Empty) {
      throw new IllegalArgumentException("an empty plan node has no receipt");
    }
    if (leaves < 1 || fuel < 0) {
      throw new IllegalArgumentException("receipt for " + leaves + " leaves and fuel " + fuel);
    }
  }

  /** By what right a signer stands for a value. */
  public sealed interface Basis {}

  /** The signer ran everything below. */
  public record Ran() implements Basis {}

  /**
   * The signer merged what it ran and what it lent.
   *
   * @param own the signer's own splits and merges
   * @param tiles what they rest on; they tile the plan node exactly
   */
  public record Merged(List<Claim> own, List<Tile> tiles) implements Basis {
    /** 4096: the children of the widest split, taken apart to single parts. */
    public static final int TILES_MAX = 4096;

    public Merged {
      own = List.copyOf(own);
      tiles = List.copyOf(tiles);
      if (tiles.isEmpty() || tiles.size() > TILES_MAX || own.size() > TILES_MAX) {
        throw new IllegalArgumentException(
            "receipt over "
                + tiles.size()
                + " tiles and "
                + own.size()
                + " own claims, limit "
                + TILES_MAX);
      }
    }
  }

  /** A value remembered under the same key. */
  public record Reused() implements Basis {}

  /** A piece of the plan under a merged receipt. */
  public sealed interface Tile {}

  /** Run by the signer itself. */
  public record Own(PlanNode node, Digest executionRoot, long leaves, long fuel) implements Tile {
    public Own {
      if (leaves < 1 || fuel < 0) {
        throw new IllegalArgumentException("tile of " + leaves + " leaves and fuel " + fuel);
      }
    }
  }

  /** Lent; the child's own signed receipt stands for it. */
  public record Lent(Signed receipt) implements Tile {}
}

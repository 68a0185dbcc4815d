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
   * The signer ran some of it and lent the rest, whose receipts it holds. What it lent is named by
   * one hash, so that a receipt is as long over a thousand children as over one; the receipts
   * themselves travel as entries, and whatever none of them is for the signer stands for alone.
   *
   * @param lentRoot RFC 9162 root over the digests of the signed receipts (32 bytes each, a leaf's
   *     data) for those plan nodes that the signer lent directly and whose results it used, in the
   *     order of the plan
   * @param lentCount how many they are, 1 to {@link #LENT_MAX}
   */
  public record Merged(Digest lentRoot, int lentCount) implements Basis {
    /** A receipt for each sixteenth cell of the largest plan: who lends more lends larger. */
    public static final int LENT_MAX = 1 << 20; // 1 048 576

    public Merged {
      Rules.range("number of receipts under a receipt", lentCount, 1, LENT_MAX);
    }

    /**
     * Rests on {@code receipts}.
     *
     * @param receipts digests of the signed receipts, in the order of the plan
     */
    public static Merged over(List<Digest> receipts) {
      return new Merged(
          MerkleTree.root(
              receipts.stream().map(receipt -> MerkleTree.leafHash(receipt.bytes())).toList()),
          receipts.size());
    }
  }

  /** A value remembered under the same key. */
  public record Reused() implements Basis {}
}

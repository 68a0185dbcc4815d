package io.banyan.schema;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The path from a range of a blob's blocks to its root: the roots of the largest subtrees outside
 * the range, from left to right.
 *
 * @param firstBlock index of the first block of the range
 * @param endBlock index after its last block, greater than {@code firstBlock}
 * @param outside at most two hashes for each level of the tree
 */
public record RangeProof(long firstBlock, long endBlock, List<Digest> outside) {
  /** Two for each of the 48 levels that a blob of 2⁶³ bytes has. */
  public static final int OUTSIDE_MAX = 96;

  public RangeProof {
    outside = List.copyOf(outside);
    if (firstBlock < 0 || firstBlock >= endBlock) {
      throw new IllegalArgumentException("range of blocks " + firstBlock + " to " + endBlock);
    }
    if (outside.size() > OUTSIDE_MAX) {
      throw new IllegalArgumentException(
          "range proof of " + outside.size() + " hashes, limit " + OUTSIDE_MAX);
    }
  }

  /**
   * Whether {@code bytes} are exactly the blocks of this range in the blob {@code ref}. The last
   * block of a blob may be shorter; every other one is 64 KiB.
   */
  public boolean proves(BlobRef ref, byte[] bytes) {
    long blocks = ref.blockCount();
    if (endBlock > blocks) {
      return false;
    }
    long begin = firstBlock * Limits.BLOCK_BYTES;
    long end = Math.min(ref.length(), endBlock * Limits.BLOCK_BYTES);
    if (bytes.length != end - begin) {
      return false;
    }
    if (outside.size() != outsideCount(0, blocks)) {
      return false;
    }
    return ref.digest().equals(rebuild(0, blocks, bytes, new ArrayDeque<>(outside)));
  }

  /** How many hashes it takes to rebuild the root over blocks [from, to). */
  private int outsideCount(long from, long to) {
    if (to <= firstBlock || from >= endBlock) {
      return 1;
    }
    if (firstBlock <= from && to <= endBlock) {
      return 0;
    }
    long middle = from + MerkleTree.splitBelow(to - from);
    return outsideCount(from, middle) + outsideCount(middle, to);
  }

  /** The root over blocks [from, to). */
  private Digest rebuild(long from, long to, byte[] bytes, Deque<Digest> unused) {
    if (to <= firstBlock || from >= endBlock) {
      return unused.remove();
    }
    if (to - from == 1) {
      int offset = (int) ((from - firstBlock) * Limits.BLOCK_BYTES);
      return MerkleTree.leafHash(
          bytes, offset, Math.min(Limits.BLOCK_BYTES, bytes.length - offset));
    }
    long middle = from + MerkleTree.splitBelow(to - from);
    return MerkleTree.nodeHash(
        rebuild(from, middle, bytes, unused), rebuild(middle, to, bytes, unused));
  }
}

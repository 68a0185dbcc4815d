package io.banyan.schema;

import java.util.Iterator;
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
    if (endBlock > ref.blockCount()) {
      return false;
    }
    long begin = firstBlock * Limits.BLOCK_BYTES;
    long end = endBlock == ref.blockCount() ? ref.length() : endBlock * Limits.BLOCK_BYTES;
    if (bytes.length != end - begin) {
      return false;
    }
    return proves(ref, new BlobHasher().update(bytes, 0, bytes.length).blockHashes());
  }

  /**
   * Whether {@code blockHashes} are those of exactly the blocks of this range in the blob {@code
   * ref}. Whoever hashes them sees to it that the blocks have the lengths which {@code ref} says.
   */
  public boolean proves(BlobRef ref, List<Digest> blockHashes) {
    long blocks = ref.blockCount();
    return endBlock <= blocks
        && blockHashes.size() == endBlock - firstBlock
        && outside.size() == outsideCount(0, blocks)
        && ref.digest().equals(rebuild(blocks, blockHashes, (_, _, _) -> {}));
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

  /** Told of each node of the tree that is rebuilt. */
  @FunctionalInterface
  interface Visitor {
    /** The root over blocks [from, to) is {@code hash}. */
    void visit(long from, long to, Digest hash);
  }

  /**
   * The root over {@code blocks} blocks that this proof and the hashes of its own blocks lead to;
   * both have the lengths that this takes.
   */
  Digest rebuild(long blocks, List<Digest> blockHashes, Visitor visitor) {
    return rebuild(0, blocks, blockHashes, outside.iterator(), visitor);
  }

  private Digest rebuild(
      long from, long to, List<Digest> blockHashes, Iterator<Digest> unused, Visitor visitor) {
    Digest hash;
    if (to <= firstBlock || from >= endBlock) {
      hash = unused.next();
    } else if (to - from == 1) {
      hash = blockHashes.get((int) (from - firstBlock));
    } else {
      long middle = from + MerkleTree.splitBelow(to - from);
      hash =
          MerkleTree.nodeHash(
              rebuild(from, middle, blockHashes, unused, visitor),
              rebuild(middle, to, blockHashes, unused, visitor));
    }
    visitor.visit(from, to, hash);
    return hash;
  }
}

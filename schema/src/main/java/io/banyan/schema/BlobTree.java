package io.banyan.schema;

import java.util.ArrayList;
import java.util.List;

/**
 * A blob's name with the hashes of its blocks: what it takes to prove any range of it.
 *
 * @param ref the name
 * @param blockHashes RFC 9162 leaf hashes of the 64 KiB blocks, in order
 */
public record BlobTree(BlobRef ref, List<Digest> blockHashes) {
  public BlobTree {
    blockHashes = List.copyOf(blockHashes);
    if (blockHashes.size() != ref.blockCount()) {
      throw new IllegalArgumentException(
          "blob of " + ref.blockCount() + " blocks with " + blockHashes.size() + " hashes");
    }
  }

  /**
   * Proves the blocks {@code firstBlock} up to but not including {@code endBlock}.
   *
   * @throws IndexOutOfBoundsException if the range is empty or not within the blob
   */
  public RangeProof prove(int firstBlock, int endBlock) {
    if (firstBlock < 0 || firstBlock >= endBlock || endBlock > blockHashes.size()) {
      throw new IndexOutOfBoundsException(
          "blocks " + firstBlock + " to " + endBlock + " of " + blockHashes.size());
    }
    List<Digest> outside = new ArrayList<>();
    collect(0, blockHashes.size(), firstBlock, endBlock, outside);
    return new RangeProof(firstBlock, endBlock, outside);
  }

  private void collect(int from, int to, int first, int end, List<Digest> outside) {
    if (to <= first || from >= end) {
      outside.add(MerkleTree.root(blockHashes.subList(from, to)));
      return;
    }
    if (first <= from && to <= end) {
      return;
    }
    int middle = from + (int) MerkleTree.splitBelow(to - from);
    collect(from, middle, first, end, outside);
    collect(middle, to, first, end, outside);
  }
}

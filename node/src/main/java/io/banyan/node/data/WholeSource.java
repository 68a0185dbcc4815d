package io.banyan.node.data;

import io.banyan.schema.BlobRef;
import io.banyan.schema.BlobTree;
import io.banyan.schema.RangeProof;
import java.io.IOException;

/**
 * All of a blob, wherever its bytes lie: the input at the entry node.
 *
 * @param tree of all its blocks
 * @param bytes those that the tree names
 */
public record WholeSource(BlobTree tree, RangeReader bytes) implements RangeSource {
  public WholeSource {
    if (tree.heldBlocks() != tree.ref().blockCount()) {
      throw new IllegalArgumentException(
          "tree of " + tree.heldBlocks() + " blocks of " + tree.ref().blockCount());
    }
  }

  @Override
  public BlobRef ref() {
    return tree.ref();
  }

  @Override
  public boolean holds(long firstBlock, long endBlock) {
    return tree.holds(firstBlock, endBlock);
  }

  @Override
  public RangeProof prove(long firstBlock, long endBlock) {
    return tree.prove(firstBlock, endBlock);
  }

  @Override
  public void read(long from, byte[] into, int offset, int count) throws IOException {
    bytes.read(from, into, offset, count);
  }
}

package io.banyan.node.lease;

import io.banyan.node.data.RangeSource;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Limits;
import io.banyan.schema.RangeProof;
import java.io.IOException;

/** Those blocks of a blob that hold some range, and no others. */
record Window(RangeSource whole, InputRange range) implements RangeSource {
  @Override
  public BlobRef ref() {
    return whole.ref();
  }

  @Override
  public boolean holds(long firstBlock, long endBlock) {
    return firstBlock >= range.from() / Limits.BLOCK_BYTES
        && endBlock <= Math.ceilDiv(range.to(), Limits.BLOCK_BYTES)
        && whole.holds(firstBlock, endBlock);
  }

  @Override
  public RangeProof prove(long firstBlock, long endBlock) {
    if (!holds(firstBlock, endBlock)) {
      throw new IndexOutOfBoundsException(
          "blocks " + firstBlock + " to " + endBlock + " are not those of " + range);
    }
    return whole.prove(firstBlock, endBlock);
  }

  @Override
  public void read(long from, byte[] into, int offset, int count) throws IOException {
    whole.read(from, into, offset, count);
  }
}

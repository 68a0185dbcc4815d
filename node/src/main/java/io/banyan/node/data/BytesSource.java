package io.banyan.node.data;

import io.banyan.schema.BlobRef;
import io.banyan.schema.RangeProof;
import java.util.List;
import java.util.Objects;

/** A blob in memory: a module, a shared blob, a value. Nothing is hashed before it must be. */
public final class BytesSource implements RangeSource {
  private final BlobRef ref;
  private final byte[] bytes;
  private final TreeCache trees;

  /**
   * The blob {@code ref}, whose bytes nobody may change afterwards.
   *
   * @throws IllegalArgumentException if they have another length
   */
  public BytesSource(BlobRef ref, byte[] bytes, TreeCache trees) {
    if (ref.length() != bytes.length) {
      throw new IllegalArgumentException(
          bytes.length + " bytes for a blob of " + ref.length() + " bytes");
    }
    this.ref = ref;
    this.bytes = bytes;
    this.trees = trees;
  }

  @Override
  public BlobRef ref() {
    return ref;
  }

  @Override
  public boolean holds(long firstBlock, long endBlock) {
    return 0 <= firstBlock && firstBlock < endBlock && endBlock <= ref.blockCount();
  }

  @Override
  public RangeProof prove(long firstBlock, long endBlock) {
    if (firstBlock == 0 && endBlock == ref.blockCount() && endBlock > 0) {
      return new RangeProof(0, endBlock, List.of()); // the whole proves itself
    }
    return trees.tree(ref, bytes).prove(firstBlock, endBlock);
  }

  @Override
  public void read(long from, byte[] into, int offset, int count) {
    Objects.checkFromIndexSize(from, count, (long) bytes.length);
    System.arraycopy(bytes, (int) from, into, offset, count);
  }
}

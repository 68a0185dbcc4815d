package io.banyan.node.data;

import io.banyan.schema.BlobRef;
import io.banyan.schema.RangeProof;

/**
 * A blob that can be handed on: read, and proven, wherever it is held.
 *
 * <p>Safe for any thread.
 */
public interface RangeSource extends RangeReader {
  /** The name of the whole blob. */
  BlobRef ref();

  /**
   * Whether all blocks from {@code firstBlock} up to but not including {@code endBlock} are here.
   */
  boolean holds(long firstBlock, long endBlock);

  /**
   * Proves blocks that are here.
   *
   * @throws IndexOutOfBoundsException if they are not, or are none
   */
  RangeProof prove(long firstBlock, long endBlock);
}

package io.banyan.schema;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * Names a blob while its bytes stream by, in memory for one hash a block.
 *
 * <p>For one thread and one blob.
 */
public final class BlobHasher {
  private final MessageDigest sha256 = Sha256.create();
  private final List<Digest> blockHashes = new ArrayList<>();
  private long length;
  private int blockLength; // bytes of the open block that were fed to sha256

  /** Takes the next bytes of the blob. */
  public BlobHasher update(byte[] bytes, int offset, int count) {
    int from = offset;
    int end = offset + count;
    while (from < end) {
      if (blockLength == 0) {
        sha256.update((byte) 0); // a leaf of RFC 9162 begins with 0x00
      }
      int taken = Math.min(end - from, Limits.BLOCK_BYTES - blockLength);
      sha256.update(bytes, from, taken);
      from += taken;
      blockLength += taken;
      if (blockLength == Limits.BLOCK_BYTES) {
        closeBlock();
      }
    }
    length += count;
    return this;
  }

  private void closeBlock() {
    blockHashes.add(Digest.finish(sha256));
    blockLength = 0;
  }

  /** The name of all that was taken. */
  public BlobRef finish() {
    return new BlobRef(MerkleTree.root(blockHashes()), length);
  }

  /** The name of all that was taken, with what it takes to prove any range of it. */
  public BlobTree finishTree() {
    return BlobTree.complete(blockHashes(), length);
  }

  /** RFC 9162 leaf hashes of the blocks of all that was taken; nothing can be taken afterwards. */
  public List<Digest> blockHashes() {
    if (blockLength > 0) {
      closeBlock();
    }
    return List.copyOf(blockHashes);
  }
}

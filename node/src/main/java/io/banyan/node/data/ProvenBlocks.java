package io.banyan.node.data;

import io.banyan.schema.BlobHasher;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.Limits;
import io.banyan.schema.RangeProof;
import java.util.List;
import java.util.Optional;

/**
 * Whole blocks of a blob whose proof held. There is no other way to one than {@link #check}, so who
 * is handed one need not look again.
 */
public final class ProvenBlocks {
  private final BlobRef ref;
  private final RangeProof proof;
  private final List<Digest> blockHashes;
  private final byte[] bytes;
  private final int offset;

  private ProvenBlocks(
      BlobRef ref, RangeProof proof, List<Digest> blockHashes, byte[] bytes, int offset) {
    this.ref = ref;
    this.proof = proof;
    this.blockHashes = blockHashes;
    this.bytes = bytes;
    this.offset = offset;
  }

  /**
   * The blocks that {@code proof} shows; nothing if it does not hold.
   *
   * @param hasher that took exactly the bytes in {@code bytes} from {@code offset} on; as many as
   *     the proof is of
   */
  static Optional<ProvenBlocks> check(
      BlobRef ref, RangeProof proof, BlobHasher hasher, byte[] bytes, int offset) {
    List<Digest> blockHashes = hasher.blockHashes();
    return proof.proves(ref, blockHashes)
        ? Optional.of(new ProvenBlocks(ref, proof, blockHashes, bytes, offset))
        : Optional.empty();
  }

  /** The blob they are of. */
  public BlobRef ref() {
    return ref;
  }

  /** Which blocks they are, and why. */
  public RangeProof proof() {
    return proof;
  }

  List<Digest> blockHashes() {
    return blockHashes;
  }

  /** Where in the blob they begin, in bytes. */
  public long firstByte() {
    return proof.firstBlock() * Limits.BLOCK_BYTES;
  }

  /** Where in the blob they end. */
  public long endByte() {
    return proof.endBlock() == ref.blockCount()
        ? ref.length()
        : proof.endBlock() * Limits.BLOCK_BYTES;
  }

  /** How many bytes they are. */
  public int byteCount() {
    return (int) (endByte() - firstByte());
  }

  /** What holds their bytes, from {@link #offset()} on: to be read only, and only for now. */
  public byte[] bytes() {
    return bytes;
  }

  /** Where in {@link #bytes()} they begin. */
  public int offset() {
    return offset;
  }
}

package io.banyan.schema;

/**
 * The name of a blob: the RFC 9162 root over its 64 KiB blocks, with its length.
 *
 * @param digest the root, as {@link BlobHasher} computes it
 * @param length in bytes, 0 or more
 */
public record BlobRef(Digest digest, long length) implements Named {
  /** The blob on no bytes; its root is SHA-256 of nothing. */
  public static final BlobRef EMPTY = new BlobRef(Digest.sha256(), 0);

  public BlobRef {
    if (length < 0) {
      throw new IllegalArgumentException("blob length is negative: " + length);
    }
  }

  /** The name of {@code bytes}. */
  public static BlobRef of(byte[] bytes) {
    return new BlobHasher().update(bytes, 0, bytes.length).finish();
  }

  /** The number of 64 KiB blocks; the last may be shorter, and no bytes are no blocks. */
  public long blockCount() {
    return Math.ceilDiv(length, Limits.BLOCK_BYTES);
  }
}

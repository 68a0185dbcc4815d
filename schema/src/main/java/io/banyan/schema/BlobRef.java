package io.banyan.schema;

/**
 * The name of a blob: the RFC 9162 root over its 64 KiB blocks, with its length.
 *
 * @param digest the root, as {@link BlobHasher} computes it
 * @param length in bytes, 0 or more
 */
public record BlobRef(Digest digest, long length) {
  public BlobRef {
    if (length < 0) {
      throw new IllegalArgumentException("blob length is negative: " + length);
    }
  }

  /** The blob on no bytes; its root is SHA-256 of nothing. */
  public static final BlobRef EMPTY = new BlobRef(Digest.sha256(), 0);
}

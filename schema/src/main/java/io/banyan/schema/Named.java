package io.banyan.schema;

/** Bytes that stand somewhere under a digest of theirs. */
public sealed interface Named permits BlobRef, Value.Rope {
  Digest digest();

  /** In bytes. */
  long length();
}

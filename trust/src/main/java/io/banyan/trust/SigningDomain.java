package io.banyan.trust;

import io.banyan.schema.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What a signature is for. Its tag stands before the payload under every signature, so that what
 * was signed as one thing can never be shown as another.
 */
public enum SigningDomain {
  MANIFEST("banyan/manifest/1"),
  LEASE("banyan/lease/1"),
  RECEIPT("banyan/receipt/1"),
  TASK_FAILURE("banyan/failure/1"),
  ACCEPTED("banyan/accepted/1"),
  CANCEL("banyan/cancel/1");

  private final byte[] tag;

  SigningDomain(String tag) {
    this.tag = tag.getBytes(StandardCharsets.US_ASCII);
  }

  /** What is signed: u8 length of the tag, the tag, the payload. */
  byte[] preimage(Bytes payload) {
    return ByteBuffer.allocate(1 + tag.length + payload.length())
        .put((byte) tag.length)
        .put(tag)
        .put(payload.asByteBuffer())
        .array();
  }
}

package io.banyan.schema;

import java.nio.ByteBuffer;

/**
 * Bytes that somebody stands for: signer ‖ signature ‖ payload, kept exactly as they came. What the
 * payload means, and under which domain it was signed, the holder knows from where it stood.
 *
 * @param signature Ed25519, 64 bytes; not checked here
 * @param payload the exact bytes under the signature, behind the domain tag
 */
public record Signed(PublicKey signer, Bytes signature, Bytes payload) {
  public static final int SIGNATURE_LENGTH = 64;

  /** Signer and signature. */
  public static final int HEADER_LENGTH = PublicKey.LENGTH + SIGNATURE_LENGTH;

  public Signed {
    if (signature.length() != SIGNATURE_LENGTH) {
      throw new IllegalArgumentException(
          "signature is " + signature.length() + " bytes long, not 64");
    }
  }

  /**
   * Takes apart what {@link #toBytes()} put together.
   *
   * @throws IllegalArgumentException if there are fewer than 96 bytes
   */
  public static Signed of(Bytes bytes) {
    if (bytes.length() < HEADER_LENGTH) {
      throw new IllegalArgumentException(
          "signed bytes are " + bytes.length() + " long, at least " + HEADER_LENGTH);
    }
    ByteBuffer all = bytes.asByteBuffer();
    return new Signed(
        new PublicKey(Bytes.of(all.slice(0, PublicKey.LENGTH))),
        Bytes.of(all.slice(PublicKey.LENGTH, SIGNATURE_LENGTH)),
        Bytes.of(all.slice(HEADER_LENGTH, bytes.length() - HEADER_LENGTH)));
  }

  /** signer ‖ signature ‖ payload. */
  public byte[] toBytes() {
    return ByteBuffer.allocate(HEADER_LENGTH + payload.length())
        .put(signer.bytes().asByteBuffer())
        .put(signature.asByteBuffer())
        .put(payload.asByteBuffer())
        .array();
  }

  /** SHA-256 over {@link #toBytes()}: the name of a signed thing. */
  public Digest digest() {
    return Digest.sha256(toBytes());
  }
}

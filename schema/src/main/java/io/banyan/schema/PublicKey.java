package io.banyan.schema;

/**
 * An Ed25519 public key (RFC 8032): 32 bytes, not known to be a point on the curve until a
 * signature is checked against it.
 */
public record PublicKey(Bytes bytes) {
  public static final int LENGTH = 32;

  public PublicKey {
    if (bytes.length() != LENGTH) {
      throw new IllegalArgumentException("public key is " + bytes.length() + " bytes long, not 32");
    }
  }

  /** The name under which libp2p knows the holder of this key. */
  public PeerId peerId() {
    return PeerId.of(this);
  }

  @Override
  public String toString() {
    return peerId().toString();
  }
}

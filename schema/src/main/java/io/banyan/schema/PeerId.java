package io.banyan.schema;

/**
 * The libp2p name of an Ed25519 key: the identity multihash of its protobuf form, in base58 (libp2p
 * specification, "Peer Ids and Keys"). It holds the whole key.
 */
public record PeerId(PublicKey key) {
  /** Identity multihash 0x00, length 36; protobuf: type (1) = Ed25519 (1), data (2), 32 bytes. */
  private static final byte[] PREFIX = {0x00, 0x24, 0x08, 0x01, 0x12, 0x20};

  static PeerId of(PublicKey key) {
    return new PeerId(key);
  }

  /**
   * Reads the base58 form, {@code 12D3KooW…}.
   *
   * @throws IllegalArgumentException if it does not name an Ed25519 key
   */
  public static PeerId parse(String text) {
    byte[] bytes = text.length() > 64 ? new byte[0] : Base58.decode(text);
    if (bytes.length != PREFIX.length + PublicKey.LENGTH) {
      throw notAPeerId(text);
    }
    for (int i = 0; i < PREFIX.length; i++) {
      if (bytes[i] != PREFIX[i]) {
        throw notAPeerId(text);
      }
    }
    byte[] key = new byte[PublicKey.LENGTH];
    System.arraycopy(bytes, PREFIX.length, key, 0, key.length);
    return new PeerId(new PublicKey(Bytes.of(key)));
  }

  private static IllegalArgumentException notAPeerId(String text) {
    return new IllegalArgumentException(
        "'" + text + "' is not the peer id of an Ed25519 key (12D3KooW…)");
  }

  /** The multihash that libp2p puts on the wire: 38 bytes. */
  public byte[] multihash() {
    byte[] multihash = new byte[PREFIX.length + PublicKey.LENGTH];
    System.arraycopy(PREFIX, 0, multihash, 0, PREFIX.length);
    key.bytes().asByteBuffer().get(multihash, PREFIX.length, PublicKey.LENGTH);
    return multihash;
  }

  @Override
  public String toString() {
    return Base58.encode(multihash());
  }
}

package io.banyan.trust;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What libp2p has a peer sign so that its identity stands for the static key of its connections
 * (libp2p specification, "noise-libp2p", "The libp2p Handshake Payload"). The words are libp2p's,
 * hence not a {@link SigningDomain}: no length stands before them. Their first byte, 'n', is a
 * length that no tag of ours has, so neither signature can be shown as the other.
 */
final class NoiseKey {
  /** The length of an X25519 public key, in bytes. */
  static final int LENGTH = 32;

  private static final byte[] PREFIX =
      "noise-libp2p-static-key:".getBytes(StandardCharsets.US_ASCII);

  private NoiseKey() {}

  static byte[] preimage(byte[] staticKey) {
    if (staticKey.length != LENGTH) {
      throw new IllegalArgumentException(
          "static key is " + staticKey.length + " bytes long, not 32");
    }
    return ByteBuffer.allocate(PREFIX.length + LENGTH).put(PREFIX).put(staticKey).array();
  }
}

package io.banyan.p2p.noise;

import io.banyan.p2p.ViolationException;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.bouncycastle.math.ec.rfc7748.X25519;

/** An X25519 key pair (RFC 7748). */
record DhKey(byte[] secret, byte[] publicKey) {
  static final int LENGTH = 32;

  static DhKey fresh() {
    byte[] secret = new byte[LENGTH];
    new SecureRandom().nextBytes(secret);
    return ofSecret(secret);
  }

  static DhKey ofSecret(byte[] secret) {
    byte[] publicKey = new byte[LENGTH];
    X25519.generatePublicKey(secret, 0, publicKey, 0);
    return new DhKey(secret, publicKey);
  }

  /**
   * What both sides come to.
   *
   * @throws ViolationException if that is all zero: their key is a point of small order, which
   *     would let them choose the keys of the channel
   */
  byte[] agree(byte[] theirs) throws ViolationException {
    byte[] shared = new byte[LENGTH];
    if (!X25519.calculateAgreement(secret, 0, theirs, 0, shared, 0)) {
      throw new ViolationException("the peer's X25519 key is a point of small order");
    }
    return shared;
  }

  /** Names the public half only. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(publicKey);
  }
}

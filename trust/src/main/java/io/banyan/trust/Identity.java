package io.banyan.trust;

import io.banyan.schema.Bytes;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Signed;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * An Ed25519 key pair (RFC 8032) and what it signs. It takes its 32 secret bytes from the caller,
 * who keeps them.
 *
 * <p>Safe for any thread.
 */
public final class Identity {
  /** The length of the secret, in bytes. */
  public static final int SEED_LENGTH = 32;

  private final Ed25519PrivateKeyParameters secret;
  private final PublicKey publicKey;

  private Identity(Ed25519PrivateKeyParameters secret) {
    this.secret = secret;
    this.publicKey = new PublicKey(Bytes.of(secret.generatePublicKey().getEncoded()));
  }

  /**
   * The identity whose secret is {@code seed}.
   *
   * @throws IllegalArgumentException unless the seed is 32 bytes long
   */
  public static Identity ofSeed(byte[] seed) {
    if (seed.length != SEED_LENGTH) {
      throw new IllegalArgumentException("secret key is " + seed.length + " bytes long, not 32");
    }
    return new Identity(new Ed25519PrivateKeyParameters(seed));
  }

  public PublicKey publicKey() {
    return publicKey;
  }

  /** Stands for {@code payload}, as {@code domain}. */
  public Signed sign(SigningDomain domain, byte[] payload) {
    Bytes kept = Bytes.of(payload);
    return new Signed(publicKey, Bytes.of(sign(domain.preimage(kept))), kept);
  }

  /**
   * Stands for a connection's static key, as libp2p wants it ({@link NoiseKey}).
   *
   * @param staticKey an X25519 public key, 32 bytes
   * @return the signature, 64 bytes
   */
  public byte[] signNoiseKey(byte[] staticKey) {
    return sign(NoiseKey.preimage(staticKey));
  }

  private byte[] sign(byte[] preimage) {
    byte[] signature = new byte[Signed.SIGNATURE_LENGTH];
    secret.sign(Ed25519.Algorithm.Ed25519, null, preimage, 0, preimage.length, signature, 0);
    return signature;
  }

  /** Names the public key; never the secret. */
  @Override
  public String toString() {
    return publicKey.toString();
  }
}

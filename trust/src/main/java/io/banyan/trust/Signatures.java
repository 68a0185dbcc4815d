package io.banyan.trust;

import io.banyan.schema.PublicKey;
import io.banyan.schema.Signed;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** Checks signatures. */
public final class Signatures {
  private Signatures() {}

  /**
   * Whether {@code signed} was signed by its signer as {@code domain}: Ed25519 as in RFC 8032
   * section 5.1.7, with scalars and points in canonical form only.
   */
  public static boolean hold(SigningDomain domain, Signed signed) {
    return hold(signed.signer(), signed.signature().toArray(), domain.preimage(signed.payload()));
  }

  /**
   * Whether {@code signer} stands for a connection's static key ({@link NoiseKey}), by the same
   * rules. What is not 32 and 64 bytes long does not hold.
   */
  public static boolean holdNoiseKey(PublicKey signer, byte[] staticKey, byte[] signature) {
    return staticKey.length == NoiseKey.LENGTH
        && signature.length == Signed.SIGNATURE_LENGTH
        && hold(signer, signature, NoiseKey.preimage(staticKey));
  }

  private static boolean hold(PublicKey signer, byte[] signature, byte[] preimage) {
    return Ed25519.verify(signature, 0, signer.bytes().toArray(), 0, preimage, 0, preimage.length);
  }
}

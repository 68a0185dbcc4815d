package io.banyan.trust;

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
    byte[] preimage = domain.preimage(signed.payload());
    return Ed25519.verify(
        signed.signature().toArray(),
        0,
        signed.signer().bytes().toArray(),
        0,
        preimage,
        0,
        preimage.length);
  }
}

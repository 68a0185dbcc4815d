package io.banyan.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.Bytes;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class NoiseKeyTest {
  private static final Identity SIGNER =
      Identity.ofSeed(
          HexFormat.of()
              .parseHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));

  /** 00 01 … 1f. */
  private static byte[] staticKey() {
    byte[] key = new byte[NoiseKey.LENGTH];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) i;
    }
    return key;
  }

  /** Signed by another library (Python's cryptography) over the prefix and the key. */
  @Test
  void theSignatureIsGolden() {
    assertEquals(
        "e04d52f50370987c8fbafdcf8f5b0ca9d09ee8e30315bdf81cdcf37fe8a1b56e1b3e5a565b1928aca79d35"
            + "879444eea94884f8d6f031c131c0b3545c8634ec05",
        HexFormat.of().formatHex(SIGNER.signNoiseKey(staticKey())));
  }

  @Test
  void everyBitIsUnderTheSignature() {
    byte[] signature = SIGNER.signNoiseKey(staticKey());
    assertTrue(Signatures.holdNoiseKey(SIGNER.publicKey(), staticKey(), signature));

    for (int bit = 0; bit < 8 * signature.length; bit++) {
      byte[] changed = signature.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertFalse(Signatures.holdNoiseKey(SIGNER.publicKey(), staticKey(), changed));
    }
    for (int bit = 0; bit < 8 * NoiseKey.LENGTH; bit++) {
      byte[] changed = staticKey();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertFalse(Signatures.holdNoiseKey(SIGNER.publicKey(), changed, signature));
    }
  }

  @Test
  void somebodyElseDoesNotStandForIt() {
    Identity other = Identity.ofSeed(new byte[Identity.SEED_LENGTH]);

    assertFalse(
        Signatures.holdNoiseKey(other.publicKey(), staticKey(), SIGNER.signNoiseKey(staticKey())));
  }

  @Test
  void keysAndSignaturesOfOtherLengthsDoNotHold() {
    byte[] signature = SIGNER.signNoiseKey(staticKey());

    assertThrows(IllegalArgumentException.class, () -> SIGNER.signNoiseKey(new byte[31]));
    assertFalse(
        Signatures.holdNoiseKey(SIGNER.publicKey(), Arrays.copyOf(staticKey(), 33), signature));
    assertFalse(
        Signatures.holdNoiseKey(SIGNER.publicKey(), staticKey(), Arrays.copyOf(signature, 63)));
  }

  @Test
  void noDomainSignsWhatLooksLikeANoiseKey() {
    for (SigningDomain domain : SigningDomain.values()) {
      assertNotEquals(
          NoiseKey.preimage(staticKey())[0], domain.preimage(Bytes.EMPTY)[0], domain.toString());
    }
  }
}

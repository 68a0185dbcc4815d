package io.banyan.p2p.noise;

import io.banyan.p2p.ViolationException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * All that was said so far, hashed, and all that was agreed on, as a key (Noise Protocol Framework,
 * revision 34, section 5.2).
 */
final class SymmetricState {
  /** Thirty-two bytes, so that the name itself is the first hash. */
  private static final String PROTOCOL = "Noise_XX_25519_ChaChaPoly_SHA256";

  private byte[] hash = PROTOCOL.getBytes(StandardCharsets.US_ASCII);
  private byte[] chainingKey = hash;
  private Optional<CipherState> cipher = Optional.empty();

  void mixHash(byte[] bytes) {
    MessageDigest sha256 = sha256();
    sha256.update(hash);
    hash = sha256.digest(bytes);
  }

  void mixKey(byte[] secret) {
    byte[][] keys = derive(secret);
    chainingKey = keys[0];
    cipher = Optional.of(new CipherState(keys[1], 0));
  }

  /** In the clear until a key was agreed on. */
  byte[] sealAndHash(byte[] plain) throws ViolationException {
    byte[] sealed = plain;
    if (cipher.isPresent()) {
      sealed = new byte[plain.length + CipherState.TAG_LENGTH];
      cipher.get().seal(hash, plain, 0, plain.length, sealed, 0);
    }
    mixHash(sealed);
    return sealed;
  }

  byte[] openAndHash(byte[] sealed) throws ViolationException {
    byte[] plain = sealed;
    if (cipher.isPresent()) {
      plain = new byte[Math.max(0, sealed.length - CipherState.TAG_LENGTH)];
      cipher.get().open(hash, sealed, sealed.length, plain);
    }
    mixHash(sealed);
    return plain;
  }

  byte[] hash() {
    return hash.clone();
  }

  /** The keys of both directions: the initiator's, then the responder's. */
  CipherState[] split() {
    byte[][] keys = derive(new byte[0]);
    return new CipherState[] {new CipherState(keys[0], 0), new CipherState(keys[1], 0)};
  }

  /** HKDF with two outputs (section 4.3). */
  private byte[][] derive(byte[] secret) {
    byte[] temporary = hmac(chainingKey, secret);
    byte[] first = hmac(temporary, new byte[] {1});
    byte[] more = Arrays.copyOf(first, first.length + 1);
    more[first.length] = 2;
    return new byte[][] {first, hmac(temporary, more)};
  }

  private static byte[] hmac(byte[] key, byte[] bytes) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no HmacSHA256", e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }
}

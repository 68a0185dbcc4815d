package io.banyan.p2p.noise;

import io.banyan.p2p.ViolationException;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One direction of a channel: a ChaCha20-Poly1305 key, and the count of messages under it (Noise
 * Protocol Framework, revision 34, section 5.1).
 *
 * <p>For one thread at a time.
 */
public final class CipherState {
  /** What sealing adds to a message, in bytes. */
  public static final int TAG_LENGTH = 16;

  /** The longest plaintext of one message, in bytes: a sealed one is at most 65535 long. */
  public static final int PLAIN_LENGTH_MAX = 65_535 - TAG_LENGTH;

  private static final byte[] NO_DATA = {};

  private final SecretKeySpec key;
  private final Cipher cipher;
  private final byte[] nonce = new byte[12];
  private long count;

  CipherState(byte[] key, long count) {
    this.key = new SecretKeySpec(key, "ChaCha20");
    this.count = count;
    try {
      cipher = Cipher.getInstance("ChaCha20-Poly1305");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no ChaCha20-Poly1305", e);
    }
  }

  /**
   * Seals {@code length} bytes of {@code plain} into {@code sealed}.
   *
   * @return the length of the sealed message: {@link #TAG_LENGTH} more
   * @throws ViolationException if this key has sealed 2⁶⁴ − 1 messages: the connection must end
   */
  public int seal(byte[] plain, int offset, int length, byte[] sealed, int sealedOffset)
      throws ViolationException {
    return seal(NO_DATA, plain, offset, length, sealed, sealedOffset);
  }

  int seal(byte[] data, byte[] plain, int offset, int length, byte[] sealed, int sealedOffset)
      throws ViolationException {
    begin(Cipher.ENCRYPT_MODE, data);
    try {
      return cipher.doFinal(plain, offset, length, sealed, sealedOffset);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot seal " + length + " bytes", e);
    }
  }

  /**
   * Opens the first {@code length} bytes of {@code sealed} into {@code plain}.
   *
   * @return the length of the plaintext
   * @throws ViolationException if the message is not what was sealed next, or the key is used up
   */
  public int open(byte[] sealed, int length, byte[] plain) throws ViolationException {
    return open(NO_DATA, sealed, length, plain);
  }

  int open(byte[] data, byte[] sealed, int length, byte[] plain) throws ViolationException {
    if (length < TAG_LENGTH) {
      throw new ViolationException(
          "a sealed message is " + length + " bytes long, less than its tag");
    }
    begin(Cipher.DECRYPT_MODE, data);
    try {
      // From offset 0: the JDK copies a message that begins elsewhere.
      return cipher.doFinal(sealed, 0, length, plain, 0);
    } catch (AEADBadTagException e) {
      throw new ViolationException(
          "message " + (count - 1) + " of " + length + " bytes is not as it was sealed");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot open " + length + " bytes", e);
    }
  }

  private void begin(int mode, byte[] data) throws ViolationException {
    if (count == -1) {
      throw new ViolationException("this key has carried 2^64 - 1 messages, the most that it may");
    }
    for (int i = 0; i < Long.BYTES; i++) {
      nonce[4 + i] = (byte) (count >>> (8 * i));
    }
    count++;
    try {
      cipher.init(mode, key, new IvParameterSpec(nonce));
    } catch (InvalidKeyException | InvalidAlgorithmParameterException e) {
      throw new IllegalStateException("the JDK refuses message " + (count - 1), e);
    }
    if (data.length > 0) {
      cipher.updateAAD(data);
    }
  }
}

package io.banyan.schema;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/**
 * Bytes under a digest, in one fixed layout: an ASCII tag, then little-endian fields one after the
 * other. Every variable part carries its length before it, so no two values share a layout.
 *
 * <p>For one thread and one use.
 */
final class Preimage {
  private final MessageDigest sha256;
  private final byte[] scratch = new byte[Long.BYTES];

  private Preimage(MessageDigest sha256) {
    this.sha256 = sha256;
  }

  static Preimage tagged(String tag) {
    Preimage preimage = new Preimage(Sha256.create());
    preimage.sha256.update(tag.getBytes(StandardCharsets.US_ASCII));
    return preimage;
  }

  /** Goes on behind what {@code state} was fed, which stays as it is. */
  static Preimage after(MessageDigest state) {
    return new Preimage(Sha256.copy(state));
  }

  Preimage u8(int value) {
    return littleEndian(value, 1);
  }

  Preimage u32(int value) {
    return littleEndian(value, Integer.BYTES);
  }

  Preimage u64(long value) {
    return littleEndian(value, Long.BYTES);
  }

  private Preimage littleEndian(long value, int length) {
    for (int i = 0; i < length; i++) {
      scratch[i] = (byte) (value >>> (8 * i));
    }
    sha256.update(scratch, 0, length);
    return this;
  }

  Preimage digest(Digest digest) {
    digest.updateInto(sha256);
    return this;
  }

  /** Digest, then u64 length. */
  Preimage blob(BlobRef blob) {
    return digest(blob.digest()).u64(blob.length());
  }

  /** u8 length, then ASCII; at most 255 characters. */
  Preimage shortAscii(String text) {
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    u8(ascii.length);
    sha256.update(ascii);
    return this;
  }

  /** u32 length, then UTF-8. */
  Preimage text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    u32(utf8.length);
    sha256.update(utf8);
    return this;
  }

  /** u32 count, then (digest ‖ u64 length) of each. */
  Preimage blobs(List<? extends Named> values) {
    u32(values.size());
    for (Named value : values) {
      digest(value.digest()).u64(value.length());
    }
    return this;
  }

  /** What was fed so far, for {@link #after}. */
  MessageDigest state() {
    return sha256;
  }

  Digest hash() {
    return Digest.finish(sha256);
  }
}

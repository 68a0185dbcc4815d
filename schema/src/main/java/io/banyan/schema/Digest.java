package io.banyan.schema;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/** A SHA-256 digest: 32 bytes, ordered bytewise unsigned, printed as 64 lower-case hex digits. */
public final class Digest implements Comparable<Digest> {
  /** The length of every digest, in bytes. */
  public static final int LENGTH = 32;

  /** 32 zero bytes: stands where a layout has room for a digest and there is none. */
  public static final Digest ZERO = new Digest(new byte[LENGTH]);

  private final byte[] bytes;

  private Digest(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Wraps a copy of {@code bytes}, which must be 32 long. */
  public static Digest of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("digest is " + bytes.length + " bytes long, not 32");
    }
    return new Digest(bytes.clone());
  }

  /** The digest that lies in {@code bytes} from {@code offset} on. */
  static Digest at(byte[] bytes, int offset) {
    return new Digest(Arrays.copyOfRange(bytes, offset, offset + LENGTH));
  }

  /** Takes {@code bytes}, 32 long, which nobody else may hold. */
  static Digest wrap(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalStateException("a digest over " + bytes.length + " bytes");
    }
    return new Digest(bytes);
  }

  /** Reads 64 hex digits of either case. */
  public static Digest parse(String hex) {
    if (hex.length() != 2 * LENGTH) {
      throw new IllegalArgumentException("digest is " + hex.length() + " digits long, not 64");
    }
    return new Digest(HexFormat.of().parseHex(hex));
  }

  /** SHA-256 over {@code parts}, one after the other. */
  public static Digest sha256(byte[]... parts) {
    MessageDigest sha256 = Sha256.create();
    for (byte[] part : parts) {
      sha256.update(part);
    }
    return finish(sha256);
  }

  /** What {@code sha256} has been fed; it starts anew afterwards. */
  static Digest finish(MessageDigest sha256) {
    return new Digest(sha256.digest());
  }

  /** A copy of the 32 bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  void copyInto(byte[] target, int offset) {
    System.arraycopy(bytes, 0, target, offset, LENGTH);
  }

  void updateInto(MessageDigest sha256) {
    sha256.update(bytes);
  }

  /** The first twelve hex digits, for people. */
  public String abbreviated() {
    return HexFormat.of().formatHex(bytes, 0, 6);
  }

  @Override
  public int compareTo(Digest other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Digest digest && Arrays.equals(bytes, digest.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}

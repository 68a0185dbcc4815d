package io.banyan.schema;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The one hash of the house (FIPS 180-4). */
final class Sha256 {
  private Sha256() {}

  static MessageDigest create() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** A digest in the state of {@code sha256}, which stays as it is. */
  static MessageDigest copy(MessageDigest sha256) {
    try {
      return (MessageDigest) sha256.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the platform's SHA-256 can be copied", e);
    }
  }
}

package io.banyan.schema;

/** The name of a job: the SHA-256 of its signed manifest, so that submitting twice is harmless. */
public record JobId(Digest digest) {
  public static JobId of(Signed manifest) {
    return new JobId(manifest.digest());
  }

  @Override
  public String toString() {
    return digest.toString();
  }
}

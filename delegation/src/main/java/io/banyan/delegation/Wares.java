package io.banyan.delegation;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.Manifest;

/**
 * What a peer must have before it can begin anything of a job, whatever part of it that is.
 *
 * @param module the code, which is also compiled there
 * @param bytes of module and shared blobs together
 * @param input what ranges are ranges of
 */
record Wares(Digest module, long bytes, Digest input) {
  static Wares of(Manifest manifest) {
    long bytes = manifest.module().length();
    for (BlobRef blob : manifest.shared()) {
      bytes += blob.length();
    }
    return new Wares(manifest.module().digest(), bytes, manifest.input().digest());
  }
}

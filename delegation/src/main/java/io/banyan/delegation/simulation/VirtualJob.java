package io.banyan.delegation.simulation;

import io.banyan.delegation.InputRef;
import io.banyan.delegation.Task;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Cuts;
import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.Manifest;
import io.banyan.schema.Plan;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Value;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * A job that a user submits, and what everybody who works on it can know of it.
 *
 * @param cuts of the input; none under the rule {@code module}
 * @param submitNanos when it is submitted
 * @param cancelNanos when its user cancels it, if at all
 */
record VirtualJob(
    JobId id,
    Manifest manifest,
    PublicKey submitter,
    Optional<Cuts> cuts,
    VirtualGuest guest,
    long submitNanos,
    Optional<Long> cancelNanos) {
  /** The link of the job at its entry node. */
  Digest link() {
    return id.digest();
  }

  /** The whole of it, as its entry node begins it. */
  Task whole() {
    return new Task(
        link(),
        id,
        manifest,
        submitter,
        Plan.of(manifest).root(cuts),
        cuts.<Task.Ground>map(Task.Ground.Cells::new)
            .orElse(new Task.Ground.Part(manifest.input(), Long.MAX_VALUE)),
        guest.merges(),
        manifest.budget(),
        manifest.retries() + 1,
        List.of());
  }

  /** The name of what a call is handed, and how long that is. */
  BlobRef named(InputRef input) {
    return switch (input) {
      case InputRef.InputRange(long from, long to) -> range(from, to);
      case InputRef.CellIndex(int cell, int cells) -> new BlobRef(numbered(cell, cells), 16);
      case InputRef.Part(BlobRef part) -> part;
      case InputRef.Values(List<BlobRef> values) ->
          new BlobRef(Value.listDigest(values), values.stream().mapToLong(BlobRef::length).sum());
    };
  }

  private BlobRef range(long from, long to) {
    BlobRef input = manifest.input();
    return from == 0 && to == input.length() ? input : new BlobRef(numbered(from, to), to - from);
  }

  private Digest numbered(long one, long other) {
    byte[] bytes =
        ByteBuffer.allocate(2 * Long.BYTES + Digest.LENGTH)
            .putLong(one)
            .putLong(other)
            .put(manifest.input().digest().bytes())
            .array();
    return Digest.sha256(bytes);
  }
}

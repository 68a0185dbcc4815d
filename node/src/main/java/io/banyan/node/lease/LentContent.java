package io.banyan.node.lease;

import io.banyan.node.Material;
import io.banyan.node.TaskFolder;
import io.banyan.node.data.BytesSource;
import io.banyan.node.data.Content;
import io.banyan.node.data.EvidenceCursor;
import io.banyan.node.data.RangeSource;
import io.banyan.node.data.TreeCache;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Lease;
import io.banyan.schema.Named;
import io.banyan.schema.Value;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What a child may have of its lender: the module, the shared blobs, and just those blocks of the
 * input, or that part, which its lease is for.
 *
 * <p>Safe for any thread.
 */
final class LentContent implements Content {
  private final TaskFolder folder;
  private final Lease lease;
  private final TreeCache trees;

  LentContent(TaskFolder folder, Lease lease, TreeCache trees) {
    this.folder = folder;
    this.lease = lease;
    this.trees = trees;
  }

  @Override
  public Optional<RangeSource> blob(BlobRef ref) throws IOException {
    Material material = folder.material();
    RangeSource known = material.blobs().get(ref);
    if (known != null) {
      return Optional.of(known);
    }
    if (lease.part().isPresent()) {
      return lease.part().get().bytes().equals(ref) ? part(ref) : Optional.empty();
    }
    return material
        .input()
        .filter(input -> input.ref().equals(ref))
        .map(input -> new Window(input, InputRange.of(folder.task().manifest(), lease)));
  }

  private Optional<RangeSource> part(BlobRef ref) throws IOException {
    return folder.values().find(ref).map(bytes -> new BytesSource(ref, bytes, trees));
  }

  @Override
  public Optional<List<Named>> rope(Value.Rope rope) {
    return Optional.empty();
  }

  @Override
  public Optional<EvidenceCursor> evidence(long skipped) {
    return Optional.empty();
  }
}

package io.banyan.node.lease;

import io.banyan.delegation.JobEnd;
import io.banyan.node.TaskFolder;
import io.banyan.node.data.BytesSource;
import io.banyan.node.data.Content;
import io.banyan.node.data.EvidenceCursor;
import io.banyan.node.data.RangeSource;
import io.banyan.node.data.TreeCache;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Named;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * What a lender may have of its child when the lease is done: the values, and the evidence for
 * them.
 *
 * <p>Safe for any thread.
 */
final class DeliveredContent implements Content {
  private final TaskFolder folder;
  private final JobEnd.Completed completed;
  private final TreeCache trees;

  DeliveredContent(TaskFolder folder, JobEnd.Completed completed, TreeCache trees) {
    this.folder = folder;
    this.completed = completed;
    this.trees = trees;
  }

  @Override
  public Optional<RangeSource> blob(BlobRef ref) throws IOException {
    return folder.values().find(ref).map(bytes -> new BytesSource(ref, bytes, trees));
  }

  @Override
  public Optional<List<Named>> rope(Value.Rope rope) {
    return Optional.empty(); // its leaves are named by the steps, and fetched one by one
  }

  @Override
  public Optional<EvidenceCursor> evidence(long skipped) throws IOException {
    Cursor cursor = new Cursor(folder.evidence(completed));
    for (long i = 0; i < skipped && cursor.hasNext(); i++) {
      cursor.next();
    }
    return Optional.of(cursor);
  }

  private record Cursor(Iterator<ReceiptEntry> entries) implements EvidenceCursor {
    @Override
    public boolean hasNext() throws IOException {
      try {
        return entries.hasNext();
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }

    @Override
    public ReceiptEntry next() throws IOException {
      try {
        return entries.next();
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }

    @Override
    public void close() {
      // What it reads is the folder's.
    }
  }
}

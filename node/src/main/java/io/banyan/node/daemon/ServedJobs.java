package io.banyan.node.daemon;

import io.banyan.node.CommandException;
import io.banyan.node.InputFile;
import io.banyan.node.JobBook;
import io.banyan.node.data.Content;
import io.banyan.node.data.EvidenceCursor;
import io.banyan.node.data.Links;
import io.banyan.node.data.RangeSource;
import io.banyan.node.data.WholeSource;
import io.banyan.node.journal.JobDirectory;
import io.banyan.node.journal.JobEnding;
import io.banyan.schema.BlobRef;
import io.banyan.schema.BlobTree;
import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.Named;
import io.banyan.schema.PeerId;
import io.banyan.schema.PublicKey;
import io.banyan.schema.SplitRule;
import io.banyan.schema.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Outputs and receipts of finished jobs, for who submitted them and for the node's owner.
 *
 * <p>Safe for any thread; guarded by its own lock.
 */
final class ServedJobs implements Links, AutoCloseable {
  /** Files kept open, with their trees: who fetches a large output asks for it piece by piece. */
  private static final int OPEN_MAX = 16;

  private final JobBook book;
  private final PublicKey owner;
  private final Map<BlobRef, Open> open = new LinkedHashMap<>(16, 0.75f, true);

  private record Open(InputFile file, BlobTree tree) {}

  ServedJobs(JobBook book, PublicKey owner) {
    this.book = book;
    this.owner = owner;
  }

  @Override
  public Lookup find(Digest link, PeerId asker) {
    JobId job = new JobId(link);
    Optional<PublicKey> submitter = book.submitter(job);
    if (submitter.isEmpty()) {
      return new Lookup.NotFound();
    }
    PublicKey key = asker.key();
    if (!key.equals(submitter.get()) && !key.equals(owner)) {
      return new Lookup.NotAllowed();
    }
    return new Lookup.Found(new OfJob(job));
  }

  private final class OfJob implements Content {
    private final JobId job;

    OfJob(JobId job) {
      this.job = job;
    }

    @Override
    public Optional<RangeSource> blob(BlobRef ref) throws IOException {
      Optional<JobDirectory> folder = book.folder(job);
      if (folder.isEmpty()
          || !(book.ending(job).orElse(null)
              instanceof JobEnding.Completed(var _, BlobRef output, BlobRef receipt))) {
        return Optional.empty();
      }
      if (ref.equals(output)) {
        return Optional.of(source(ref, folder.get().output()));
      }
      return ref.equals(receipt)
          ? Optional.of(source(ref, folder.get().receipt()))
          : Optional.empty();
    }

    @Override
    public Optional<List<Named>> rope(Value.Rope rope) {
      return Optional.empty(); // an output is served in one piece
    }

    @Override
    public Optional<EvidenceCursor> evidence(long skipped) {
      return Optional.empty(); // the receipt has it all
    }
  }

  private synchronized RangeSource source(BlobRef ref, Path path) throws IOException {
    Open known = open.get(ref);
    if (known == null) {
      known = open(ref, path);
      open.put(ref, known);
      if (open.size() > OPEN_MAX) {
        Open oldest = open.remove(open.keySet().iterator().next());
        oldest.file.close();
      }
    }
    return new WholeSource(known.tree, known.file);
  }

  private static Open open(BlobRef ref, Path path) throws IOException {
    InputFile file;
    try {
      file = InputFile.open(path);
    } catch (CommandException e) {
      throw new IOException(e.getMessage(), e);
    }
    boolean whole = false;
    try {
      BlobTree tree = file.index(new SplitRule.ByBytes(), 1, bytes -> {}).tree();
      whole = tree.ref().equals(ref);
      if (!whole) {
        throw new IOException(path + " is not what it was when the job ended");
      }
      return new Open(file, tree);
    } finally {
      if (!whole) {
        file.close();
      }
    }
  }

  @Override
  public synchronized void close() throws IOException {
    for (Open each : open.values()) {
      each.file.close();
    }
    open.clear();
  }
}

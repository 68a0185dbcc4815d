package io.banyan.node;

import io.banyan.node.data.Content;
import io.banyan.node.data.EvidenceCursor;
import io.banyan.node.data.Links;
import io.banyan.node.data.RangeReader;
import io.banyan.node.data.RangeSource;
import io.banyan.node.data.SharedFile;
import io.banyan.node.data.WholeSource;
import io.banyan.node.journal.JobDirectory;
import io.banyan.node.journal.JobEnding;
import io.banyan.schema.BlobHasher;
import io.banyan.schema.BlobRef;
import io.banyan.schema.BlobTree;
import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.Named;
import io.banyan.schema.PeerId;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Value;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What users may fetch: output and receipt of jobs that completed, under the job's id.
 *
 * <p>Safe for any thread; guarded by its own lock, which is not held while it hashes.
 */
public final class JobLinks implements Links {
  /** Answers that are fetched at a time; a tree takes a thousandth of its blob. */
  private static final int TREES_MAX = 32;

  private static final int READ_BYTES = 1 << 20; // 1 MiB

  private final JobBook book;
  private final Admission admission;
  private final Map<BlobRef, BlobTree> trees = new LinkedHashMap<>(16, 0.75f, true);

  public JobLinks(JobBook book, Admission admission) {
    this.book = book;
    this.admission = admission;
  }

  @Override
  public Lookup find(Digest link, PeerId asker) {
    JobId job = new JobId(link);
    Optional<PublicKey> submitter = book.submitter(job);
    if (submitter.isEmpty()) {
      return new Lookup.NotFound();
    }
    return admission.mayAsk(asker.key(), submitter.get())
        ? new Lookup.Found(new Answer(job))
        : new Lookup.NotAllowed();
  }

  /** Output and receipt of one job. */
  private final class Answer implements Content {
    private final JobId job;

    private Answer(JobId job) {
      this.job = job;
    }

    @Override
    public Optional<RangeSource> blob(BlobRef ref) throws IOException {
      JobDirectory folder = book.folder(job).orElse(null);
      JobEnding ending = book.ending(job).orElse(null);
      if (folder == null || ending == null) {
        return Optional.empty();
      }
      return switch (ending) {
        case JobEnding.Completed(Value _, BlobRef output, BlobRef _) when ref.equals(output) ->
            Optional.of(source(ref, folder.output()));
        case JobEnding.Completed(Value _, BlobRef _, BlobRef receipt) when ref.equals(receipt) ->
            Optional.of(source(ref, folder.receipt()));
        case JobEnding.Partial(BlobRef bytes, String _) when ref.equals(bytes) ->
            Optional.of(source(ref, folder.output()));
        case JobEnding.Completed _,
            JobEnding.Partial _,
            JobEnding.Failed _,
            JobEnding.Cancelled _,
            JobEnding.TimedOut _ ->
            Optional.empty();
      };
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

  private RangeSource source(BlobRef ref, Path path) throws IOException {
    return new WholeSource(tree(ref, path), new FileReader(path, ref.length()));
  }

  private BlobTree tree(BlobRef ref, Path path) throws IOException {
    synchronized (this) {
      BlobTree known = trees.get(ref);
      if (known != null) {
        return known;
      }
    }
    BlobTree tree = hash(path);
    if (!tree.ref().equals(ref)) {
      throw new IOException(path + " is damaged: it is not blob " + ref.digest() + " any more");
    }
    synchronized (this) {
      trees.put(ref, tree);
      if (trees.size() > TREES_MAX) {
        trees.remove(trees.keySet().iterator().next());
      }
    }
    return tree;
  }

  private static BlobTree hash(Path path) throws IOException {
    BlobHasher hasher = new BlobHasher();
    byte[] buffer = new byte[READ_BYTES];
    try (InputStream in = Files.newInputStream(path)) {
      int count = in.read(buffer);
      while (count >= 0) {
        hasher.update(buffer, 0, count);
        count = in.read(buffer);
      }
    }
    return hasher.finishTree();
  }

  /** A file that is opened for each piece of it, since nobody says when the last one was read. */
  private record FileReader(Path path, long length) implements RangeReader {
    @Override
    public void read(long from, byte[] into, int offset, int count) throws IOException {
      Objects.checkFromIndexSize(from, count, length);
      try (SharedFile file = SharedFile.open(path)) {
        if (file.read(from, into, offset, count) < count) {
          throw new EOFException(path + " became shorter");
        }
      }
    }
  }
}

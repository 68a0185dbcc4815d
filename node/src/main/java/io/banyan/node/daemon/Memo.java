package io.banyan.node.daemon;

import io.banyan.delegation.Known;
import io.banyan.node.BlobStore;
import io.banyan.node.ClaimLog;
import io.banyan.node.Recollection;
import io.banyan.node.journal.JobDirectory;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.Manifest;
import io.banyan.schema.MemoPolicy;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.PublicKey;
import io.banyan.schema.SplitRule;
import io.banyan.schema.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What was finished of earlier jobs, for later ones of the same plan: by their submitter, and
 * nobody else, whatever the manifest allows: until answers are audited, one submitter could choose
 * another's by what his own peers deliver. It lies in the folders of those jobs, and goes with
 * them; or before, when all of it together is too much.
 *
 * <p>Safe for any thread; guarded by its own lock, also while it reads and deletes.
 */
final class Memo {
  /** A GiB: twenty million leaves of 50 bytes, or a thousand answers of a megabyte. */
  static final long BYTES_MAX = 1L << 30;

  /** However little they hold: each is a folder that a new job of the same plan looks through. */
  static final int JOBS_MAX = 1024;

  private final long bytesMax;
  private final Map<JobId, Remembered> jobs = new LinkedHashMap<>(); // that ended first, first
  private long bytesHeld;

  /** One job. */
  private record Remembered(Digest plan, PublicKey submitter, JobDirectory files, long bytes) {
    boolean isFor(Digest otherPlan, PublicKey asker) {
      return plan.equals(otherPlan) && submitter.equals(asker);
    }
  }

  Memo(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /**
   * Remembers what is in the folder of a job that has ended, unless its submitter refused that;
   * then it is deleted.
   */
  synchronized void keep(JobId job, Manifest manifest, PublicKey submitter, JobDirectory files)
      throws IOException {
    if (manifest.memo() == MemoPolicy.REFUSED) {
      files.deleteWork();
      return;
    }
    Remembered fresh = new Remembered(plan(manifest), submitter, files, bytes(files.work()));
    if (fresh.bytes > 0 && jobs.putIfAbsent(job, fresh) == null) {
      bytesHeld += fresh.bytes;
    }
    Iterator<Remembered> oldest = jobs.values().iterator();
    while (bytesHeld > bytesMax || jobs.size() > JOBS_MAX) {
      Remembered over = oldest.next();
      oldest.remove();
      bytesHeld -= over.bytes;
      over.files.deleteWork();
    }
  }

  /** What all keys of a plan share: that of its first cell, or of its whole. */
  private static Digest plan(Manifest manifest) {
    PlanNode named =
        manifest.splitRule() instanceof SplitRule.ByModule
            ? new PlanNode.Part(List.of())
            : new PlanNode.Cells(Interval.all(1));
    return Plan.of(manifest).key(named);
  }

  private static long bytes(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    long bytes = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }

  /** Copies what is remembered of the plan of a job that begins. */
  synchronized void recall(
      Manifest manifest,
      PublicKey submitter,
      PlanNode root,
      Recollection recollection,
      ClaimLog claims,
      BlobStore values) {
    if (manifest.memo() == MemoPolicy.REFUSED) {
      return;
    }
    Digest plan = plan(manifest);
    List<Remembered> matching = new ArrayList<>();
    for (Remembered job : jobs.values()) {
      if (job.isFor(plan, submitter)) {
        matching.addFirst(job); // the latest has most of it, mostly
      }
    }
    for (Remembered job : matching) {
      if (recollection.known().covers(root)) {
        return;
      }
      if (Files.isDirectory(job.files.work())) { // else it went with its job
        try {
          recall(job.files.work(), root, recollection, claims, values);
        } catch (IOException e) {
          // What cannot be read is computed again.
        }
      }
    }
  }

  private static void recall(
      Path work, PlanNode root, Recollection recollection, ClaimLog claims, BlobStore values)
      throws IOException {
    try (ClaimLog log = ClaimLog.kept(work.resolve("claims"));
        BlobStore store = BlobStore.kept(work, 0)) {
      recollection.copy(new Earlier(log, store), root, claims, values);
    }
  }

  /** The folder of a job that has ended. */
  private record Earlier(ClaimLog log, BlobStore store) implements Recollection.Source {
    @Override
    public Map<PlanNode, Known.Finished> finished() {
      return log.finished();
    }

    @Override
    public Optional<Iterator<Step>> steps(PlanNode node) throws IOException {
      return log.stepsIfDone(node);
    }

    @Override
    public Optional<byte[]> bytes(BlobRef ref) throws IOException {
      if (!store.recall(ref)) {
        return Optional.empty();
      }
      byte[] bytes = store.get(ref);
      store.release(ref);
      return Optional.of(bytes);
    }
  }

  /** The bytes that are remembered. */
  synchronized long bytesHeld() {
    return bytesHeld;
  }
}

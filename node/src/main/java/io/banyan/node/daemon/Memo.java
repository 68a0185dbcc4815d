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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What was finished of earlier jobs, for later ones of the same plan: by their submitter, and
 * nobody else, whatever the manifest allows: until answers are audited, one submitter could choose
 * another's by what his own peers deliver. It lies in the folders of those jobs, and goes with
 * them; or before, when all of it together is too much: then the oldest goes of whoever has most,
 * so that nobody's jobs drive out what others have there.
 *
 * <p>Safe for any thread; guarded by its own lock, under which nobody touches the disk.
 */
final class Memo {
  /** A GiB: twenty million leaves of 50 bytes, or a thousand answers of a megabyte. */
  static final long BYTES_MAX = 1L << 30;

  /** However little they hold: each is a folder that a new job of the same plan looks through. */
  static final int JOBS_MAX = 1024;

  /**
   * Jobs that are looked through for a new one, the latest first: each of them had what the ones
   * before it left, and what is not found is computed.
   */
  static final int LOOKED_MAX = 4;

  private final long bytesMax;
  private final int jobsMax;
  private final Consumer<String> log;
  private final Map<JobId, Remembered> jobs = new LinkedHashMap<>(); // that ended first, first
  private final Map<PublicKey, Share> shares = new HashMap<>();
  private long bytesHeld;
  private boolean fullWasSaid;

  /** One job. */
  private record Remembered(Digest plan, PublicKey submitter, JobDirectory files, long bytes) {
    boolean isFor(Digest otherPlan, PublicKey asker) {
      return plan.equals(otherPlan) && submitter.equals(asker);
    }
  }

  /** What one submitter has here. */
  private static final class Share {
    long bytes;
    int jobs;
  }

  /**
   * Remembers nothing yet.
   *
   * @param log takes what people may want to read, a line at a time
   */
  Memo(long bytesMax, Consumer<String> log) {
    this(bytesMax, JOBS_MAX, log);
  }

  /** As the other, with room for fewer jobs. */
  Memo(long bytesMax, int jobsMax, Consumer<String> log) {
    this.bytesMax = bytesMax;
    this.jobsMax = jobsMax;
    this.log = log;
  }

  /**
   * Remembers what is in the folder of a job that has ended, unless its submitter refused that;
   * then it is deleted.
   */
  void keep(JobId job, Manifest manifest, PublicKey submitter, JobDirectory files)
      throws IOException {
    if (manifest.memo() == MemoPolicy.REFUSED) {
      files.deleteWork();
      return;
    }
    Remembered fresh = new Remembered(plan(manifest), submitter, files, bytes(files.work()));
    for (Remembered over : add(job, fresh)) {
      over.files.deleteWork();
    }
  }

  /** What is remembered no more, to make room for a job. */
  private synchronized List<Remembered> add(JobId job, Remembered fresh) {
    if (fresh.bytes == 0 || jobs.putIfAbsent(job, fresh) != null) {
      return List.of();
    }
    bytesHeld += fresh.bytes;
    Share share = shares.computeIfAbsent(fresh.submitter, _ -> new Share());
    share.bytes += fresh.bytes;
    share.jobs++;
    List<Remembered> over = new ArrayList<>();
    while (bytesHeld > bytesMax) {
      over.add(dropOldestOf(most(Comparator.comparingLong(each -> each.bytes))));
    }
    while (jobs.size() > jobsMax) {
      over.add(dropOldestOf(most(Comparator.comparingInt(each -> each.jobs))));
    }
    return over;
  }

  private PublicKey most(Comparator<Share> by) {
    return shares.entrySet().stream()
        .max(Map.Entry.comparingByValue(by))
        .orElseThrow(() -> new IllegalStateException("too much is held, and by nobody"))
        .getKey();
  }

  private Remembered dropOldestOf(PublicKey submitter) {
    Iterator<Remembered> oldest = jobs.values().iterator();
    while (true) {
      Remembered over = oldest.next();
      if (over.submitter.equals(submitter)) {
        oldest.remove();
        dropped(over);
        return over;
      }
    }
  }

  private void dropped(Remembered over) {
    bytesHeld -= over.bytes;
    shares.computeIfPresent(
        over.submitter,
        (_, share) -> {
          share.bytes -= over.bytes;
          share.jobs--;
          return share.jobs == 0 ? null : share;
        });
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

  /**
   * Copies what is remembered of the plan of a job that begins. What cannot be had of it, or is not
   * taken by a disk that is full, is computed.
   */
  void recall(
      Manifest manifest,
      PublicKey submitter,
      PlanNode root,
      Recollection recollection,
      ClaimLog claims,
      BlobStore values) {
    if (manifest.memo() == MemoPolicy.REFUSED) {
      return;
    }
    try {
      for (Remembered job : latest(plan(manifest), submitter)) {
        if (recollection.known().covers(root)) {
          return;
        }
        recall(job, root, recollection, claims, values);
      }
      written();
    } catch (Recollection.NotWrittenException e) {
      notWritten(e);
    }
  }

  private synchronized void written() {
    fullWasSaid = false;
  }

  private void notWritten(Recollection.NotWrittenException cause) {
    synchronized (this) {
      if (fullWasSaid) {
        return;
      }
      fullWasSaid = true;
    }
    log.accept(
        "what is remembered of earlier jobs is computed again, because it cannot be copied: "
            + cause.getMessage());
  }

  private synchronized List<Remembered> latest(Digest plan, PublicKey submitter) {
    Deque<Remembered> latest = new ArrayDeque<>();
    for (Remembered job : jobs.values()) {
      if (job.isFor(plan, submitter)) {
        latest.addFirst(job);
        if (latest.size() > LOOKED_MAX) {
          latest.removeLast();
        }
      }
    }
    return List.copyOf(latest);
  }

  private static void recall(
      Remembered job, PlanNode root, Recollection recollection, ClaimLog claims, BlobStore values)
      throws Recollection.NotWrittenException {
    if (!Files.isDirectory(job.files.work())) {
      return; // it went with its job, or made room
    }
    try {
      recall(job.files.work(), root, recollection, claims, values);
    } catch (Recollection.NotWrittenException e) {
      throw e;
    } catch (IOException e) {
      // What cannot be read is computed again.
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

package io.banyan.node.daemon;

import io.banyan.compute.Sandbox;
import io.banyan.delegation.Decision;
import io.banyan.delegation.Event;
import io.banyan.delegation.JobEnd;
import io.banyan.node.Answer;
import io.banyan.node.BlobStore;
import io.banyan.node.ClaimLog;
import io.banyan.node.Driver;
import io.banyan.node.GuestCalls;
import io.banyan.node.InputFile;
import io.banyan.node.JobBook;
import io.banyan.node.JobDriver;
import io.banyan.node.JobProgressNow;
import io.banyan.node.LocalRun;
import io.banyan.node.Material;
import io.banyan.node.PreparedJob;
import io.banyan.node.TaskFolder;
import io.banyan.node.data.BytesSource;
import io.banyan.node.data.RangeSource;
import io.banyan.node.data.TreeCache;
import io.banyan.node.data.WholeSource;
import io.banyan.node.journal.JobDirectory;
import io.banyan.node.journal.JobEnding;
import io.banyan.schema.BlobRef;
import io.banyan.schema.CapabilityReport;
import io.banyan.schema.DecisionLine;
import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.JobState;
import io.banyan.schema.Manifest;
import io.banyan.schema.PeerSummary;
import io.banyan.schema.PlanNode;
import io.banyan.schema.TreeLine;
import io.banyan.trust.Identity;
import io.banyan.trust.Link;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The jobs that were submitted to this node: runs each to its end, and has the {@link JobBook} know
 * of it. One virtual thread waits for each.
 *
 * <p>Safe for any thread.
 */
final class EntryJobs implements JobDriver, AutoCloseable {
  private static final String SHED =
      "it was shed before it had begun: this node was full, and a job of higher priority came";

  private static final long PROGRESS_MILLIS = 200; // often enough for a line that moves

  private final Identity node;
  private final Driver driver;
  private final Sandbox sandbox;
  private final JobBook book;
  private final Decisions decisions;
  private final LeaseTree leases;
  private final TreeCache trees;
  private final Path work;
  private final long valueBytesMax;
  private final Peers peers;
  private final Map<JobId, TaskFolder> running = new ConcurrentHashMap<>();
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("job").factory());

  /**
   * No jobs yet.
   *
   * @param work a folder for their temporary files
   * @param valueBytesMax of one job's values in memory; the rest goes to a file
   */
  EntryJobs(
      Identity node,
      Driver driver,
      Sandbox sandbox,
      JobBook book,
      Decisions decisions,
      LeaseTree leases,
      TreeCache trees,
      Path work,
      long valueBytesMax,
      Peers peers) {
    this.node = node;
    this.driver = driver;
    this.sandbox = sandbox;
    this.book = book;
    this.decisions = decisions;
    this.leases = leases;
    this.trees = trees;
    this.work = work;
    this.valueBytesMax = valueBytesMax;
    this.peers = peers;
  }

  @Override
  public void begin(PreparedJob job, JobDirectory folder) {
    try {
      threads.execute(() -> run(job, folder));
    } catch (RejectedExecutionException e) {
      // This node is being closed: the job is told so when it starts again.
    }
  }

  private void run(PreparedJob job, JobDirectory files) {
    try (InputFile _ = job.draft().input().orElse(null)) {
      Path own = Files.createDirectories(work.resolve(job.id().toString()));
      try (BlobStore values = new BlobStore(own, valueBytesMax);
          ClaimLog claims = new ClaimLog(own);
          TaskFolder folder = folder(job, files, values, claims)) {
        Files.deleteIfExists(own); // its files have no names any more
        run(job, files, folder);
      }
    } catch (CancellationException e) {
      // This node is being closed: the job is told so when it starts again.
    } catch (IOException | InterruptedException | RuntimeException | OutOfMemoryError e) {
      failed(job.id(), e, JobProgressNow.NONE); // unless it has ended
    }
  }

  private void run(PreparedJob job, JobDirectory files, TaskFolder folder)
      throws IOException, InterruptedException {
    running.put(job.id(), folder);
    try {
      book.moved(job.id(), JobState.COMPUTING);
      driver.begin(folder);
      if (book.ending(job.id()).isPresent()) {
        driver.cancel(folder.link()); // it was cancelled before the driver knew it
      }
      end(job, files, folder, await(job, folder));
    } catch (IOException | RuntimeException e) {
      if (!(e instanceof CancellationException)) {
        failed(job.id(), e, progress(folder));
      }
      throw e;
    } finally {
      running.remove(job.id());
      decisions.ended(job.id(), folder.link());
      leases.forget(folder.link());
    }
  }

  private void failed(JobId job, Throwable cause, JobProgressNow progress) {
    try {
      book.end(job, JobEnding.Failed.of("this node failed: " + cause), progress, List.of());
    } catch (IOException e) {
      e.addSuppressed(cause);
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
    }
  }

  private TaskFolder folder(PreparedJob job, JobDirectory files, BlobStore values, ClaimLog claims)
      throws IOException {
    Manifest manifest = job.draft().manifest();
    GuestCalls calls =
        new GuestCalls(
            sandbox,
            job.draft().module(),
            job.draft().configuration(),
            manifest.limits(),
            job.draft().input(),
            values);
    TaskFolder.Authority authority =
        new TaskFolder.Authority(job.signed(), List.of(), Link.ofJob(job.id(), manifest));
    return new TaskFolder(
        LocalRun.task(job),
        authority,
        material(job, files),
        calls,
        values,
        claims,
        made -> decisions.made(job.id(), made));
  }

  private Material material(PreparedJob job, JobDirectory files) throws IOException {
    Manifest manifest = job.draft().manifest();
    Map<BlobRef, RangeSource> blobs = new HashMap<>();
    blobs.put(
        manifest.module(),
        new BytesSource(manifest.module(), Files.readAllBytes(files.module()), trees));
    List<byte[]> shared = job.draft().configuration().shared();
    for (int i = 0; i < shared.size(); i++) {
      BlobRef ref = manifest.shared().get(i);
      blobs.put(ref, new BytesSource(ref, shared.get(i), trees));
    }
    Optional<RangeSource> input =
        job.draft()
            .input()
            .map(file -> new WholeSource(job.draft().inputTree().orElseThrow(), file));
    return new Material(blobs, input);
  }

  private JobEnd await(PreparedJob job, TaskFolder folder)
      throws IOException, InterruptedException {
    try {
      while (true) {
        try {
          return folder.end().get(PROGRESS_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          book.progress(job.id(), progress(folder));
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException trouble) {
        throw trouble;
      }
      throw new IllegalStateException("the driver failed", e.getCause());
    }
  }

  private static JobProgressNow progress(TaskFolder folder) {
    long total = folder.task().node() instanceof PlanNode.Cells(var all) ? all.count() : 0;
    long done = folder.leavesDone();
    return new JobProgressNow(
        total == 0 ? done : Math.min(done, total), total, folder.fuelSpent(), OptionalLong.empty());
  }

  private void end(PreparedJob job, JobDirectory files, TaskFolder folder, JobEnd end)
      throws IOException {
    double seconds = decisions.ended(job.id(), folder.link());
    JobEnding ending =
        switch (end) {
          case JobEnd.Completed completed -> completed(job, files, folder, completed);
          case JobEnd.TaskFailed failed -> JobEnding.Failed.of(failed.words());
          case JobEnd.PlanRefused(String reason) -> JobEnding.Failed.of(reason);
          case JobEnd.NodeFailed(var call, var why) ->
              JobEnding.Failed.of(call.words() + ": " + why.detail());
          case JobEnd.TimedOut _ -> new JobEnding.TimedOut();
          case JobEnd.Cancelled _ -> new JobEnding.Cancelled();
          case JobEnd.Shed() -> new JobEnding.Failed(SHED);
        };
    List<TreeLine> tree =
        end instanceof JobEnd.Completed completed
            ? leases.finished(folder, completed, seconds)
            : leases.running(folder);
    book.end(job.id(), ending, progress(folder), tree);
  }

  private JobEnding completed(
      PreparedJob job, JobDirectory files, TaskFolder folder, JobEnd.Completed completed)
      throws IOException {
    book.moved(job.id(), JobState.VERIFYING);
    Answer answer = Answer.of(job, completed, folder);
    BlobRef output = BlobFile.write(files.output(), answer::writeOutput);
    BlobRef receipt = BlobFile.write(files.receipt(), out -> answer.writeReceipt(out, node));
    return new JobEnding.Completed(completed.value(), output, receipt);
  }

  @Override
  public void cancel(JobId job, String reason) {
    driver.cancel(job.digest());
  }

  @Override
  public Optional<JobId> shed(List<JobId> jobs) {
    List<Digest> links = jobs.stream().map(JobId::digest).toList();
    Optional<Digest> unbegun =
        driver
            .ask(delegator -> delegator.firstUnbegun(links))
            .exceptionally(_ -> Optional.empty()) // it has stopped
            .join();
    unbegun.ifPresent(link -> driver.tell(new Event.Shed(link)));
    return unbegun.map(JobId::new);
  }

  @Override
  public List<TreeLine> tree(JobId job) {
    TaskFolder folder = running.get(job);
    return folder == null ? List.of() : leases.running(folder);
  }

  @Override
  public List<DecisionLine> decisions(JobId job) {
    return decisions.elsewhere(job);
  }

  @Override
  public List<PeerSummary> peers() {
    return peers.summaries();
  }

  @Override
  public CapabilityReport capacity() {
    return peers.own();
  }

  /** Waits until the files of all jobs are closed; after the driver was stopped. */
  @Override
  public void close() {
    threads.close();
  }

  /** A decision in the words of the wire. */
  static DecisionLine line(Decision decision, double actualSeconds) {
    return new DecisionLine(
        decision.link(),
        decision.node(),
        decision.role(),
        decision.score().dataSize(),
        decision.score().operationWeight(),
        decision.score().availableCapacity(),
        decision.thresholdSeconds(),
        decision.predictedSeconds(),
        actualSeconds,
        decision.reason().words()
            + (decision.isSpeedMeasured() ? "" : "; the speed is a guess: no call is done yet"));
  }
}

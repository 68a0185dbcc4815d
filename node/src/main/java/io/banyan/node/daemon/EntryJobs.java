package io.banyan.node.daemon;

import io.banyan.compute.Sandbox;
import io.banyan.delegation.Decision;
import io.banyan.delegation.Event;
import io.banyan.delegation.JobEnd;
import io.banyan.delegation.JobProgress;
import io.banyan.delegation.Task;
import io.banyan.node.Answer;
import io.banyan.node.BlobStore;
import io.banyan.node.ClaimLog;
import io.banyan.node.Driver;
import io.banyan.node.Eta;
import io.banyan.node.GuestCalls;
import io.banyan.node.InputFile;
import io.banyan.node.JobBook;
import io.banyan.node.JobDriver;
import io.banyan.node.JobIntake;
import io.banyan.node.JobProgressNow;
import io.banyan.node.LocalRun;
import io.banyan.node.Material;
import io.banyan.node.PartialAnswer;
import io.banyan.node.PreparedJob;
import io.banyan.node.Recollection;
import io.banyan.node.Reported;
import io.banyan.node.TaskFolder;
import io.banyan.node.TaskLog;
import io.banyan.node.data.BytesSource;
import io.banyan.node.data.RangeSource;
import io.banyan.node.data.TreeCache;
import io.banyan.node.data.WholeSource;
import io.banyan.node.journal.JobDirectory;
import io.banyan.node.journal.JobEnding;
import io.banyan.node.journal.JournaledJob;
import io.banyan.schema.BlobRef;
import io.banyan.schema.CapabilityReport;
import io.banyan.schema.DecisionLine;
import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.JobState;
import io.banyan.schema.Limits;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.Manifest;
import io.banyan.schema.PeerSummary;
import io.banyan.schema.PlanNode;
import io.banyan.schema.TreeLine;
import io.banyan.schema.WireCodec;
import io.banyan.trust.Identity;
import io.banyan.trust.Link;
import java.io.IOException;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

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
  private final JobIntake intake;
  private final InstantSource clock;
  private final Memo memo;
  private final long valueBytesMax;
  private final Peers peers;
  private final Consumer<Boolean> accepts;
  private final Map<JobId, TaskFolder> running = new ConcurrentHashMap<>();
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("job").factory());

  /**
   * No jobs yet.
   *
   * @param valueBytesMax of one job's values in memory; the rest goes to a file
   * @param log takes what people may want to read, a line at a time
   */
  EntryJobs(
      Identity node,
      Driver driver,
      Sandbox sandbox,
      JobBook book,
      Decisions decisions,
      LeaseTree leases,
      TreeCache trees,
      InstantSource clock,
      long valueBytesMax,
      Peers peers,
      Consumer<Boolean> accepts,
      Consumer<String> log) {
    this.node = node;
    this.driver = driver;
    this.sandbox = sandbox;
    this.book = book;
    this.decisions = decisions;
    this.leases = leases;
    this.trees = trees;
    this.intake = new JobIntake(sandbox);
    this.clock = clock;
    this.valueBytesMax = valueBytesMax;
    this.peers = peers;
    this.accepts = accepts;
    this.memo = new Memo(Memo.BYTES_MAX, log);
  }

  @Override
  public void begin(PreparedJob job, JobDirectory folder) {
    long timeMillis = job.draft().manifest().budget().timeMillis();
    try {
      threads.execute(() -> run(job, folder, timeMillis));
    } catch (RejectedExecutionException e) {
      // This node is being closed: the job goes on when it starts again.
    }
  }

  /**
   * Goes on with a job that an earlier life of this node has accepted and not ended. Its time has
   * run on meanwhile.
   */
  void resume(JournaledJob job) {
    JobDirectory files = book.folder(job.id()).orElseThrow();
    threads.execute(
        () -> {
          try {
            PreparedJob prepared = intake.reopen(job.manifest(), files);
            long budgetMillis = prepared.draft().manifest().budget().timeMillis();
            long pastMillis = Math.max(0, clock.millis() - job.acceptedMillis());
            run(prepared, files, Math.max(1, budgetMillis - pastMillis));
          } catch (InterruptedException e) {
            // This node is being closed: the job goes on when it starts again.
          } catch (IOException | RuntimeException | OutOfMemoryError e) {
            failed(job.id(), e, JobProgressNow.NONE);
          }
        });
  }

  /** Knows what a job, which ended in an earlier life of this node, has left behind. */
  void remember(JournaledJob job) {
    Optional<JobDirectory> files = book.folder(job.id());
    try {
      if (files.isPresent() && Files.isDirectory(files.get().work())) {
        Manifest manifest = WireCodec.decodeManifest(job.manifest().payload());
        memo.keep(job.id(), manifest, job.manifest().signer(), files.get());
      }
    } catch (IOException | MalformedMessageException e) {
      // Then it is not remembered, and goes with its job.
    }
  }

  private void run(PreparedJob job, JobDirectory files, long timeMillis) {
    try (InputFile _ = job.draft().input().orElse(null)) {
      try (BlobStore values = BlobStore.kept(files.work(), valueBytesMax);
          ClaimLog claims = ClaimLog.kept(files.work().resolve("claims"));
          TaskFolder folder = folder(job, files, values, claims, timeMillis)) {
        run(job, files, folder);
      }
      if (book.ending(job.id()).isPresent()) {
        memo.keep(job.id(), job.draft().manifest(), job.signed().signer(), files);
        tidy();
      }
    } catch (CancellationException e) {
      // This node is being closed: the job goes on when it starts again.
    } catch (IOException | InterruptedException | RuntimeException | OutOfMemoryError e) {
      failed(job.id(), e, JobProgressNow.NONE); // unless it has ended
      leaveNothing(job.id(), files);
    }
  }

  /** Makes room for what comes; here, so that no user waits while old jobs are cleared away. */
  private void tidy() {
    try {
      book.tidy();
    } catch (IOException e) {
      // The next job that ends tries again.
    }
  }

  /** What a job that broke has left is of no use, and may be what the disk is full of. */
  private void leaveNothing(JobId job, JobDirectory files) {
    if (book.ending(job).isPresent()) {
      try {
        files.deleteWork();
      } catch (IOException e) {
        // Then it goes with its job.
      }
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

  private TaskFolder folder(
      PreparedJob job, JobDirectory files, BlobStore values, ClaimLog claims, long timeMillis)
      throws IOException {
    Recollection recollection = Recollection.of(claims, values);
    Manifest manifest = job.draft().manifest();
    PlanNode root = LocalRun.task(job).node();
    memo.recall(manifest, job.signed().signer(), root, recollection, claims, values);
    GuestCalls calls =
        new GuestCalls(
            sandbox,
            job.draft().module(),
            job.draft().configuration(),
            manifest.limits(),
            job.draft().input(),
            values);
    Task task = LocalRun.task(job).within(timeMillis).knowing(recollection.known());
    if (!task.known().isNothing()) {
      book.decided(job.id(), remembered(task));
    }
    TaskFolder.Authority authority =
        new TaskFolder.Authority(job.signed(), List.of(), Link.ofJob(job.id(), manifest));
    return new TaskFolder(
        task,
        authority,
        material(job, files),
        calls,
        values,
        claims,
        recollection,
        made -> decisions.made(job.id(), made));
  }

  /** Why less of a task is worked on than there is. */
  private static DecisionLine remembered(Task task) {
    long leaves =
        task.known().all().values().stream().mapToLong(what -> what.evidence().leaves()).sum();
    return new DecisionLine(
        task.link(),
        task.node(),
        DecisionLine.Role.WORKER,
        0,
        0,
        0,
        0,
        0,
        0,
        leaves + (leaves == 1 ? " leaf is" : " leaves are") + " remembered and not done again");
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
    Optional<Eta> eta = Optional.empty(); // until the driver knows what is done already
    try {
      while (true) {
        try {
          return folder.end().get(PROGRESS_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          OptionalDouble share = share(folder);
          if (eta.isEmpty() && share.isPresent()) {
            eta = Optional.of(new Eta(share.getAsDouble(), System.nanoTime()));
          }
          book.progress(job.id(), progress(folder, eta, share.orElse(0)));
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException trouble) {
        throw trouble;
      }
      throw new IllegalStateException("the driver failed", e.getCause());
    }
  }

  /** What is done for good: what children say of what is under way is not counted. */
  private static JobProgressNow progress(TaskFolder folder) {
    return progress(
        folder, new Reported.Sum(folder.leavesDone(), folder.fuelSpent()), OptionalLong.empty());
  }

  private static JobProgressNow progress(
      TaskFolder folder, Reported.Sum sum, OptionalLong remainingMillis) {
    long total = folder.task().node() instanceof PlanNode.Cells(var all) ? all.count() : 0;
    long most = total == 0 ? Limits.CELLS_MAX : total;
    return new JobProgressNow(Math.min(sum.leaves(), most), total, sum.fuel(), remainingMillis);
  }

  private static JobProgressNow progress(TaskFolder folder, Optional<Eta> eta, double share) {
    OptionalLong remaining =
        eta.map(known -> known.remainingMillis(share, System.nanoTime()))
            .orElse(OptionalLong.empty());
    return progress(folder, folder.progress(), remaining);
  }

  /**
   * How much of a task is done, 0 to 1: by leaves, and what guests say of those that run; or by
   * bytes under the rule {@code module}, since nobody knows how many leaves there will be; nothing
   * before it has begun.
   */
  private OptionalDouble share(TaskFolder folder) {
    Optional<JobProgress> begun =
        driver
            .ask(delegator -> delegator.progress(folder.link()))
            .exceptionally(_ -> Optional.empty()) // it has stopped
            .join();
    if (begun.isEmpty()) {
      return OptionalDouble.empty();
    }
    JobProgressNow now = progress(folder, folder.progress(), OptionalLong.empty());
    if (now.leavesTotal() > 0) {
      double done = now.leavesDone() + folder.leavesUnderWay();
      return OptionalDouble.of(Math.min(1, done / now.leavesTotal()));
    }
    long total = begun.get().total();
    return OptionalDouble.of(total > 0 ? (double) begun.get().done() / total : 0);
  }

  private void end(PreparedJob job, JobDirectory files, TaskFolder folder, JobEnd end)
      throws IOException {
    double seconds = decisions.ended(job.id(), folder.link());
    JobEnding ending =
        switch (end) {
          case JobEnd.Completed completed -> completed(job, files, folder, completed);
          case JobEnd.Partial partial -> partial(job, files, folder, partial);
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
    keepLogs(files, folder);
    book.end(job.id(), ending, lastProgress(folder, end), tree);
  }

  /** Of a partial answer those leaves count that it holds, and not what was run beside them. */
  private static JobProgressNow lastProgress(TaskFolder folder, JobEnd end) {
    return end instanceof JobEnd.Partial partial
        ? progress(
            folder, new Reported.Sum(partial.leaves(), folder.fuelSpent()), OptionalLong.empty())
        : progress(folder);
  }

  /** What a full disk does not take is no reason to fail a job. */
  private void keepLogs(JobDirectory files, TaskFolder folder) {
    TaskLog.Kept kept = folder.log().kept(node.publicKey().peerId());
    if (kept.equals(TaskLog.Kept.NOTHING)) {
      return; // a file would cost the answer its time, and say nothing
    }
    try {
      kept.write(files.logs());
    } catch (IOException e) {
      // Who asks is told that nothing is kept.
    }
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

  private static JobEnding partial(
      PreparedJob job, JobDirectory files, TaskFolder folder, JobEnd.Partial end)
      throws IOException {
    PartialAnswer answer = new PartialAnswer(end, folder);
    BlobRef bytes = BlobFile.write(files.output(), answer::writeBytes);
    BlobFile.write(files.pieces(), out -> answer.writePieces(job.id(), bytes, out));
    return new JobEnding.Partial(bytes, JobEnding.Failed.of(end.cause()).cause());
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
  public TaskLog.Kept logs(JobId job) {
    TaskFolder folder = running.get(job);
    return folder == null ? TaskLog.Kept.NOTHING : folder.log().kept(node.publicKey().peerId());
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
  public void accept(boolean accepting) {
    accepts.accept(accepting);
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
        switch (decision.role()) {
          case MANAGER -> decision.predictedSeconds();
          case WORKER -> decision.aloneSeconds();
        },
        actualSeconds,
        decision.reason().words()
            + (decision.isSpeedMeasured() ? "" : "; the speed is a guess: no call is done yet"));
  }
}

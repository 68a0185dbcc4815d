package io.banyan.node;

import io.banyan.delegation.Delegator;
import io.banyan.delegation.JobEnd;
import io.banyan.node.journal.JobDirectory;
import io.banyan.node.journal.JobEnding;
import io.banyan.schema.BlobRef;
import io.banyan.schema.CallLimits;
import io.banyan.schema.CapabilityReport;
import io.banyan.schema.DecisionLine;
import io.banyan.schema.JobId;
import io.banyan.schema.JobState;
import io.banyan.schema.Limits;
import io.banyan.schema.PeerSummary;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Profile;
import io.banyan.schema.TreeLine;
import io.banyan.trust.Identity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;

/**
 * Runs jobs on this machine alone, as {@code banyan run} does, at once or when a test says so.
 *
 * <p>Safe for any thread.
 */
public final class TestingDriver implements JobDriver, AutoCloseable {
  /** What a job that began is told with. */
  public record Begun(PreparedJob job, JobDirectory folder) {}

  public final BlockingQueue<Begun> begun = new LinkedBlockingQueue<>();
  public final BlockingQueue<JobId> cancelled = new LinkedBlockingQueue<>();
  public final Set<JobId> unbegun = ConcurrentHashMap.newKeySet();
  public volatile boolean holding;
  public volatile boolean accepting = true;
  public volatile List<PeerSummary> peers = List.of();
  public volatile CallLimits limits =
      new CallLimits(
          CallLimits.FUEL_MAX,
          512L << 20,
          CallLimits.DEPTH_BYTES_MAX,
          64L << 20,
          TestingRun.PATIENT_MILLIS);
  public volatile long inputBytesMax = 1L << 30;
  public volatile int leavesMax = 10_000;

  /** What becomes of an output before it is handed out: a lie keeps its length. */
  public volatile UnaryOperator<byte[]> lie = bytes -> bytes;

  private final Map<JobId, List<TreeLine>> trees = new ConcurrentHashMap<>();
  private final Queue<Thread> runs = new ConcurrentLinkedQueue<>();
  private final Identity node;
  private final Path scratch;
  private volatile Optional<JobBook> book = Optional.empty();

  TestingDriver(Identity node, Path scratch) {
    this.node = node;
    this.scratch = scratch;
  }

  void tell(JobBook told) {
    book = Optional.of(told);
  }

  public JobBook book() {
    return book.orElseThrow();
  }

  public void tree(JobId job, List<TreeLine> lines) {
    trees.put(job, lines);
  }

  @Override
  public void begin(PreparedJob job, JobDirectory folder) {
    Begun now = new Begun(job, folder);
    begun.add(now);
    if (!holding) {
      runs.add(Thread.ofVirtual().start(() -> complete(now)));
    }
  }

  /** Waits for the runs that began by themselves: they write into a test's folder. */
  @Override
  public void close() {
    try {
      for (Thread run : runs) {
        run.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a job ran on", e);
    }
  }

  /** Runs a job to its end. */
  public void complete(Begun begun) {
    try {
      Path folder = Files.createTempDirectory(scratch, "run");
      try (BlobStore store = new BlobStore(folder, 1 << 20);
          ClaimLog claims = new ClaimLog(folder)) {
        complete(begun, store, claims);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException | CommandException e) {
      throw new IllegalStateException(e);
    }
  }

  private void complete(Begun begun, BlobStore store, ClaimLog claims)
      throws IOException, InterruptedException, CommandException {
    PreparedJob job = begun.job;
    book().moved(job.id(), JobState.COMPUTING);
    LocalRun.Report report =
        LocalRun.run(job, TestingRun.SANDBOX, Delegator.Settings.of(2), store, claims, _ -> {});
    if (job.draft().input().isPresent()) {
      job.draft().input().get().close();
    }
    if (!(report.end() instanceof JobEnd.Completed completed)) {
      String cause =
          report.end() instanceof JobEnd.TaskFailed failed
              ? failed.words()
              : report.end().toString();
      book().end(job.id(), JobEnding.Failed.of(cause), JobProgressNow.NONE, List.of());
      return;
    }
    Answer answer = Answer.of(job, completed, report.folder());
    WholeFile.write("output", begun.folder.output(), answer::writeOutput);
    Files.write(begun.folder.output(), lie.apply(Files.readAllBytes(begun.folder.output())));
    WholeFile.write("receipt", begun.folder.receipt(), out -> answer.writeReceipt(out, node));
    tree(
        job.id(),
        List.of(
            new TreeLine(
                completedNode(job),
                node.publicKey().peerId(),
                Optional.empty(),
                0,
                TreeLine.State.FINISHED,
                answer.leaves(),
                answer.leaves(),
                0.25)));
    book().decided(job.id(), decision(job));
    book()
        .end(
            job.id(),
            new JobEnding.Completed(
                completed.value(),
                BlobRef.of(Files.readAllBytes(begun.folder.output())),
                BlobRef.of(Files.readAllBytes(begun.folder.receipt()))),
            new JobProgressNow(answer.leaves(), answer.leaves(), 0, OptionalLong.empty()),
            tree(job.id()));
  }

  private static PlanNode completedNode(PreparedJob job) {
    return Plan.of(job.draft().manifest()).root(job.draft().cuts());
  }

  public static DecisionLine decision(PreparedJob job) {
    return new DecisionLine(
        job.id().digest(),
        completedNode(job),
        DecisionLine.Role.WORKER,
        1000,
        2,
        4000,
        0.75,
        0,
        0.25,
        "no peers to lend to");
  }

  @Override
  public void cancel(JobId job, String reason) {
    cancelled.add(job);
  }

  /** Sheds what it was told to {@link #unbegun}. */
  @Override
  public Optional<JobId> shed(List<JobId> jobs) {
    Optional<JobId> shed = jobs.stream().filter(unbegun::contains).findFirst();
    if (shed.isPresent()) {
      try {
        book().end(shed.get(), new JobEnding.Failed("shed"), JobProgressNow.NONE, List.of());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return shed;
  }

  @Override
  public List<TreeLine> tree(JobId job) {
    return trees.getOrDefault(job, List.of());
  }

  @Override
  public List<DecisionLine> decisions(JobId job) {
    return List.of(); // it works for nobody else
  }

  @Override
  public List<PeerSummary> peers() {
    return peers;
  }

  @Override
  public CapabilityReport capacity() {
    return new CapabilityReport(
        "banyan/test",
        1,
        List.of(Profile.ONE),
        2,
        holding ? 0 : 2,
        0,
        512L << 20,
        0,
        List.of(),
        new CapabilityReport.JobLimits(
            limits, inputBytesMax, Math.min(leavesMax, Limits.CELLS_MAX)),
        accepting);
  }
}

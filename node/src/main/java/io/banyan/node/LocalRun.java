package io.banyan.node;

import io.banyan.compute.Sandbox;
import io.banyan.delegation.Decision;
import io.banyan.delegation.Delegator;
import io.banyan.delegation.JobEnd;
import io.banyan.delegation.JobProgress;
import io.banyan.delegation.Task;
import io.banyan.schema.Cuts;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Manifest;
import io.banyan.schema.Plan;
import io.banyan.trust.Link;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One job in this process alone: a {@link Driver} that hears of no peer. */
public final class LocalRun {
  private static final long PROGRESS_MILLIS = 200; // often enough for a line that moves

  private LocalRun() {}

  /**
   * How a run went.
   *
   * @param folder what it worked on; its store and log are the caller's
   * @param decision why it ran here; none if it ended before there was anything to decide on
   * @param wallNanos from submission to the end
   * @param guestNanos that all workers together spent in guests
   */
  public record Report(
      TaskFolder folder,
      JobEnd end,
      Optional<Decision> decision,
      long wallNanos,
      long guestNanos,
      int workers) {
    /** The share of the workers' time that was not spent in guests. */
    public double outsideShare() {
      return Math.max(0, 1 - (double) guestNanos / ((double) wallNanos * workers));
    }
  }

  /**
   * Runs {@code job} to its end.
   *
   * @param store takes its values; the answer is in it when the job has completed
   * @param claims takes its steps
   * @param progress is told, a few times a second, how far it has come
   */
  public static Report run(
      PreparedJob job,
      Sandbox sandbox,
      Delegator.Settings settings,
      BlobStore store,
      ClaimLog claims,
      Consumer<JobProgress> progress)
      throws IOException, InterruptedException {
    JobDraft draft = job.draft();
    GuestCalls calls =
        new GuestCalls(
            sandbox,
            draft.module(),
            draft.configuration(),
            draft.manifest().limits(),
            draft.input(),
            store);
    AtomicReference<@Nullable Decision> decision = new AtomicReference<>();
    TaskFolder folder =
        new TaskFolder(
            task(job),
            new TaskFolder.Authority(
                job.signed(), List.of(), Link.ofJob(job.id(), draft.manifest())),
            Material.NONE, // nobody is there to ask for it
            calls,
            store,
            claims,
            decision::set);
    long begin = System.nanoTime();
    Driver driver = Driver.alone(settings);
    try {
      driver.begin(folder);
      JobEnd end = await(driver, folder, progress);
      return new Report(
          folder,
          end,
          Optional.ofNullable(decision.get()),
          System.nanoTime() - begin,
          folder.guestNanos(),
          settings.workers());
    } finally {
      driver.stop();
    }
  }

  private static JobEnd await(Driver driver, TaskFolder folder, Consumer<JobProgress> progress)
      throws IOException, InterruptedException {
    try {
      while (true) {
        try {
          return folder.end().get(PROGRESS_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          driver.ask(delegator -> delegator.progress(folder.link())).get().ifPresent(progress);
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException trouble) {
        throw trouble;
      }
      throw new IllegalStateException("the driver failed", e.getCause());
    }
  }

  /** The whole of {@code job}, at its entry node. */
  public static Task task(PreparedJob job) {
    Manifest manifest = job.draft().manifest();
    Optional<Cuts> cuts = job.draft().cuts();
    return new Task(
        job.id().digest(),
        job.id(),
        manifest,
        job.signed().signer(),
        Plan.of(manifest).root(cuts),
        cuts.<Task.Ground>map(Task.Ground.Cells::new)
            .orElse(new Task.Ground.Part(manifest.input(), Long.MAX_VALUE)),
        job.draft().module().exports(GuestFunction.MERGE),
        manifest.budget(),
        manifest.retries() + 1,
        List.of());
  }
}

package io.banyan.node;

import io.banyan.compute.Sandbox;
import io.banyan.delegation.Command;
import io.banyan.delegation.Decision;
import io.banyan.delegation.Delegator;
import io.banyan.delegation.Event;
import io.banyan.delegation.JobEnd;
import io.banyan.delegation.JobProgress;
import io.banyan.delegation.Task;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Cuts;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Manifest;
import io.banyan.schema.Plan;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One job in this process alone: drives a {@link Delegator} that has no peers. The thread that
 * calls {@link #run} is the driver; the workers only make calls and post what came of them.
 */
public final class LocalRun {
  private static final long PROGRESS_NANOS = 200_000_000L; // often enough for a line that moves

  private final PreparedJob job;
  private final BlobStore store;
  private final ClaimLog claims;
  private final Delegator delegator;
  private final Workers workers;
  private final GuestCalls calls;
  private final int workerCount;
  private final BlockingQueue<Event> events;

  private Optional<Decision> decision = Optional.empty();
  private Optional<JobEnd> end = Optional.empty();

  /**
   * How a run went.
   *
   * @param decision why it ran here; none if it ended before there was anything to decide on
   * @param wallNanos from submission to the end
   * @param guestNanos that all workers together spent in guests
   */
  public record Report(
      JobEnd end, Optional<Decision> decision, long wallNanos, long guestNanos, int workers) {
    /** The share of the workers' time that was not spent in guests. */
    public double outsideShare() {
      return Math.max(0, 1 - (double) guestNanos / ((double) wallNanos * workers));
    }
  }

  private LocalRun(
      PreparedJob job,
      Sandbox sandbox,
      Delegator.Settings settings,
      BlobStore store,
      ClaimLog claims) {
    this.job = job;
    this.store = store;
    this.claims = claims;
    this.delegator = new Delegator(settings);
    this.workerCount = settings.workers();
    // Every call that is out posts one event, and no more.
    this.events = new ArrayBlockingQueue<>(2 * workerCount + 1);
    this.workers = new Workers(workerCount, this::post);
    JobDraft draft = job.draft();
    this.calls =
        new GuestCalls(
            sandbox,
            draft.module(),
            draft.configuration(),
            draft.manifest().limits(),
            draft.input(),
            store);
  }

  private void post(Event event) {
    try {
      events.put(event);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the worker is told to end
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
    LocalRun run = new LocalRun(job, sandbox, settings, store, claims);
    long begin = System.nanoTime();
    try {
      return run.drive(begin, progress);
    } finally {
      run.workers.stop();
    }
  }

  private Report drive(long begin, Consumer<JobProgress> progress)
      throws IOException, InterruptedException {
    JobDraft draft = job.draft();
    boolean merges = draft.module().exports(GuestFunction.MERGE);
    handle(new Event.Begun(task(draft, merges)));
    long toldNanos = begin;
    while (end.isEmpty()) {
      long wait = Math.min(PROGRESS_NANOS, delegator.wakeNanos() - System.nanoTime());
      Event event = events.poll(Math.max(0, wait), TimeUnit.NANOSECONDS);
      handle(event == null ? new Event.Woken() : event);
      if (System.nanoTime() - toldNanos >= PROGRESS_NANOS) {
        delegator.progress(job.id().digest()).ifPresent(progress);
        toldNanos = System.nanoTime();
      }
    }
    return new Report(
        end.get(), decision, System.nanoTime() - begin, calls.guestNanos(), workerCount);
  }

  private Task task(JobDraft draft, boolean merges) {
    Manifest manifest = draft.manifest();
    Optional<Cuts> cuts = draft.cuts();
    return new Task(
        job.id().digest(),
        job.id(),
        manifest,
        Plan.of(manifest).root(cuts.map(Cuts::count).orElse(0)),
        cuts.<Task.Ground>map(Task.Ground.Cells::new)
            .orElse(new Task.Ground.Part(manifest.input(), Long.MAX_VALUE)),
        merges,
        manifest.budget(),
        manifest.retries() + 1,
        List.of());
  }

  private void handle(Event event) throws IOException {
    for (Command command : delegator.handle(event, System.nanoTime())) {
      perform(command);
    }
  }

  private void perform(Command command) throws IOException {
    switch (command) {
      case Command.Execute(long call, var planned) ->
          workers.execute(call, () -> calls.make(planned));
      case Command.Interrupt(long call) -> workers.interrupt(call);
      case Command.Record record -> claims.append(record);
      case Command.Release(var _, var blobs) -> {
        for (BlobRef blob : blobs) {
          store.release(blob);
        }
      }
      case Command.Explain(Decision made) -> decision = Optional.of(made);
      case Command.Finish(var _, JobEnd how) -> end = Optional.of(how);
      case Command.Lend _, Command.Revoke _, Command.Adopt _, Command.Forget _ ->
          throw new IllegalStateException("a run without peers was told to " + command);
    }
  }
}

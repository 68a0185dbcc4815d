package io.banyan.delegation;

import io.banyan.schema.DecisionLine;
import io.banyan.schema.Digest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides what this node does: which calls it makes, and when a job is over. It is told events and
 * answers with commands; it never blocks, and never throws for somebody else's fault.
 *
 * <p>Of a job's budget it holds time and leaves; the limits of a call are the sandbox's. Fuel is
 * not metered yet, and where nothing is lent no byte moves and no hop is made. Jobs are served in
 * the order of their submission, whatever their priority.
 *
 * <p>Confined to the driver thread.
 */
public final class Delegator {
  /**
   * Calls that are given out at a time, for each worker: one that runs and one that waits at the
   * worker's door, so that no worker is idle while the driver thinks.
   */
  static final int CALLS_PER_WORKER = 2;

  private final Settings settings;
  private final Map<Digest, Job> jobs = new LinkedHashMap<>(); // in order of submission
  private final Map<Long, Active> active = new HashMap<>();
  private long nextCall;

  /**
   * What a node brings along.
   *
   * @param workers threads that run calls, 1 or more
   * @param thresholdSeconds of the ComplexityScore, 0 or more
   */
  public record Settings(int workers, double thresholdSeconds, Placement placement) {
    /** Half a second: what a user does not notice is not worth a network. */
    public static final double THRESHOLD_SECONDS = 0.5;

    /** So many workers, and the default threshold. */
    public static Settings of(int workers) {
      return new Settings(workers, THRESHOLD_SECONDS, Placement.FASTEST_FINISH);
    }

    public Settings {
      if (workers < 1) {
        throw new IllegalArgumentException(workers + " workers, must be 1 or more");
      }
      if (!(thresholdSeconds >= 0)) {
        throw new IllegalArgumentException("threshold is " + thresholdSeconds + " s");
      }
    }

    /** Nanoseconds of work that all workers do in a second: the capacity without fuel. */
    double capacity() {
      return 1e9 * workers;
    }
  }

  private static final class Job {
    final Task task;
    final JobWalk walk;
    final long deadlineNanos;
    final WeightWindow window = new WeightWindow();

    Job(Task begun, long nowNanos) {
      task = begun;
      walk = new JobWalk(begun);
      deadlineNanos = nowNanos + begun.grant().timeMillis() * 1_000_000;
    }
  }

  private record Active(Digest job, JobWalk.Ticket ticket) {}

  public Delegator(Settings settings) {
    this.settings = settings;
  }

  /**
   * Takes in an event and says what is to be done about it, in order.
   *
   * @param nowNanos of a clock that never goes back
   */
  public List<Command> handle(Event event, long nowNanos) {
    List<Command> commands = new ArrayList<>();
    switch (event) {
      case Event.Begun(Task task) -> begun(task, nowNanos, commands);
      case Event.Executed(long call, CallReport report) -> executed(call, report, commands);
      case Event.Cancelled(Digest job) -> finish(job, new JobEnd.Cancelled(), commands);
      case Event.Woken() -> {} // time is looked at below, whatever the event
      case Event.PeerJoined _,
          Event.PeerHeard _,
          Event.PeerLeft _,
          Event.LeaseAccepted _,
          Event.LeaseRefused _,
          Event.Delivered _,
          Event.LeaseFailed _ -> {} // nothing is lent
    }
    expire(nowNanos, commands);
    giveOut(commands);
    return commands;
  }

  /** When {@link Event.Woken} is due; Long.MAX_VALUE when never. */
  public long wakeNanos() {
    return jobs.values().stream().mapToLong(job -> job.deadlineNanos).min().orElse(Long.MAX_VALUE);
  }

  /** How far a job has come; nothing once it is over. */
  public Optional<JobProgress> progress(Digest id) {
    return Optional.ofNullable(jobs.get(id)).map(job -> job.walk.progress());
  }

  private void begun(Task task, long nowNanos, List<Command> commands) {
    if (jobs.containsKey(task.link())) {
      return; // beginning twice is harmless
    }
    Job job = new Job(task, nowNanos);
    jobs.put(task.link(), job);
    double estimate = task.manifest().operationWeight();
    if (estimate > 0) {
      explain(task.link(), job, estimate, Decision.WeightSource.ESTIMATE, commands);
    }
    finishIfEnded(task.link(), job, commands);
  }

  private void executed(long call, CallReport report, List<Command> commands) {
    Active done = active.remove(call);
    if (done == null) {
      return; // its job is over; it was interrupted, and this is its echo
    }
    Job job = jobs.get(done.job);
    if (job == null) {
      throw new IllegalStateException("call " + call + " outlived its job " + done.job);
    }
    switch (report) {
      case CallReport.Returned returned -> {
        explainByLeaf(done, job, returned.nanos(), commands);
        job.walk.returned(done.ticket, returned, commands);
        finishIfEnded(done.job, job, commands);
      }
      case CallReport.Ended ended -> {
        job.walk.ended(done.ticket, ended.input(), ended.outcome(), ended.fuel());
        finishIfEnded(done.job, job, commands);
      }
      case CallReport.NoResult noResult ->
          finish(done.job, new JobEnd.NodeFailed(done.ticket.call(), noResult), commands);
    }
  }

  /** What leaves that finish have cost tells what the rest will cost. */
  private void explainByLeaf(Active done, Job job, long nanos, List<Command> commands) {
    long units = JobWalk.leafUnits(done.ticket);
    if (units == 0) {
      return;
    }
    job.window.add(units, nanos);
    if (job.window.isFull()) {
      double weight = job.window.weightThenNext();
      explain(done.job, job, weight, Decision.WeightSource.FINISHED_LEAVES, commands);
    }
  }

  private void explain(
      Digest id, Job job, double weight, Decision.WeightSource source, List<Command> commands) {
    ComplexityScore score = new ComplexityScore(job.walk.total(), weight, settings.capacity());
    Decision.Reason reason =
        score.seconds() > settings.thresholdSeconds
            ? Decision.Reason.NO_PEERS
            : Decision.Reason.BELOW_THRESHOLD;
    commands.add(
        new Command.Explain(
            new Decision(
                id,
                job.walk.root(),
                score,
                source,
                settings.thresholdSeconds,
                DecisionLine.Role.WORKER,
                reason,
                score.seconds(),
                0,
                0)));
  }

  private void expire(long nowNanos, List<Command> commands) {
    for (Map.Entry<Digest, Job> entry : List.copyOf(jobs.entrySet())) {
      if (entry.getValue().deadlineNanos - nowNanos <= 0) {
        long timeMillis = entry.getValue().task.grant().timeMillis();
        finish(entry.getKey(), new JobEnd.TimedOut(timeMillis), commands);
      }
    }
  }

  private void giveOut(List<Command> commands) {
    for (Map.Entry<Digest, Job> entry : List.copyOf(jobs.entrySet())) {
      Job job = entry.getValue();
      while (active.size() < settings.workers * CALLS_PER_WORKER) {
        Optional<JobWalk.Ticket> ticket = job.walk.next();
        if (ticket.isEmpty()) {
          break;
        }
        long call = nextCall++;
        active.put(call, new Active(entry.getKey(), ticket.get()));
        commands.add(new Command.Execute(call, ticket.get().call()));
      }
      finishIfEnded(entry.getKey(), job, commands);
    }
  }

  private void finishIfEnded(Digest id, Job job, List<Command> commands) {
    job.walk.end().ifPresent(end -> finish(id, end, commands));
  }

  private void finish(Digest id, JobEnd end, List<Command> commands) {
    if (jobs.remove(id) == null) {
      return; // it is over already; the first end counts
    }
    List<Long> calls =
        active.entrySet().stream()
            .filter(entry -> entry.getValue().job.equals(id))
            .map(Map.Entry::getKey)
            .sorted()
            .toList();
    for (long call : calls) {
      active.remove(call);
      commands.add(new Command.Interrupt(call));
    }
    commands.add(new Command.Finish(id, end));
  }
}

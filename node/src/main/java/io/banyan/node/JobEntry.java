package io.banyan.node;

import io.banyan.node.journal.JobDirectory;
import io.banyan.node.journal.JobEnding;
import io.banyan.node.journal.JournaledJob;
import io.banyan.schema.DecisionLine;
import io.banyan.schema.JobEvent;
import io.banyan.schema.JobId;
import io.banyan.schema.JobState;
import io.banyan.schema.JobStatus;
import io.banyan.schema.JobSummary;
import io.banyan.schema.Manifest;
import io.banyan.schema.Priority;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Signed;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One job of a {@link JobBook}: where it is, and what happened to it lately.
 *
 * <p>Guarded by the book's lock.
 */
final class JobEntry {
  /** What a watcher may be behind: at 200 bytes each a fifth of a MiB for every job. */
  static final int EVENTS_MAX = 1024;

  /** A decision a weight window for hours; beyond that the first and the last count. */
  static final int DECISIONS_MAX = 4096;

  private final JobId id;
  private final long number;
  private final PublicKey submitter;
  private final Priority priority;
  private final long createdMillis;
  private final Signed accepted;
  private final JobDirectory folder;
  private final Deque<JobEvent> events = new ArrayDeque<>();
  private final List<DecisionLine> decisions = new ArrayList<>();
  private long nextSequence;
  private JobState state = JobState.PENDING;
  private JobProgressNow progress = JobProgressNow.NONE;
  private long startedMillis;
  private long updatedMillis;
  private Optional<JobEnding> ending = Optional.empty();

  /** {@code number} is larger than that of every job that was accepted before. */
  JobEntry(long number, JournaledJob job, Manifest manifest, JobDirectory folder) {
    this.number = number;
    this.id = job.id();
    this.submitter = job.manifest().signer();
    this.priority = manifest.routing().priority();
    this.createdMillis = manifest.createdMillis();
    this.accepted = job.accepted();
    this.folder = folder;
    this.updatedMillis = job.acceptedMillis();
  }

  JobId id() {
    return id;
  }

  long number() {
    return number;
  }

  PublicKey submitter() {
    return submitter;
  }

  Priority priority() {
    return priority;
  }

  Signed accepted() {
    return accepted;
  }

  JobDirectory folder() {
    return folder;
  }

  Optional<JobEnding> ending() {
    return ending;
  }

  boolean isFinal() {
    return ending.isPresent();
  }

  long updatedMillis() {
    return updatedMillis;
  }

  long startedMillis() {
    return startedMillis;
  }

  JobProgressNow progress() {
    return progress;
  }

  /** How long it will go on, as far as is known. */
  OptionalLong remainingMillis(long nowMillis) {
    if (progress.remainingMillis().isPresent() || startedMillis == 0) {
      return progress.remainingMillis();
    }
    return RetryAfter.remaining(
        nowMillis - startedMillis, progress.leavesDone(), progress.leavesTotal());
  }

  void progress(JobProgressNow now, long nowMillis) {
    progress = now;
    updatedMillis = nowMillis;
  }

  void moved(JobState to, long nowMillis) {
    state = to;
    updatedMillis = nowMillis;
    if (to == JobState.COMPUTING && startedMillis == 0) {
      startedMillis = nowMillis;
    }
    happened(new JobEvent.Moved(status()), nowMillis);
  }

  void end(JournaledJob.End end) {
    ending = Optional.of(end.ending());
    startedMillis = end.startedMillis();
    progress =
        new JobProgressNow(end.leavesDone(), end.leavesTotal(), end.fuel(), OptionalLong.empty());
    moved(end.ending().state(), end.finishedMillis());
  }

  void happened(JobEvent.What what, long nowMillis) {
    if (events.size() == EVENTS_MAX) {
      events.removeFirst();
    }
    events.addLast(new JobEvent(id, nextSequence, nowMillis, what));
    nextSequence++;
  }

  /** Keeps the first half of what there may be, and of the rest the latest. */
  void decided(DecisionLine line, long nowMillis) {
    if (decisions.size() == DECISIONS_MAX) {
      decisions.remove(DECISIONS_MAX / 2);
    }
    decisions.add(line);
    happened(new JobEvent.Decided(line), nowMillis);
  }

  List<DecisionLine> decisions() {
    return List.copyOf(decisions);
  }

  /** They lie in the job's folder now. */
  void dropDecisions() {
    decisions.clear();
  }

  /** The events from {@code sequence} on that are still kept, {@code max} of them at most. */
  List<JobEvent> eventsFrom(long sequence, int max) {
    return events.stream().filter(event -> event.sequence() >= sequence).limit(max).toList();
  }

  JobStatus status() {
    return new JobStatus(
        id,
        state,
        progress.leavesDone(),
        progress.leavesTotal(),
        progress.fuel(),
        startedMillis,
        updatedMillis,
        progress.remainingMillis(),
        ending.flatMap(JobEntry::cause),
        JobBook.VERIFICATION);
  }

  private static Optional<String> cause(JobEnding ending) {
    return switch (ending) {
      case JobEnding.Completed _ -> Optional.empty();
      case JobEnding.Failed(String cause) -> Optional.of(cause);
      case JobEnding.Cancelled() -> Optional.of("it was cancelled");
      case JobEnding.TimedOut() -> Optional.of("its time was over");
    };
  }

  JobSummary summary() {
    return new JobSummary(
        id,
        submitter,
        state,
        progress.leavesDone(),
        progress.leavesTotal(),
        createdMillis,
        updatedMillis);
  }
}

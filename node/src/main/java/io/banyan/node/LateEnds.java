package io.banyan.node;

import io.banyan.node.journal.Journal;
import io.banyan.node.journal.JournaledJob;
import io.banyan.node.journal.SpareEnds;
import io.banyan.schema.JobId;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Ends that the journal does not take, because the disk is full: they are kept in {@link
 * SpareEnds}, so that the next life of this node knows them too, and are written as soon as the
 * journal takes them. There are no more than jobs that may be under way.
 *
 * <p>Safe for any thread. What touches the disk is guarded by the lock {@code disk}.
 */
final class LateEnds implements AutoCloseable {
  /** Often enough for whoever made room and looks whether it helped. */
  static final Duration RETRY = Duration.ofSeconds(5);

  private final Journal journal;
  private final SpareEnds spare;
  private final Duration retry;
  private final Consumer<String> log;
  private final ReentrantLock disk = new ReentrantLock(); // before lock
  private final ReentrantLock lock = new ReentrantLock(); // guards what follows
  private final Condition changed = lock.newCondition();
  private final Map<JobId, JournaledJob.End> late = new LinkedHashMap<>(); // the oldest first
  private boolean retrying;
  private boolean closed;

  LateEnds(Journal journal, SpareEnds spare, Duration retry, Consumer<String> log) {
    this.journal = journal;
    this.spare = spare;
    this.retry = retry;
    this.log = log;
  }

  /** Writes the end of a job, now or later. */
  void write(JobId job, JournaledJob.End end) {
    disk.lock();
    try {
      writeLate();
      if (!written(job, end)) {
        keep(job, end);
      }
    } finally {
      disk.unlock();
    }
  }

  private boolean written(JobId job, JournaledJob.End end) {
    try {
      journal.end(job, end);
      return true;
    } catch (IOException e) {
      log.accept("the end of job " + job + " is not journaled yet: " + e.getMessage());
      return false;
    }
  }

  private void keep(JobId job, JournaledJob.End end) {
    try {
      spare.put(job, end);
    } catch (IOException e) {
      log.accept(
          "the end of job "
              + job
              + " ("
              + end.ending().state()
              + ") is on no disk: should this node stop now, the job goes on when it starts again: "
              + e.getMessage());
    }
    lock.lock();
    try {
      late.put(job, end);
      if (!retrying && !closed) {
        retrying = true;
        Thread.ofVirtual().name("late-ends").start(this::retry);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes over an end that an earlier life of this node has kept. */
  void resume(JobId job, JournaledJob.End end) {
    write(job, end);
    disk.lock();
    try {
      if (!isLate(job)) {
        removeSpare(job);
      }
    } finally {
      disk.unlock();
    }
  }

  private void retry() {
    while (waited()) {
      writeAll();
    }
  }

  /** Whether there is something to try again, now. */
  private boolean waited() {
    lock.lock();
    try {
      long left = retry.toNanos();
      while (left > 0 && !closed) {
        left = changed.awaitNanos(left);
      }
      retrying = !closed && !late.isEmpty();
      return retrying;
    } catch (InterruptedException e) {
      return false; // nobody interrupts it but the end of the process
    } finally {
      lock.unlock();
    }
  }

  /** Writes what the journal did not take before, up to the first that it still does not. */
  void writeAll() {
    disk.lock();
    try {
      writeLate();
    } finally {
      disk.unlock();
    }
  }

  private void writeLate() {
    Map<JobId, JournaledJob.End> due;
    lock.lock();
    try {
      due = new LinkedHashMap<>(late);
    } finally {
      lock.unlock();
    }
    for (Map.Entry<JobId, JournaledJob.End> end : due.entrySet()) {
      try {
        journal.end(end.getKey(), end.getValue());
      } catch (IOException e) {
        return; // it was said when it was late first
      }
      removeSpare(end.getKey());
      lock.lock();
      try {
        late.remove(end.getKey());
      } finally {
        lock.unlock();
      }
    }
  }

  private void removeSpare(JobId job) {
    try {
      spare.remove(job);
    } catch (IOException e) {
      // The journal has an end of it, which the next life finds, and removes this one.
    }
  }

  /** Whether the job has ended, but the journal does not know. */
  boolean isLate(JobId job) {
    lock.lock();
    try {
      return late.containsKey(job);
    } finally {
      lock.unlock();
    }
  }

  /** Tries a last time. */
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    disk.lock();
    try (journal;
        spare) { // also where one of them fails
      writeLate();
    } finally {
      disk.unlock();
    }
  }
}

package io.banyan.node.lease;

import io.banyan.delegation.Loan;
import io.banyan.node.TaskFolder;
import io.banyan.schema.Digest;
import io.banyan.schema.Lease;
import io.banyan.schema.Signed;
import io.banyan.schema.TaskMessage;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A lease that this node lent and that is not over.
 *
 * <p>Safe for any thread.
 */
public final class LentLease {
  private static final int UNLISTED_MAX = 3;

  final long number; // the Delegator's name for it
  final Loan loan;
  final Lease lease;
  final Signed signed;
  final Digest digest;
  final TaskFolder folder; // of the task it was lent from

  /** Who takes in what the child delivers; set once, by the first result. */
  private final AtomicReference<@Nullable Thread> absorbing = new AtomicReference<>();

  private final AtomicBoolean accepted = new AtomicBoolean();
  private boolean begun;
  private long leavesDone; // as the child says
  private final AtomicBoolean logsTaken = new AtomicBoolean();

  /** Kept until it is known who stands below the lease. */
  private final AtomicReference<TaskMessage.@Nullable TaskLogs> logs = new AtomicReference<>();

  private final AtomicInteger unlisted = new AtomicInteger(); // heartbeats in a row

  LentLease(long number, Loan loan, Lease lease, Signed signed, TaskFolder folder) {
    this.number = number;
    this.loan = loan;
    this.lease = lease;
    this.signed = signed;
    this.digest = signed.digest();
    this.folder = folder;
  }

  /** Of the task that it was lent from. */
  public TaskFolder folder() {
    return folder;
  }

  /** Its name. */
  public Digest digest() {
    return digest;
  }

  public Lease lease() {
    return lease;
  }

  /** Whether its child says for the first time that it takes it. */
  boolean accept() {
    return accepted.compareAndSet(false, true);
  }

  /** Whether its child has come further than it said before; a part of a leaf counts once. */
  synchronized boolean progress(long leaves, long fuel) {
    boolean further = leaves > leavesDone || (fuel > 0 && !begun);
    begun |= further;
    leavesDone = Math.max(leavesDone, leaves);
    return further;
  }

  /** Its child says what was logged; what it says after that does not count. */
  void log(TaskMessage.TaskLogs said) {
    logs.compareAndSet(null, said);
  }

  /** What was logged, once. */
  Optional<TaskMessage.TaskLogs> takeLogs() {
    return logsTaken.compareAndSet(false, true)
        ? Optional.ofNullable(logs.get())
        : Optional.empty();
  }

  /**
   * Counts a heartbeat of the child. One may have been on its way before the lease was accepted.
   *
   * @return whether the child has forgotten the lease: it accepted it, and lists it no more
   */
  boolean isForgotten(boolean listed) {
    if (listed || !accepted.get()) {
      unlisted.set(0);
      return false;
    }
    return unlisted.incrementAndGet() >= UNLISTED_MAX;
  }

  /** Whether {@code thread} is the first to take in a result. */
  boolean absorbBy(Thread thread) {
    return absorbing.compareAndSet(null, thread);
  }

  /** Gives up what is being taken in. */
  void stop() {
    Thread thread = absorbing.get();
    if (thread != null) {
      thread.interrupt();
    }
  }
}

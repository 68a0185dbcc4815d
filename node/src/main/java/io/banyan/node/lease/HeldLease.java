package io.banyan.node.lease;

import io.banyan.delegation.JobEnd;
import io.banyan.node.Reported;
import io.banyan.node.RetryAfter;
import io.banyan.node.TaskFolder;
import io.banyan.node.data.Content;
import io.banyan.node.data.TreeCache;
import io.banyan.node.lease.DisjointCosts.Cost;
import io.banyan.schema.Digest;
import io.banyan.schema.Heartbeat;
import io.banyan.schema.Lease;
import io.banyan.schema.Limits;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Priority;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Signed;
import io.banyan.schema.TaskMessage;
import io.banyan.trust.LeaseChain;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A lease that this node holds, from the offer until the lender has what came of it.
 *
 * <p>Safe for any thread; guarded by its lock.
 */
final class HeldLease {
  private final PeerId lender;
  private final Digest link;
  private final TaskMessage.LeaseOffer offer;
  private final LeaseChain.Holds chain;
  private final Runnable cancelTask;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final long beginNanos = System.nanoTime();
  private @Nullable Thread thread; // that stages it
  private @Nullable TaskFolder folder; // once it is staged
  private @Nullable Delivered delivered;
  private boolean cancelled;
  private boolean shed; // in favour of one of higher priority
  private boolean over;
  private boolean acked;
  private boolean lenderLost;
  private long losses; // so that each has its own patience

  private record Delivered(JobEnd.Completed completed, Signed receipt) {}

  /** {@code cancelTask} ends the task, once it has begun. */
  HeldLease(
      PeerId lender,
      Digest link,
      TaskMessage.LeaseOffer offer,
      LeaseChain.Holds chain,
      Runnable cancelTask) {
    this.lender = lender;
    this.link = link;
    this.offer = offer;
    this.chain = chain;
    this.cancelTask = cancelTask;
  }

  PeerId lender() {
    return lender;
  }

  /** Whose job it is for. */
  PublicKey submitter() {
    return offer.manifest().signer();
  }

  /** The digest of the lease. */
  Digest link() {
    return link;
  }

  TaskMessage.LeaseOffer offer() {
    return offer;
  }

  LeaseChain.Holds chain() {
    return chain;
  }

  Lease lease() {
    return chain.leases().getLast();
  }

  /** The calling thread will stage it, and is interrupted if it is cancelled meanwhile. */
  void staging() {
    lock.lock();
    try {
      thread = Thread.currentThread();
      if (cancelled) {
        thread.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Everything is staged; says whether the lease is still wanted. */
  boolean began(TaskFolder staged) {
    lock.lock();
    try {
      thread = null;
      folder = staged;
      return !cancelled;
    } finally {
      lock.unlock();
    }
  }

  /** The task is the driver's now; a cancel that came just before did not reach it. */
  void begun() {
    lock.lock();
    try {
      if (!cancelled) {
        return;
      }
    } finally {
      lock.unlock();
    }
    cancelTask.run();
  }

  /** Ends the work, wherever it is; harmless when it is over. */
  void cancel() {
    lock.lock();
    try {
      cancelled = true;
      changed.signalAll();
      if (thread != null) {
        thread.interrupt();
      }
    } finally {
      lock.unlock();
    }
    cancelTask.run();
  }

  Priority priority() {
    return chain.manifest().routing().priority();
  }

  /** What it costs its lender's grant: what came of it, or all that it may spend until then. */
  Cost charge() {
    lock.lock();
    try {
      if (delivered == null) {
        return Cost.of(lease().grant());
      }
      JobEnd.Completed what = delivered.completed;
      return new Cost(
          what.evidence().leaves(), what.evidence().fuel(), what.value().named().length());
    } finally {
      lock.unlock();
    }
  }

  /** Whether its lender, for all that is known here, still reckons with it. */
  boolean isStillCharged() {
    lock.lock();
    try {
      return !cancelled && losses == 0;
    } finally {
      lock.unlock();
    }
  }

  /** What it cost, if its lender has what came of it. */
  Optional<Cost> settled() {
    lock.lock();
    try {
      return acked ? Optional.of(charge()) : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** Where in the order of offers it is. */
  long beginNanos() {
    return beginNanos;
  }

  /** How long it will go on, as far as is known. */
  OptionalLong remainingMillis() {
    Heartbeat.LeaseProgress progress = progress();
    return RetryAfter.remaining(
        (System.nanoTime() - beginNanos) / 1_000_000,
        progress.leavesDone(),
        progress.leavesTotal());
  }

  /**
   * Ends it in favour of one of higher priority, if it is not even staged.
   *
   * @return whether this call did; what is staged is the driver's to end
   */
  boolean shedWhileStaging() {
    lock.lock();
    try {
      if (folder != null || cancelled) {
        return false;
      }
      shed = true;
      cancelled = true;
      changed.signalAll();
      if (thread != null) {
        thread.interrupt();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * It is the driver's to end in favour of one of higher priority.
   *
   * @return whether it was not before
   */
  boolean shedByTheDriver() {
    lock.lock();
    try {
      boolean first = !shed && !cancelled;
      shed |= first;
      return first;
    } finally {
      lock.unlock();
    }
  }

  boolean wasShed() {
    lock.lock();
    try {
      return shed;
    } finally {
      lock.unlock();
    }
  }

  boolean isCancelled() {
    lock.lock();
    try {
      return cancelled;
    } finally {
      lock.unlock();
    }
  }

  void completed(JobEnd.Completed completed, Signed receipt) {
    lock.lock();
    try {
      delivered = new Delivered(completed, receipt);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the lender has the result, or does not want it, or was lost for too long.
   *
   * @return false if all that has not happened for {@code patience}
   */
  boolean awaitDelivery(Duration patience) throws InterruptedException {
    lock.lock();
    try {
      long left = patience.toNanos();
      while (!acked && !cancelled) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The lender has the receipt of this digest, or has no use for it. */
  void acked(Digest receipt) {
    lock.lock();
    try {
      acked |= delivered != null && delivered.receipt.digest().equals(receipt);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Gives the lender {@code patience} to come back. */
  void lenderIsLost(Duration patience) {
    long loss;
    lock.lock();
    try {
      lenderLost = true;
      loss = ++losses;
      changed.signalAll(); // who waited since an earlier loss
    } finally {
      lock.unlock();
    }
    Thread.ofVirtual().name("orphan").start(() -> awaitLender(loss, patience));
  }

  private void awaitLender(long loss, Duration patience) {
    lock.lock();
    try {
      long left = patience.toNanos();
      while (lenderLost && losses == loss && !over && left > 0) {
        left = changed.awaitNanos(left);
      }
      if (!lenderLost || losses != loss || over) {
        return;
      }
    } catch (InterruptedException e) {
      return; // nobody interrupts it but the end of the process
    } finally {
      lock.unlock();
    }
    cancel();
  }

  /** Nothing is done for it any more. */
  void over() {
    lock.lock();
    try {
      over = true;
      thread = null;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isLenderLost() {
    lock.lock();
    try {
      return lenderLost;
    } finally {
      lock.unlock();
    }
  }

  void lenderIsBack() {
    lock.lock();
    try {
      lenderLost = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What was signed for it, once it is done. */
  Optional<Signed> receipt() {
    lock.lock();
    try {
      return Optional.ofNullable(delivered).map(Delivered::receipt);
    } finally {
      lock.unlock();
    }
  }

  /** What its lender may fetch, once it is done. */
  Optional<Content> content(TreeCache trees) {
    lock.lock();
    try {
      if (folder == null || delivered == null) {
        return Optional.empty();
      }
      return Optional.of(new DeliveredContent(folder, delivered.completed, trees));
    } finally {
      lock.unlock();
    }
  }

  /** Whether nothing was done for it so far that is worth anything. */
  boolean isUnbegun() {
    lock.lock();
    try {
      Reported.Sum sum = folder == null ? Reported.Sum.NONE : folder.progress();
      boolean worked = sum.leaves() > 0 || sum.fuel() > 0; // here, or by those it was lent on to
      return delivered == null && !worked && !cancelled && !over;
    } finally {
      lock.unlock();
    }
  }

  /** How far it is, with all that is below it. */
  Heartbeat.LeaseProgress progress() {
    long total = lease().node() instanceof PlanNode.Cells(var interval) ? interval.count() : 0;
    lock.lock();
    try {
      Reported.Sum sum = folder == null ? Reported.Sum.NONE : folder.progress();
      long most = total == 0 ? Limits.CELLS_MAX : total;
      return new Heartbeat.LeaseProgress(link, Math.min(sum.leaves(), most), total, sum.fuel());
    } finally {
      lock.unlock();
    }
  }
}

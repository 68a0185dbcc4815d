package io.banyan.node;

import io.banyan.delegation.Event;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the driver has still to be told. Completions of what is under way come before new work: they
 * free what new work would take. Completions are as many as there are calls and leases out; new
 * work waits at the door when there is too much of it.
 *
 * <p>Safe for any thread; guarded by its lock.
 */
final class EventQueue {
  /** Requests that wait; who brings one more waits himself. */
  static final int REQUESTS_MAX = 256;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();
  private final Condition drained = lock.newCondition();
  private final Deque<Event> completions = new ArrayDeque<>();
  private final Deque<Event> requests = new ArrayDeque<>();
  private boolean closed;

  /** Takes what came of a call or a lease; never blocks. */
  void complete(Event event) {
    lock.lock();
    try {
      if (!closed) {
        completions.addLast(event);
        filled.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes new work; blocks while there is too much of it, and forgets it when nobody polls. */
  void request(Event event) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (requests.size() >= REQUESTS_MAX && !closed) {
        drained.await();
      }
      if (!closed) {
        requests.addLast(event);
        filled.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Nobody polls any more: lets go who waits at the door, and what was to be told. */
  void close() {
    lock.lock();
    try {
      closed = true;
      completions.clear();
      requests.clear();
      drained.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The next event; nothing if none comes for {@code waitNanos}. */
  Optional<Event> poll(long waitNanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = waitNanos;
      while (completions.isEmpty() && requests.isEmpty()) {
        if (left <= 0) {
          return Optional.empty();
        }
        left = filled.awaitNanos(left);
      }
      if (!completions.isEmpty()) {
        return Optional.of(completions.removeFirst());
      }
      drained.signal();
      return Optional.of(requests.removeFirst());
    } finally {
      lock.unlock();
    }
  }
}

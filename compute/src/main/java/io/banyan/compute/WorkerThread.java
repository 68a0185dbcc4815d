package io.banyan.compute;

import java.util.Optional;

/** A thread that guests may run on: its stack is as deep as the profile's depth limit expects. */
final class WorkerThread extends Thread {
  /**
   * 64 MiB. A guest's frames must not overflow it before the limit of the profile is reached; the
   * system commits only what is touched.
   */
  private static final long STACK_BYTES = 64L << 20;

  /**
   * The largest memory of an instance that a thread keeps for its next call, and again as much for
   * how it was when it began. Beside the budget, hence small; and putting back more takes longer
   * than most calls that it would speed up.
   */
  static final int KEPT_MEMORY_BYTES_MAX = 1 << 20; // 1 MiB

  private final Object lock = new Object();
  private Optional<Brake> braked = Optional.empty(); // guarded by lock
  private boolean pulled; // guarded by lock
  private Optional<EndiveGuest> kept = Optional.empty(); // the last call's, touched by this thread

  WorkerThread(String name, Runnable task) {
    super(null, task, name, STACK_BYTES);
    setDaemon(true);
  }

  static WorkerThread current() {
    if (Thread.currentThread() instanceof WorkerThread worker) {
      return worker;
    }
    throw new IllegalStateException(
        "calls run on threads made by Sandbox.workerThread, not on "
            + Thread.currentThread().getName());
  }

  /** From here to {@link #guestIsOver} an interrupt stops the guests behind {@code brake}. */
  void guestRuns(Brake brake) {
    synchronized (lock) {
      braked = Optional.of(brake);
      if (isInterrupted()) {
        pull();
      }
    }
  }

  void guestIsOver() {
    synchronized (lock) {
      if (pulled) {
        braked.ifPresent(Brake::release);
      }
      braked = Optional.empty();
      pulled = false;
    }
  }

  @Override
  public void interrupt() {
    super.interrupt();
    synchronized (lock) {
      pull();
    }
  }

  private void pull() {
    if (!pulled && braked.isPresent()) {
      braked.get().pull();
      pulled = true;
    }
  }

  void keep(EndiveGuest guest) {
    kept = Optional.of(guest);
  }

  Optional<EndiveGuest> takeKept() {
    Optional<EndiveGuest> taken = kept;
    kept = Optional.empty();
    return taken;
  }
}

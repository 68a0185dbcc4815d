package io.banyan.compute;

import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Interrupts calls that outlast their wall time. Safe for any thread; has one of its own. */
final class Watchdog implements AutoCloseable {
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, Watchdog::timerThread);

  Watchdog() {
    timer.setRemoveOnCancelPolicy(true); // most calls end long before their time
  }

  private static Thread timerThread(Runnable task) {
    return Thread.ofPlatform().name("sandbox-watchdog").daemon(true).unstarted(task);
  }

  /** Watches the calling thread from now on, until the watch is ended. */
  Watch watch(long wallMillis) {
    Alarm alarm = new Alarm(Thread.currentThread());
    try {
      return new Watch(alarm, timer.schedule(alarm::ring, wallMillis, TimeUnit.MILLISECONDS));
    } catch (RejectedExecutionException e) {
      throw new IllegalStateException("the sandbox is closed", e);
    }
  }

  /** Watches nothing more; the watches that run keep their time. */
  @Override
  public void close() {
    timer.shutdown();
  }

  /** One call's watch, for the call's thread. */
  record Watch(Alarm alarm, Future<?> pending) {
    /**
     * No interrupt comes from this watch after this. Where one came before, the flag is cleared, as
     * it may have been set when the guest had already returned.
     *
     * @return whether the time was over
     */
    boolean end() {
      pending.cancel(false);
      boolean rang = alarm.silence();
      if (rang) {
        Thread.interrupted();
      }
      return rang;
    }
  }

  /** Rings once, or is silenced before. Guarded by itself. */
  private static final class Alarm {
    private final Thread worker;
    private boolean silenced;
    private boolean rang;

    Alarm(Thread worker) {
      this.worker = worker;
    }

    synchronized void ring() {
      if (!silenced) {
        rang = true;
        worker.interrupt();
      }
    }

    synchronized boolean silence() {
      silenced = true;
      return rang;
    }
  }
}

package io.banyan.compute;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Interrupts calls that outlast their wall time. Safe for any thread; has one of its own. */
final class Watchdog implements AutoCloseable {
  /*
   * A call of ten microseconds cannot afford a timer: each thread has a slot in which its call
   * stands with its deadline, and one thread looks at all slots every TICK, and when the first
   * deadline that it saw comes. With nothing to watch for a while it sleeps until it is woken.
   */
  private static final long TICK_NANOS =
      TimeUnit.MILLISECONDS.toNanos(10); // of 50 that are allowed
  private static final int IDLE_TICKS_MAX = 100; // 1 s
  private static final long IDLE_NANOS = Long.MAX_VALUE; // nothing to wait for

  private final List<Slot> slots = new CopyOnWriteArrayList<>();
  private final ThreadLocal<Slot> slotOfThread = ThreadLocal.withInitial(this::newSlot);
  private final Thread ticker =
      Thread.ofPlatform().name("sandbox-watchdog").daemon(true).unstarted(this::tick);
  private volatile boolean asleep; // read by each call, so that it wakes the ticker
  private volatile boolean closed; // read by each call and each tick

  Watchdog() {
    ticker.start();
  }

  private Slot newSlot() {
    Slot slot = new Slot(Thread.currentThread());
    slots.add(slot);
    return slot;
  }

  /** Watches the calling thread from now on, until the watch is ended; one at a time. */
  Watch watch(long wallMillis) {
    if (closed) {
      throw new IllegalStateException("the sandbox is closed");
    }
    Slot slot = slotOfThread.get();
    Watch watch = new Watch(slot, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(wallMillis));
    slot.watch = watch;
    if (asleep) {
      LockSupport.unpark(ticker);
    }
    return watch;
  }

  /** Watches nothing more; the watches that run keep their time. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(ticker);
  }

  private void tick() {
    int idleTicks = 0;
    while (true) {
      long pauseNanos = ringWhatIsOver();
      idleTicks = pauseNanos < IDLE_NANOS ? 0 : idleTicks + 1;
      if (closed && idleTicks > 0) {
        return;
      }
      if (idleTicks > IDLE_TICKS_MAX) {
        sleep();
        idleTicks = 0;
      } else {
        LockSupport.parkNanos(this, Math.min(TICK_NANOS, pauseNanos));
      }
    }
  }

  /** A call that comes while the flag is set wakes the ticker; one that came before is seen. */
  private void sleep() {
    asleep = true;
    if (!closed && slots.stream().allMatch(slot -> slot.watch.hasEnded())) {
      LockSupport.park(this);
    }
    asleep = false;
  }

  /** Returns how long until the next that runs is over, at least one; or {@link #IDLE_NANOS}. */
  private long ringWhatIsOver() {
    long pauseNanos = IDLE_NANOS;
    long now = System.nanoTime();
    for (Slot slot : slots) {
      Watch watch = slot.watch;
      long leftNanos = watch.deadlineNanos - now;
      if (leftNanos <= 0) {
        watch.ring();
      }
      if (!watch.hasEnded()) {
        // What was rung is looked at again at the next tick: it will have stopped by then.
        pauseNanos = Math.min(pauseNanos, leftNanos <= 0 ? TICK_NANOS : leftNanos);
      }
    }
    slots.removeIf(slot -> !slot.worker.isAlive());
    return pauseNanos;
  }

  /** A thread, and its last call. */
  private static final class Slot {
    private final Thread worker;
    private volatile Watch watch; // written by the worker, read by the ticker

    Slot(Thread worker) {
      this.worker = worker;
      this.watch = new Watch(this, 0);
      watch.end();
    }
  }

  /** One call's watch, for the call's thread. */
  static final class Watch {
    private static final int WATCHING = 0;
    private static final int ENDED = 1;
    private static final int RINGING = 2; // the interrupt is on its way
    private static final int RANG = 3;

    private final Slot slot;
    private final long deadlineNanos;
    private final AtomicInteger state = new AtomicInteger(WATCHING);

    private Watch(Slot slot, long deadlineNanos) {
      this.slot = slot;
      this.deadlineNanos = deadlineNanos;
    }

    private boolean hasEnded() {
      return state.get() == ENDED;
    }

    private void ring() {
      if (state.compareAndSet(WATCHING, RINGING)) {
        slot.worker.interrupt();
        state.set(RANG);
      }
    }

    /**
     * No interrupt comes from this watch after this. Where one came before, the flag is cleared, as
     * it may have been set when the guest had already returned.
     *
     * @return whether the time was over
     */
    boolean end() {
      if (state.compareAndSet(WATCHING, ENDED)) {
        return false;
      }
      while (state.get() == RINGING) {
        Thread.onSpinWait();
      }
      if (state.compareAndSet(RANG, ENDED)) {
        Thread.interrupted();
        return true;
      }
      return false;
    }
  }
}

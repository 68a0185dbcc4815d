package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.delegation.CallReport;
import io.banyan.delegation.CallReport.HostFailure;
import io.banyan.delegation.Event;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls are run in order, and an interrupt is meant for one call alone. */
@Timeout(60)
class WorkersTest {
  private final BlockingQueue<Event> posted = new LinkedBlockingQueue<>();
  private @Nullable Workers workers;

  private Workers start(int count) {
    Workers started = new Workers(count, posted::add);
    workers = started;
    return started;
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (workers != null) {
      workers.stop();
    }
  }

  private static Supplier<CallReport> says(String detail) {
    return () -> new CallReport.NoResult(HostFailure.FAULT, detail);
  }

  /** Runs until it is interrupted, as a guest does. */
  private static Supplier<CallReport> endless(CountDownLatch begun) {
    return () -> {
      begun.countDown();
      try {
        new CountDownLatch(1).await();
        return new CallReport.NoResult(HostFailure.FAULT, "it ended by itself");
      } catch (InterruptedException e) {
        return new CallReport.NoResult(HostFailure.INTERRUPTED, "interrupted");
      }
    };
  }

  private Event.Executed next() throws InterruptedException {
    return assertInstanceOf(Event.Executed.class, posted.poll(30, TimeUnit.SECONDS));
  }

  @Test
  void oneWorkerRunsCallsInTheirOrder() throws InterruptedException {
    Workers one = start(1);

    for (long call = 0; call < 100; call++) {
      one.execute(call, says("done"));
    }

    for (long call = 0; call < 100; call++) {
      assertEquals(call, next().call());
    }
  }

  @Test
  void everyCallIsReportedOnceByManyWorkers() throws InterruptedException {
    Workers many = start(8);

    for (long call = 0; call < 1000; call++) {
      many.execute(call, says("done"));
    }

    Set<Long> calls = new TreeSet<>();
    for (int i = 0; i < 1000; i++) {
      calls.add(next().call());
    }
    assertEquals(1000, calls.size());
    assertNull(posted.poll());
  }

  @Test
  void queuedCallThatIsInterruptedIsNeverRun() throws InterruptedException {
    Workers one = start(1);
    CountDownLatch begun = new CountDownLatch(1);
    AtomicInteger ran = new AtomicInteger();
    one.execute(1, endless(begun));
    one.execute(
        2,
        () -> {
          ran.incrementAndGet();
          return says("ran").get();
        });
    one.execute(3, says("third"));
    begun.await();

    one.interrupt(2);
    one.interrupt(1);

    assertEquals(new Event.Executed(1, endedByInterrupt()), next());
    assertEquals(3, next().call());
    assertEquals(0, ran.get());
  }

  private static CallReport endedByInterrupt() {
    return new CallReport.NoResult(HostFailure.INTERRUPTED, "interrupted");
  }

  @Test
  void interruptOfARunningCallIsNotFeltByTheNext() throws InterruptedException {
    Workers one = start(1);
    List<Boolean> felt = Collections.synchronizedList(new ArrayList<>());

    for (long call = 0; call < 200; call += 2) {
      CountDownLatch begun = new CountDownLatch(1);
      one.execute(call, endless(begun));
      one.execute(
          call + 1,
          () -> {
            felt.add(Thread.currentThread().isInterrupted());
            return says("next").get();
          });
      begun.await();
      one.interrupt(call);
      assertEquals(new Event.Executed(call, endedByInterrupt()), next());
      assertEquals(call + 1, next().call());
    }

    assertEquals(100, felt.size());
    assertFalse(felt.contains(true));
  }

  @Test
  void callIsStoppedWhereverItIsJustThen() throws InterruptedException {
    Workers one = start(1);

    // No latch: the interrupt comes while the call is queued, just taken, or running.
    for (long call = 0; call < 20_000; call += 2) {
      one.execute(call, endless(new CountDownLatch(1)));
      one.interrupt(call);
      one.execute(call + 1, says("next"));
      Event.Executed executed = next();
      if (executed.call() == call) {
        assertEquals(endedByInterrupt(), executed.report());
        executed = next();
      }
      assertEquals(call + 1, executed.call());
    }
  }

  @Test
  void interruptOfAnUnknownOrFinishedCallDoesNothing() throws InterruptedException {
    Workers one = start(1);
    one.execute(1, says("done"));
    assertEquals(1, next().call());

    one.interrupt(1);
    one.interrupt(99);

    one.execute(2, () -> says("interrupted: " + Thread.currentThread().isInterrupted()).get());
    assertEquals(new Event.Executed(2, says("interrupted: false").get()), next());
  }

  @Test
  void callThatThrowsIsReportedAndTheWorkerGoesOn() throws InterruptedException {
    List<Throwable> loud = Collections.synchronizedList(new ArrayList<>());
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> loud.add(thrown));
    try {
      Workers one = start(1);
      one.execute(
          1,
          () -> {
            throw new IllegalStateException("a bug of ours");
          });
      one.execute(
          2,
          () -> {
            throw new OutOfMemoryError("no room");
          });
      one.execute(3, says("still here"));

      CallReport.NoResult bug = assertInstanceOf(CallReport.NoResult.class, next().report());
      CallReport.NoResult full = assertInstanceOf(CallReport.NoResult.class, next().report());
      assertEquals(HostFailure.FAULT, bug.failure());
      assertTrue(bug.detail().contains("a bug of ours"));
      assertEquals(HostFailure.RESOURCES, full.failure());
      assertEquals(3, next().call());
      assertEquals(1, loud.size());
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
  }

  @Test
  void stopEndsRunningAndQueuedCalls() throws InterruptedException {
    Workers two = start(2);
    CountDownLatch begun = new CountDownLatch(2);
    AtomicInteger ran = new AtomicInteger();
    two.execute(1, endless(begun));
    two.execute(2, endless(begun));
    for (long call = 3; call < 50; call++) {
      two.execute(
          call,
          () -> {
            ran.incrementAndGet();
            return says("ran").get();
          });
    }
    begun.await();

    two.stop();

    assertEquals(0, ran.get());
    assertNull(posted.poll());
  }
}

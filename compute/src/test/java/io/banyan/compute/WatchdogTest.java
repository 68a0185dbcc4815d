package io.banyan.compute;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class WatchdogTest {
  @Test
  void aCallThatIsOverTimeIsInterruptedAndTheFlagIsUsedUp() {
    try (Watchdog watchdog = new Watchdog()) {
      Watchdog.Watch watch = watchdog.watch(1);

      assertThrows(InterruptedException.class, new CountDownLatch(1)::await);

      assertTrue(watch.end());
      assertFalse(Thread.currentThread().isInterrupted());
    }
  }

  @Test
  void anInterruptThatComesTooLateToBeNoticedIsTakenBack() {
    try (Watchdog watchdog = new Watchdog()) {
      Watchdog.Watch watch = watchdog.watch(1);
      while (!Thread.currentThread().isInterrupted()) {
        Thread.onSpinWait();
      }

      assertTrue(watch.end());
      assertFalse(Thread.currentThread().isInterrupted());
    }
  }

  @Test
  void aWatchOfACallThatEndsInTimeDoesNotRing() {
    try (Watchdog watchdog = new Watchdog()) {
      for (int i = 0; i < 10_000; i++) {
        assertFalse(watchdog.watch(TestingSandbox.PATIENT_MILLIS).end());
      }
    }
  }

  @Test
  void aWatchThatRunsKeepsItsTimeWhenTheWatchdogIsClosed() {
    Watchdog watchdog = new Watchdog();
    Watchdog.Watch watch = watchdog.watch(100);

    watchdog.close();

    assertThrows(InterruptedException.class, new CountDownLatch(1)::await);
    assertTrue(watch.end());
    assertThrows(IllegalStateException.class, () -> watchdog.watch(1));
  }
}

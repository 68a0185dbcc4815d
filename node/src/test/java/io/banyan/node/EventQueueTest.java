package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.delegation.CallReport;
import io.banyan.delegation.CallReport.HostFailure;
import io.banyan.delegation.Event;
import io.banyan.schema.Digest;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EventQueueTest {
  private static final Event WORK = new Event.Cancelled(Digest.ZERO); // stands for new work

  private final EventQueue queue = new EventQueue();

  private static Event done(long call) {
    return new Event.Executed(call, new CallReport.NoResult(HostFailure.FAULT, ""));
  }

  @Test
  void completionsComeBeforeNewWork() throws Exception {
    queue.request(WORK);
    queue.complete(done(1));
    queue.complete(done(2));

    assertEquals(Optional.of(done(1)), queue.poll(0));
    assertEquals(Optional.of(done(2)), queue.poll(0));
    assertEquals(Optional.of(WORK), queue.poll(0));
    assertEquals(Optional.empty(), queue.poll(0));
  }

  @Test
  void tooMuchNewWorkWaitsAtTheDoor() throws Exception {
    for (int i = 0; i < EventQueue.REQUESTS_MAX; i++) {
      queue.request(WORK);
    }
    CountDownLatch in = new CountDownLatch(1);
    Thread next =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    queue.request(WORK);
                    in.countDown();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    queue.complete(done(1));
    assertEquals(1, in.getCount());

    queue.poll(0);
    assertEquals(1, in.getCount());
    queue.poll(0);

    assertTrue(in.await(30, TimeUnit.SECONDS));
    next.join();
  }

  @Test
  void closedQueueHoldsNobodyUp() throws Exception {
    for (int i = 0; i < EventQueue.REQUESTS_MAX; i++) {
      queue.request(WORK);
    }
    queue.close();

    queue.request(WORK);
    queue.complete(done(1));

    assertFalse(queue.poll(0).isPresent());
  }
}

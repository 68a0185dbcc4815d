package io.banyan.node.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.node.TestingGuest;
import io.banyan.schema.JobId;
import io.banyan.schema.JobState;
import io.banyan.schema.JobStatus;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a guest says of how far it is tells its user how long it may take. */
class GuestProgressTest {
  /** Comes to its end after a thousand steps of some milliseconds, and says each of them. */
  private static final byte[] SAYING =
      TestingGuest.of(
              "loop local.get 3 i32.const 1 i32.add local.tee 3 call 0 "
                  + TestingNetwork.SLOWLY
                  + "i32.const 1000 local.get 3 i32.sub br_if 0 end "
                  + TestingGuest.ECHO)
          .importsProgress()
          .bytes();

  @TempDir private Path folder;

  @Test
  void aJobOfOneLeafIsSaidToTakeAsLongAsItsGuestSays() throws Exception {
    try (TestingNetwork network = new TestingNetwork(folder, 1)) {
      JobId job =
          network.submit(network.heavy(network.runs().draft(SAYING, new byte[0], "index:1", 1)));

      AtomicReference<JobStatus> status = new AtomicReference<>();
      TestingNetwork.until(
          () -> {
            try {
              status.set(network.client().status(job));
            } catch (Exception e) {
              throw new AssertionError(e);
            }
            return status.get().remainingMillis().isPresent();
          });

      assertEquals(0, status.get().leavesDone());
      assertEquals(JobState.COMPUTING, status.get().state());
      assertTrue(status.get().remainingMillis().getAsLong() > 0);
      network.client().cancel(job, "it was a test");
      network.end(job);
    }
  }
}

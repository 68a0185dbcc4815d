package io.banyan.node.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.node.JobDraft;
import io.banyan.node.TestingGuest;
import io.banyan.schema.JobId;
import io.banyan.schema.JobState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is started again goes on with the jobs that it had accepted. */
class RestartTest {
  private static final byte[] SLOW = // some seconds in all: it is cut off in between
      TestingGuest.of(TestingNetwork.SLOWLY.repeat(12) + TestingGuest.ECHO)
          .merge(TestingGuest.CONCAT)
          .bytes();
  private static final byte[] QUICK =
      TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT).bytes();
  private static final byte[] ENDLESS =
      TestingGuest.of(TestingGuest.LOOP).merge(TestingGuest.CONCAT).bytes();

  private static final byte[] INPUT =
      "The quick brown fox jumps over the lazy dog. "
          .repeat(40)
          .getBytes(StandardCharsets.US_ASCII);

  @TempDir private Path folder;
  private TestingNetwork network;

  @AfterEach
  void stop() {
    network.close();
    assertEquals(List.of(), network.openWorkFiles());
  }

  private JobDraft draft(byte[] guest) throws Exception {
    return network.heavy(network.runs().draft(guest, INPUT, "bytes", 18));
  }

  /** What was done of it is not done again, however often the node is stopped. */
  @Test
  void jobGoesOnWhenItsEntryNodeIsStartedAgain() throws Exception {
    network = new TestingNetwork(folder, 1);

    JobId job = network.submit(draft(SLOW));
    for (int life = 1; life <= 3; life++) {
      long wanted = 10L * life;
      TestingNetwork.until(() -> network.leavesDone(job) >= wanted);
      network.restart(0);
      TestingNetwork.until(() -> network.remembered(job) >= wanted);
    }

    assertArrayEquals(INPUT, network.done(job).output());
    network.untilIdle();
  }

  @Test
  void jobThatWasLentGoesOnWhenItsEntryNodeIsStartedAgain() throws Exception {
    network = new TestingNetwork(folder, 3);

    JobId job = network.submit(draft(SLOW));
    // What children say that they have done is no more than a word until it is delivered.
    TestingNetwork.until(() -> network.leavesRun(job) >= 5 && network.leasesFinished(job) >= 1);
    network.restart(0);
    network.join(0, 1);
    network.join(0, 2);

    TestingNetwork.Done done = network.done(job);
    assertArrayEquals(INPUT, done.output());
    assertTrue(network.remembered(job) >= 5, network.remembered(job) + " leaves");
    network.untilIdle();
  }

  @Test
  void everyJobThatWasAcceptedGoesOn() throws Exception {
    network = new TestingNetwork(folder, 1);
    List<JobId> jobs = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      jobs.add(network.submit(network.heavy(network.runs().draft(QUICK, INPUT, "bytes", 18 + i))));
    }

    network.restart(0);

    for (JobId job : jobs) {
      assertEquals(JobState.COMPLETE, network.end(job).status().state());
    }
    network.untilIdle();
  }

  @Test
  void jobIsCancelledAsBeforeWhenItsEntryNodeIsStartedAgain() throws Exception {
    network = new TestingNetwork(folder, 1);
    JobId job = network.submit(draft(ENDLESS));

    network.restart(0);
    network.client().cancel(job, "it was a test");

    assertEquals(JobState.CANCELLED, network.end(job).status().state());
    network.untilIdle();
  }

  @Test
  void jobWhoseInputIsDamagedFailsAndSaysSo() throws Exception {
    network = new TestingNetwork(folder, 1);
    JobId job = network.submit(draft(ENDLESS));
    network.node(0).close();
    Path input = network.data(0).resolve("jobs").resolve(job.toString()).resolve("input");
    byte[] bytes = Files.readAllBytes(input);
    bytes[7] ^= 1;
    Files.write(input, bytes);

    network.startAgain(0);

    String cause = network.end(job).status().failure().orElseThrow();
    assertTrue(cause.contains("is damaged"), cause);
    network.untilIdle();
  }
}

package io.banyan.node.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.banyan.delegation.Delegator;
import io.banyan.node.BlobStore;
import io.banyan.node.ClaimLog;
import io.banyan.node.JobDraft;
import io.banyan.node.LocalRun;
import io.banyan.node.PreparedJob;
import io.banyan.node.Recollection;
import io.banyan.node.TestingGuest;
import io.banyan.node.TestingRun;
import io.banyan.node.journal.JobDirectory;
import io.banyan.schema.BlobRef;
import io.banyan.schema.JobId;
import io.banyan.schema.JobState;
import io.banyan.schema.Manifest;
import io.banyan.schema.MemoPolicy;
import io.banyan.schema.PublicKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was finished of a job is there for the next one of the same plan and submitter. */
class MemoTest {
  private static final byte[] SLOW = // some seconds in all: it is cut off in between
      TestingGuest.of(TestingNetwork.SLOWLY.repeat(12) + TestingGuest.ECHO)
          .merge(TestingGuest.CONCAT)
          .bytes();
  private static final byte[] ROPE = TestingGuest.of(TestingGuest.ECHO).bytes();

  private static final byte[] INPUT =
      "The quick brown fox jumps over the lazy dog. "
          .repeat(40)
          .getBytes(StandardCharsets.US_ASCII);

  private static final PublicKey SUBMITTER = TestingRun.identity(1).publicKey();
  private static final PublicKey STRANGER = TestingRun.identity(2).publicKey();

  @TempDir private Path folder;
  private final List<String> log = new ArrayList<>();

  private static JobDraft draft(TestingNetwork network, byte[] guest) throws Exception {
    return network.heavy(network.runs().draft(guest, INPUT, "bytes", 18));
  }

  @Test
  void theSameJobAgainIsNotComputedAgain() throws Exception {
    try (TestingNetwork network = new TestingNetwork(folder, 2)) {
      for (byte[] guest : List.of(SLOW, ROPE)) {
        network.run(draft(network, guest));

        JobId again = network.submit(draft(network, guest));

        assertArrayEquals(INPUT, network.done(again).output());
        assertEquals(100, network.remembered(again));
      }
    }
  }

  @Test
  void theSameJobAgainIsNotComputedAgainInTheNextLife() throws Exception {
    try (TestingNetwork network = new TestingNetwork(folder, 1)) {
      network.run(draft(network, SLOW));
      network.restart(0);

      JobId again = network.submit(draft(network, SLOW));

      assertArrayEquals(INPUT, network.done(again).output());
      assertEquals(100, network.remembered(again));
    }
  }

  @Test
  void whatWasFinishedOfACancelledJobIsUsed() throws Exception {
    try (TestingNetwork network = new TestingNetwork(folder, 2)) {
      JobId first = network.submit(draft(network, SLOW));
      TestingNetwork.until(() -> network.leavesDone(first) >= 40);
      network.client().cancel(first, "it was a test");
      assertEquals(JobState.CANCELLED, network.end(first).status().state());
      network.untilIdle();

      JobId again = network.submit(draft(network, SLOW));

      assertArrayEquals(INPUT, network.done(again).output());
      assertTrue(network.remembered(again) >= 40, network.remembered(again) + " leaves");
    }
  }

  @Test
  void whoRefusesNeitherUsesNorIsRemembered() throws Exception {
    try (TestingNetwork network = new TestingNetwork(folder, 1)) {
      for (MemoPolicy memo : List.of(MemoPolicy.REFUSED, MemoPolicy.PRIVATE, MemoPolicy.REFUSED)) {
        JobDraft light = network.runs().draft(ROPE, INPUT, "bytes", 18);
        JobId job = network.submit(network.heavy(light, memo));

        assertArrayEquals(INPUT, network.done(job).output());
        assertEquals(0, network.remembered(job));
      }
    }
  }

  /** A job that was run, and its folder. */
  private JobDirectory ran(PreparedJob job, String name) throws Exception {
    JobDirectory files = new JobDirectory(Files.createDirectories(folder.resolve(name)));
    try (BlobStore values = BlobStore.kept(files.work(), 0);
        ClaimLog claims = ClaimLog.kept(files.work().resolve("claims"))) {
      LocalRun.run(job, TestingRun.SANDBOX, Delegator.Settings.of(1), values, claims, _ -> {});
    }
    return files;
  }

  private boolean recalls(Memo memo, PreparedJob job, PublicKey asker) throws Exception {
    Path fresh = Files.createTempDirectory(folder, "fresh");
    try (BlobStore values = new BlobStore(fresh, 0);
        ClaimLog claims = new ClaimLog(fresh)) {
      Recollection found = Recollection.of(claims, values);
      Manifest manifest = job.draft().manifest();
      memo.recall(manifest, asker, LocalRun.task(job).node(), found, claims, values);
      return !found.known().isNothing();
    }
  }

  private PreparedJob job(String input) throws Exception {
    return new TestingRun(Files.createTempDirectory(folder, "run"))
        .draft(ROPE, input.getBytes(StandardCharsets.US_ASCII), "bytes", 2)
        .sign(TestingRun.identity(1));
  }

  @Test
  void itIsPrivateToTheSubmitterAndThePlan() throws Exception {
    PreparedJob job = job("abcd");
    Memo memo = new Memo(Memo.BYTES_MAX, log::add);
    memo.keep(job.id(), job.draft().manifest(), SUBMITTER, ran(job, "first"));

    assertTrue(recalls(memo, job, SUBMITTER));
    assertTrue(recalls(memo, job("abcd"), SUBMITTER));
    assertFalse(recalls(memo, job, STRANGER));
    assertFalse(recalls(memo, job("abce"), SUBMITTER));
  }

  @Test
  void theOldestGoesWhenThereIsTooMuch() throws Exception {
    List<PreparedJob> jobs = new ArrayList<>();
    List<JobDirectory> files = new ArrayList<>();
    for (String input : List.of("first", "other", "third")) {
      jobs.add(job(input));
      files.add(ran(jobs.getLast(), input));
    }
    Memo all = new Memo(Memo.BYTES_MAX, log::add);
    for (int i = 0; i < 3; i++) {
      all.keep(jobs.get(i).id(), jobs.get(i).draft().manifest(), SUBMITTER, files.get(i));
    }

    Memo two = new Memo(all.bytesHeld() - 1, log::add);
    for (int i = 0; i < 3; i++) {
      two.keep(jobs.get(i).id(), jobs.get(i).draft().manifest(), SUBMITTER, files.get(i));
    }

    assertTrue(two.bytesHeld() < all.bytesHeld());
    assertFalse(Files.exists(files.get(0).work()));
    assertFalse(recalls(two, jobs.get(0), SUBMITTER));
    assertTrue(recalls(two, jobs.get(1), SUBMITTER));
    assertTrue(recalls(two, jobs.get(2), SUBMITTER));
  }

  @Test
  void whoHasMostMakesRoomAndNobodyElse() throws Exception {
    PreparedJob others = job("first");
    JobDirectory othersFiles = ran(others, "first");
    Memo memo = new Memo(Memo.BYTES_MAX, 3, log::add);
    memo.keep(others.id(), others.draft().manifest(), STRANGER, othersFiles);
    long bytesOfOne = memo.bytesHeld();
    Memo small = new Memo(bytesOfOne * 7 / 2, log::add);
    small.keep(others.id(), others.draft().manifest(), STRANGER, othersFiles);

    List<PreparedJob> jobs = new ArrayList<>();
    for (String input : List.of("fifth", "sixth", "tenth", "third")) {
      jobs.add(job(input));
      PreparedJob job = jobs.getLast();
      memo.keep(job.id(), job.draft().manifest(), SUBMITTER, ran(job, input));
      small.keep(job.id(), job.draft().manifest(), SUBMITTER, ran(job, input + " small"));
    }

    for (Memo each : List.of(memo, small)) {
      assertTrue(recalls(each, others, STRANGER));
      assertFalse(recalls(each, jobs.get(0), SUBMITTER));
      assertFalse(recalls(each, jobs.get(1), SUBMITTER));
      assertTrue(recalls(each, jobs.get(2), SUBMITTER));
      assertTrue(recalls(each, jobs.get(3), SUBMITTER));
    }
  }

  @Test
  void onlyTheLatestJobsOfAPlanAreLookedThrough() throws Exception {
    Memo memo = new Memo(Memo.BYTES_MAX, log::add);
    PreparedJob job = job("abcd");
    memo.keep(job.id(), job.draft().manifest(), SUBMITTER, ran(job, "first"));
    for (int i = 0; i < Memo.LOOKED_MAX; i++) {
      assertTrue(recalls(memo, job, SUBMITTER));
      PreparedJob again = job("abcd");
      JobDirectory files = ran(again, "again" + i);
      memo.keep(again.id(), again.draft().manifest(), SUBMITTER, files);
      Files.delete(files.work().resolve("claims")); // nothing is to be had of it
    }

    assertFalse(recalls(memo, job, SUBMITTER));
  }

  @Test
  void aFullDiskIsSaidOnceAndTheJobIsComputed() throws Exception {
    assumeTrue(Files.exists(Path.of("/dev/full")), "every write to it finds the disk full");
    PreparedJob job = job("abcd");
    Memo memo = new Memo(Memo.BYTES_MAX, log::add);
    memo.keep(job.id(), job.draft().manifest(), SUBMITTER, ran(job, "first"));

    for (int i = 0; i < 3; i++) {
      Path fresh = Files.createTempDirectory(folder, "fresh");
      try (BlobStore values = new BlobStore(fresh, 1 << 20);
          ClaimLog claims = ClaimLog.kept(Path.of("/dev/full"))) {
        Recollection found = Recollection.of(claims, values);
        Manifest manifest = job.draft().manifest();
        memo.recall(manifest, SUBMITTER, LocalRun.task(job).node(), found, claims, values);
        assertTrue(found.known().isNothing());
        for (String half : List.of("ab", "cd")) {
          BlobRef ref = BlobRef.of(half.getBytes(StandardCharsets.US_ASCII));
          assertTrue(values.find(ref).isEmpty(), "what was copied in vain is let go of");
        }
      }
    }

    assertEquals(1, log.size(), log::toString);
    assertTrue(log.getFirst().endsWith("No space left on device"), log.getFirst());
    assertTrue(recalls(memo, job, SUBMITTER));
  }

  @Test
  void nobodyWaitsWhileSomebodyElseCopies() throws Exception {
    PreparedJob job = job("abcd");
    PreparedJob other = job("abce");
    JobDirectory files = ran(other, "other");
    Memo memo = new Memo(Memo.BYTES_MAX, log::add);
    memo.keep(job.id(), job.draft().manifest(), SUBMITTER, ran(job, "first"));
    Path fresh = Files.createTempDirectory(folder, "fresh");
    try (BlobStore values = new BlobStore(fresh, 1 << 20);
        ClaimLog claims = new ClaimLog(fresh)) {
      Recollection found = Recollection.of(claims, values);
      Manifest manifest = job.draft().manifest();
      Thread copying =
          new Thread(
              () ->
                  memo.recall(
                      manifest, SUBMITTER, LocalRun.task(job).node(), found, claims, values));
      synchronized (values) { // the copy stands still
        copying.start();
        TestingNetwork.until(() -> copying.getState() == Thread.State.BLOCKED);
        Thread keeping =
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        memo.keep(other.id(), other.draft().manifest(), SUBMITTER, files);
                      } catch (IOException e) {
                        throw new UncheckedIOException(e);
                      }
                    });
        assertTrue(keeping.join(Duration.ofMinutes(1)));
      }
      copying.join();
      assertFalse(found.known().isNothing());
    }
  }

  @Test
  void whatWentWithItsJobIsNotMissed() throws Exception {
    PreparedJob job = job("abcd");
    Memo memo = new Memo(Memo.BYTES_MAX, log::add);
    JobDirectory files = ran(job, "first");
    memo.keep(job.id(), job.draft().manifest(), SUBMITTER, files);
    files.delete();

    assertFalse(recalls(memo, job, SUBMITTER));
  }
}

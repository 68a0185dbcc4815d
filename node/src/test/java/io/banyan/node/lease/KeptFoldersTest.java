package io.banyan.node.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.delegation.Delegator;
import io.banyan.delegation.JobEnd;
import io.banyan.node.BlobStore;
import io.banyan.node.ClaimLog;
import io.banyan.node.LocalRun;
import io.banyan.node.PreparedJob;
import io.banyan.node.TaskFolder;
import io.banyan.node.TestingGuest;
import io.banyan.node.TestingRun;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.Digest;
import io.banyan.schema.Lease;
import io.banyan.schema.Manifest;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Signed;
import io.banyan.schema.TaskMessage;
import io.banyan.trust.Identity;
import io.banyan.trust.LeaseChain;
import io.banyan.trust.Link;
import io.banyan.trust.SigningDomain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptFoldersTest {
  private static final Identity LENDER = TestingRun.identity(2);
  private static final Duration NEVER = Duration.ofDays(1);
  private static final Duration ORPHAN_TTL = Duration.ofSeconds(60);
  private static final long BEGIN_MILLIS = 1_800_000_000_000L;
  private static final long LEASE_MILLIS = 3_600_000; // 1 h

  @TempDir private Path folder;
  private final AtomicLong nowMillis = new AtomicLong(BEGIN_MILLIS);
  private final List<KeptFolders> opened = new ArrayList<>();
  private PreparedJob job;

  @BeforeEach
  void prepare() throws Exception {
    job =
        new TestingRun(folder)
            .draft(TestingGuest.of(TestingGuest.ECHO).bytes(), new byte[9], "bytes", 3)
            .sign(TestingRun.identity(1));
  }

  @AfterEach
  void close() throws Exception {
    for (KeptFolders kept : opened) {
      kept.close();
    }
  }

  private KeptFolders kept(long bytesMax, Duration prunedEvery) {
    opened.add(
        new KeptFolders(
            () -> Instant.ofEpochMilli(nowMillis.get()), ORPHAN_TTL, bytesMax, prunedEvery));
    return opened.getLast();
  }

  private HeldLease lease(int number) {
    Manifest manifest = job.draft().manifest();
    PlanNode root = Plan.of(manifest).root(job.draft().cuts());
    Budget all = manifest.budget();
    Lease lease =
        new Lease(
            job.id(),
            root,
            Plan.of(manifest).key(root),
            0,
            9,
            Optional.empty(),
            LENDER.publicKey().peerId(),
            number,
            job.id().digest(),
            new Budget(all.fuel(), all.leaves(), all.bytes(), all.memoryBytesMax(), 0, 1000),
            1,
            1000,
            0,
            BEGIN_MILLIS + LEASE_MILLIS,
            List.of(),
            List.of());
    Signed signed = LENDER.sign(SigningDomain.LEASE, new byte[] {(byte) number});
    return new HeldLease(
        LENDER.publicKey().peerId(),
        Digest.sha256(new byte[number]),
        new TaskMessage.LeaseOffer(job.signed(), List.of(signed)),
        new LeaseChain.Holds(job.id(), manifest, List.of(lease), Link.ofJob(job.id(), manifest)),
        () -> {});
  }

  /** A lease under which all was done, and that is over. */
  private BlobStore over(KeptFolders kept, int number) throws Exception {
    Path own = Files.createTempDirectory(folder, "lease");
    BlobStore values = new BlobStore(own, 0);
    ClaimLog claims = new ClaimLog(own);
    TaskFolder done =
        LocalRun.run(job, TestingRun.SANDBOX, Delegator.Settings.of(1), values, claims, _ -> {})
            .folder();
    assertInstanceOf(JobEnd.Completed.class, done.end().get());
    HeldLease lease = lease(number);
    kept.begun(lease, new Staging.Staged(done, Optional.empty()));
    kept.ended(lease);
    return values;
  }

  private static boolean isClosed(BlobStore values) {
    try {
      values.find(BlobRef.of(new byte[3])); // from its file
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  void soManyFoldersAreKeptAndTheOldestGoesFirst() throws Exception {
    KeptFolders kept = kept(Long.MAX_VALUE, NEVER);
    List<BlobStore> all = new ArrayList<>();
    for (int i = 0; i < KeptFolders.FOLDERS_MAX + 2; i++) {
      all.add(over(kept, i));
    }

    assertEquals(List.of(0, 1), closed(all));
  }

  private static List<Integer> closed(List<BlobStore> all) {
    List<Integer> closed = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if (isClosed(all.get(i))) {
        closed.add(i);
      }
    }
    return closed;
  }

  @Test
  void soManyBytesAreKeptAndTheOldestGoesFirst() throws Exception {
    KeptFolders measured = kept(Long.MAX_VALUE, NEVER);
    BlobStore one = over(measured, 0);
    long bytesOfOne = measured.bytesHeld();
    assertTrue(bytesOfOne > 9 + one.bytes(), bytesOfOne + " bytes");

    KeptFolders kept = kept(2 * bytesOfOne, NEVER);
    List<BlobStore> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(over(kept, i));
    }

    assertEquals(List.of(0), closed(all));
    assertEquals(2 * bytesOfOne, kept.bytesHeld());
  }

  @Test
  void whatIsKeptGoesWhenItsTimeHasComeThoughNoLeaseDoes() throws Exception {
    KeptFolders kept = kept(Long.MAX_VALUE, Duration.ofMillis(1));
    BlobStore first = over(kept, 0);
    BlobStore second = over(kept, 1);
    kept.left(LENDER.publicKey().peerId());
    nowMillis.addAndGet(ORPHAN_TTL.toMillis() - 1);
    kept.prune();
    assertEquals(List.of(), closed(List.of(first, second)));

    nowMillis.addAndGet(1);

    while (!isClosed(first) || !isClosed(second)) {
      Thread.onSpinWait();
    }
  }
}

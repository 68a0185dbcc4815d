package io.banyan.node.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.delegation.JobEnd;
import io.banyan.node.TestingGuest;
import io.banyan.node.TestingRun;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.Manifest;
import io.banyan.schema.Signed;
import io.banyan.schema.TaskMessage;
import io.banyan.schema.Value;
import io.banyan.trust.Evidence;
import io.banyan.trust.Identity;
import io.banyan.trust.LeaseChain;
import io.banyan.trust.Link;
import io.banyan.trust.SigningDomain;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeldLeaseTest {
  private static final Identity LENDER = TestingRun.identity(2);
  private static final Duration EVER = Duration.ofHours(1);

  @TempDir private Path folder;
  private final CountDownLatch cancelled = new CountDownLatch(1);
  private HeldLease lease;

  @BeforeEach
  void hold() throws Exception {
    Manifest manifest =
        new TestingRun(folder)
            .draft(TestingGuest.of(TestingGuest.ECHO).bytes(), new byte[9], "bytes", 3)
            .manifest();
    Signed signed = LENDER.sign(SigningDomain.LEASE, new byte[3]);
    JobId job = JobId.of(signed);
    lease =
        new HeldLease(
            LENDER.publicKey().peerId(),
            signed.digest(),
            new TaskMessage.LeaseOffer(signed, List.of(signed)),
            new LeaseChain.Holds(job, manifest, List.of(), Link.ofJob(job, manifest)),
            cancelled::countDown);
  }

  private Signed deliver() {
    Signed receipt = LENDER.sign(SigningDomain.RECEIPT, new byte[4]);
    lease.completed(
        new JobEnd.Completed(
            new Value.Blob(BlobRef.EMPTY), new Evidence(Digest.ZERO, 1, 0), List.of()),
        receipt);
    return receipt;
  }

  @Test
  void onlyTheAckOfItsOwnReceiptReleasesIt() throws Exception {
    lease.acked(Digest.ZERO);
    Signed receipt = deliver();
    lease.acked(Digest.ZERO);
    assertFalse(lease.awaitDelivery(Duration.ZERO));

    lease.acked(receipt.digest());

    assertTrue(lease.awaitDelivery(EVER));
  }

  @Test
  void cancelReleasesIt() throws Exception {
    deliver();
    lease.cancel();

    assertTrue(lease.awaitDelivery(EVER));
    assertTrue(lease.isCancelled());
  }

  @Test
  void cancelBeforeItIsBegunIsToldWhenItIs() {
    lease.cancel();
    assertEquals(0, cancelled.getCount());

    lease.staging();
    assertTrue(Thread.interrupted());
  }

  @Test
  void lenderThatStaysAwayIsGivenUp() throws Exception {
    deliver();
    lease.lenderIsLost(Duration.ofMillis(1));

    assertTrue(cancelled.await(30, TimeUnit.SECONDS));
    assertTrue(lease.awaitDelivery(EVER));
  }

  @Test
  void lenderThatComesBackIsNotGivenUp() throws Exception {
    lease.lenderIsLost(EVER);
    lease.lenderIsBack();
    lease.lenderIsLost(EVER);
    lease.over(); // lets go of who waits

    assertEquals(1, cancelled.getCount());
    assertFalse(lease.isCancelled());
  }
}

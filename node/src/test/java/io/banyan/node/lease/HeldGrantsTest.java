package io.banyan.node.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.delegation.JobEnd;
import io.banyan.node.PreparedJob;
import io.banyan.node.TestingGuest;
import io.banyan.node.TestingRun;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.Digest;
import io.banyan.schema.Interval;
import io.banyan.schema.Lease;
import io.banyan.schema.Manifest;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeldGrantsTest {
  private static final Identity LENDER = TestingRun.identity(2);
  private static final Identity SELF = TestingRun.identity(3);

  @TempDir private Path folder;
  private final HeldGrants grants = new HeldGrants();
  private PreparedJob job;
  private Budget all;
  private int number;

  /** 64 leaves, and a grant for 256: what a twentieth more is, is 3 leaves and as much fuel. */
  @BeforeEach
  void prepare() throws Exception {
    job =
        new TestingRun(folder)
            .draft(TestingGuest.of(TestingGuest.ECHO).bytes(), new byte[64], "bytes", 1)
            .sign(TestingRun.identity(1));
    all = job.draft().manifest().budget();
    assertEquals(256, all.leaves());
  }

  /** A lease of the job itself. */
  private HeldLease lease(int from, int to, long leaves, long fuel) {
    return lease(job.id().digest(), List.of(), from, to, leaves, fuel);
  }

  /** A lease from the last of {@code above}, whose digest is {@code parent}. */
  private HeldLease lease(
      Digest parent, List<Lease> above, int from, int to, long leaves, long fuel) {
    Manifest manifest = job.draft().manifest();
    PlanNode node = new PlanNode.Cells(new Interval(from, to));
    Lease lease =
        new Lease(
            job.id(),
            node,
            Plan.of(manifest).key(node),
            from,
            to,
            Optional.empty(),
            SELF.publicKey().peerId(),
            number++,
            parent,
            new Budget(fuel, leaves, 0, all.memoryBytesMax(), 0, 1000),
            1,
            1000,
            0,
            manifest.endMillis(),
            List.of(),
            List.of());
    Signed signed = LENDER.sign(SigningDomain.LEASE, new byte[] {(byte) number});
    List<Lease> chain = new ArrayList<>(above);
    chain.add(lease);
    return new HeldLease(
        LENDER.publicKey().peerId(),
        signed.digest(),
        new TaskMessage.LeaseOffer(job.signed(), List.of(signed)),
        new LeaseChain.Holds(job.id(), manifest, chain, Link.ofJob(job.id(), manifest)),
        () -> {});
  }

  private boolean takes(HeldLease lease) {
    return grants.take(lease).isEmpty();
  }

  private void delivered(HeldLease lease, long leaves, long fuel) {
    Signed receipt = SELF.sign(SigningDomain.RECEIPT, new byte[] {(byte) number});
    lease.completed(
        new JobEnd.Completed(
            new Value.Blob(BlobRef.EMPTY), new Evidence(Digest.ZERO, leaves, fuel), List.of()),
        receipt);
    lease.acked(receipt.digest());
  }

  @Test
  void liveGrantsAreAddedUpAndSecondLeasesHaveATwentieth() {
    assertTrue(takes(lease(0, 16, 200, 1)));
    assertTrue(takes(lease(16, 32, 56, 1)));
    HeldLease second = lease(32, 48, 3, 1);
    assertTrue(takes(second));

    assertFalse(takes(lease(48, 64, 1, 1)));

    grants.ended(second); // nothing came of it
    assertTrue(takes(lease(48, 64, 1, 1)));
  }

  @Test
  void fuelIsAddedUpToo() {
    assertTrue(takes(lease(0, 16, 1, all.fuel())));
    assertTrue(takes(lease(16, 32, 1, all.fuel() / 32)));

    assertFalse(takes(lease(32, 48, 1, all.fuel() / 32)));
  }

  @Test
  void whatWasDeliveredCostsWhatItTookFromThenOn() {
    HeldLease first = lease(0, 16, 256, 1);
    assertTrue(takes(first));
    assertFalse(takes(lease(16, 32, 64, 1)));

    delivered(first, 16, 1);
    assertTrue(takes(lease(16, 32, 240, 1))); // it is charged before the lease is over
    grants.ended(first);

    assertFalse(takes(lease(32, 48, 4, 1)));
    assertTrue(takes(lease(32, 48, 3, 1)));
  }

  @Test
  void aPlanNodeThatIsLentAgainIsCountedOnce() {
    HeldLease first = lease(0, 16, 200, 1);
    assertTrue(takes(first));
    assertTrue(takes(lease(0, 16, 256, 1)));
    assertTrue(takes(lease(0, 1, 200, 1)), "it lies within");

    assertFalse(takes(lease(1, 2, 200, 1)), "what lies within costs more together");
  }

  @Test
  void whatALenderMayHaveGivenUpIsNotCountedUntilItIsDelivered() throws Exception {
    HeldLease lost = lease(0, 16, 256, 1);
    assertTrue(takes(lost));
    lost.lenderIsLost(Duration.ofHours(1));
    lost.lenderIsBack();
    HeldLease cancelled = lease(16, 32, 256, 1);
    assertTrue(takes(cancelled));
    cancelled.cancel();

    assertTrue(takes(lease(32, 48, 256, 1)));
    delivered(lost, 16, 1);
    grants.ended(lost);

    assertFalse(takes(lease(48, 64, 3, 1)));
    lost.over();
  }

  @Test
  void eachLinkIsCountedByItself() {
    HeldLease first = lease(0, 16, 100, 1000);
    Digest link = Digest.sha256(new byte[1]);
    List<Lease> above = List.of(first.lease());
    assertTrue(takes(lease(0, 64, 256, 1)));

    assertTrue(takes(lease(link, above, 0, 1, 100, 1)));
    assertFalse(takes(lease(link, above, 1, 2, 2, 1)));
    assertTrue(takes(lease(link, above, 1, 2, 1, 1)), "one of 16 is a twentieth at the least");
  }

  @Test
  void linksHaveALimit() {
    for (int i = 0; i <= HeldGrants.LINKS_MAX + 1; i++) {
      HeldLease lease =
          lease(Digest.sha256(new byte[i]), List.of(lease(0, 16, 100, 1).lease()), 0, 1, 1, 1);
      assertTrue(takes(lease));
      grants.ended(lease);
    }

    assertEquals(HeldGrants.LINKS_MAX, grants.size());
  }

  @Test
  void whatLiesBelowIsCountedWithWhatCoversIt() {
    DisjointCosts costs = new DisjointCosts();
    for (int i = 0; i < 100; i++) {
      costs.add(new PlanNode.Cells(new Interval(i, i + 1)), new DisjointCosts.Cost(1, i, 0));
    }
    assertEquals(100, costs.size());
    costs.add(new PlanNode.Cells(new Interval(0, 256)), new DisjointCosts.Cost(90, 1, 5));

    assertEquals(1, costs.size());
    assertEquals(new DisjointCosts.Cost(100, 4950, 5), costs.sum());
  }
}

package io.banyan.node.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.banyan.delegation.Known;
import io.banyan.node.JobDraft;
import io.banyan.node.TestingGuest;
import io.banyan.node.TestingRun;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Cancel;
import io.banyan.schema.Digest;
import io.banyan.schema.Failure;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.Lease;
import io.banyan.schema.LeaseReply;
import io.banyan.schema.Manifest;
import io.banyan.schema.PeerSummary;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Signed;
import io.banyan.schema.TaskMessage;
import io.banyan.schema.Value;
import io.banyan.schema.WireCodec;
import io.banyan.trust.Identity;
import io.banyan.trust.SigningDomain;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who has finished something is told to whoever gets what lies above it. */
class HintTest {
  private static final byte[] ENDLESS =
      TestingGuest.of(TestingGuest.LOOP).merge(TestingGuest.CONCAT).bytes();

  @TempDir private Path folder;
  private TestingNetwork network;
  private final List<TestingPeer> peers = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    network = new TestingNetwork(folder, 1);
  }

  @AfterEach
  void stop() {
    peers.forEach(TestingPeer::close);
    network.close();
  }

  private TestingPeer peer(int number) {
    peers.add(new TestingPeer(network.hosts, number, network.host(0), network.node(0), true));
    return peers.getLast();
  }

  private static PlanNode firstCell(PlanNode of) {
    int from = ((PlanNode.Cells) of).interval().from();
    return new PlanNode.Cells(new Interval(from, from + 1));
  }

  /** The next lease that {@code peer} is offered, and its name. */
  private static Signed offered(TestingPeer peer) {
    AtomicReference<Signed> offered = new AtomicReference<>();
    TestingNetwork.until(
        () -> {
          peer.beat();
          if (peer.heard.poll() instanceof TaskMessage.LeaseOffer offer) {
            offered.set(offer.offered());
          }
          return offered.get() != null;
        });
    return offered.get();
  }

  @Test
  void nextLeaseSaysWhoHasFinishedWhatLiesBelow() throws Exception {
    JobDraft draft = network.heavy(network.runs().draft(ENDLESS, new byte[0], "index:64", 1));
    TestingPeer ann = peer(10).join(0);
    TestingPeer bob = peer(11).join(1);
    TestingNetwork.until(() -> network.node(0).peers().size() == 2);
    JobId job = network.submit(draft);
    Signed lost = offered(bob);
    bob.say(new LeaseReply(lost.digest(), new LeaseReply.Taken(0)));
    Lease lease = WireCodec.decodeLease(lost.payload());
    assertEquals(List.of(), lease.hints());
    Digest key = Plan.of(draft.manifest()).key(firstCell(lease.node()));

    ann.say(
        new TaskMessage.Orphan(
            job, List.of(new TaskMessage.Finished(key, new Value.Blob(BlobRef.of(new byte[1]))))));
    ann.say(new Failure(Digest.ZERO, new Failure.TimeoutFailure(5))); // is counted behind it
    String behind = "failure for a lease that is not lent";
    TestingNetwork.until(
        () -> {
          bob.beat(lost.digest());
          return network.node(0).rejections().counts().containsKey(behind);
        });
    ann.close(); // this node cannot reach her any more, others may
    TestingNetwork.until(
        () -> {
          bob.beat(lost.digest());
          return network.node(0).peers().stream().noneMatch(each -> each.peer().equals(ann.id()));
        });
    bob.say(new Failure(lost.digest(), new Failure.NodeFailure("a test")));
    bob.close();
    TestingNetwork.until(() -> network.node(0).peers().stream().noneMatch(PeerSummary::connected));
    TestingPeer carl = peer(12).join(1);

    Lease again = WireCodec.decodeLease(offered(carl).payload());
    while (!Known.isWithin(firstCell(lease.node()), again.node())) {
      assertEquals(List.of(), again.hints());
      again = WireCodec.decodeLease(offered(carl).payload());
    }
    assertEquals(List.of(new Lease.Hint(key, ann.id())), again.hints());
    network.client().cancel(job, "it was a test");
    network.end(job);
  }

  /** The same, handed in to another node, and so little work that nobody would lend any of it. */
  private static Manifest light(Manifest of, Identity entry) {
    return new Manifest(
        of.profile(),
        of.token(),
        of.createdMillis(),
        of.endMillis(),
        entry.publicKey(),
        of.module(),
        of.input(),
        of.params(),
        of.shared(),
        of.splitRule(),
        of.chunkBytes(),
        of.limits(),
        of.budget(),
        of.retries(),
        of.verification(),
        of.routing(),
        of.partialPermille(),
        of.memo(),
        1);
  }

  @Test
  void whatALeaseHintsAtIsLentToWhoHasIt() throws Exception {
    JobDraft drafted = network.runs().draft(ENDLESS, new byte[0], "index:64", 1);
    TestingPeer lender = peer(10).join(0);
    TestingPeer child = peer(11).join(1);
    TestingNetwork.until(() -> network.node(0).peers().size() == 2);
    lender.serve(ENDLESS);
    JobDraft job =
        new JobDraft(
            light(drafted.manifest(), lender.identity),
            drafted.cuts(),
            drafted.module(),
            drafted.configuration(),
            drafted.input(),
            drafted.inputTree());
    Signed manifest =
        TestingNetwork.USER.sign(SigningDomain.MANIFEST, WireCodec.encodeManifest(job.manifest()));
    PlanNode held = new PlanNode.Cells(new Interval(7, 8));
    Lease whole = lender.lease(job, manifest, 0);
    List<Lease.Hint> hints =
        List.of(
            new Lease.Hint(Plan.of(job.manifest()).key(held), child.id()),
            new Lease.Hint(Digest.sha256(new byte[5]), child.id()), // it is nowhere below
            new Lease.Hint(
                Plan.of(job.manifest()).key(new PlanNode.Cells(new Interval(16, 32))),
                TestingRun.identity(99).publicKey().peerId())); // nobody knows that peer
    Signed lease =
        lender.sign(
            new Lease(
                whole.job(),
                whole.node(),
                whole.key(),
                whole.fromByte(),
                whole.toByte(),
                whole.part(),
                whole.child(),
                whole.attempt(),
                whole.parent(),
                whole.grant(),
                whole.tries(),
                whole.durationMillis(),
                0,
                whole.notAfterMillis(),
                List.of(),
                hints));

    lender.say(new TaskMessage.LeaseOffer(manifest, List.of(lease)));

    assertEquals(held, WireCodec.decodeLease(offered(child).payload()).node());
    lender.say(
        new TaskMessage.CancelLease(
            lender.identity.sign(
                SigningDomain.CANCEL,
                WireCodec.encodeCancel(new Cancel(lease.digest(), "a test")))));
    network.untilIdle();
  }
}

package io.banyan.node.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.node.JobDraft;
import io.banyan.node.TestingGuest;
import io.banyan.node.TestingRun;
import io.banyan.schema.Ack;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.CallLimits;
import io.banyan.schema.Cancel;
import io.banyan.schema.Claim;
import io.banyan.schema.ClientMessage;
import io.banyan.schema.DataMessage;
import io.banyan.schema.Digest;
import io.banyan.schema.Failure;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Heartbeat;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.JobState;
import io.banyan.schema.Lease;
import io.banyan.schema.LeaseReply;
import io.banyan.schema.Manifest;
import io.banyan.schema.Outcome;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Priority;
import io.banyan.schema.Profile;
import io.banyan.schema.Receipt;
import io.banyan.schema.Refused;
import io.banyan.schema.Routing;
import io.banyan.schema.Signed;
import io.banyan.schema.TaskFailure;
import io.banyan.schema.TaskMessage;
import io.banyan.schema.TrapKind;
import io.banyan.schema.Value;
import io.banyan.schema.WireCodec;
import io.banyan.trust.Identity;
import io.banyan.trust.SigningDomain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a peer says, the node refuses it by name, counts it, and goes on serving. */
class HostilePeerTest {
  private final Map<TestingPeer, List<Digest>> offered = new LinkedHashMap<>();
  private static final byte[] GUEST =
      TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT).bytes();
  private static final byte[] SLOW =
      TestingGuest.of(TestingNetwork.SLOWLY + TestingGuest.ECHO).merge(TestingGuest.CONCAT).bytes();
  private static final byte[] ENDLESS = TestingGuest.of(TestingGuest.LOOP).bytes();
  private static final byte[] INPUT =
      "The quick brown fox jumps over the lazy dog. "
          .repeat(8000)
          .getBytes(StandardCharsets.US_ASCII);

  @TempDir private Path folder;
  private TestingNetwork network;
  private final List<TestingPeer> peers = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    network = new TestingNetwork(folder, 1);
  }

  @AfterEach
  void nodeServesAJobAfterwards() throws Exception {
    try {
      peers.forEach(TestingPeer::close);
      network.untilIdle();
      assertArrayEquals(INPUT, network.run(draft()).output());
      network.untilIdle();
    } finally {
      network.close();
    }
    assertEquals(List.of(), network.openWorkFiles());
  }

  private TestingPeer peer(int number) {
    return peer(number, true);
  }

  private TestingPeer peer(int number, boolean reads) {
    TestingPeer peer =
        new TestingPeer(network.hosts, number, network.host(0), network.node(0), reads);
    peers.add(peer);
    return peer;
  }

  private JobDraft draft() throws Exception {
    return network.heavy(network.runs().draft(GUEST, INPUT, "bytes", 70_000));
  }

  /** The same job, handed in to another node. */
  private static Manifest at(Manifest of, Identity entry) {
    return at(of, entry, of.limits());
  }

  private static Manifest at(Manifest of, Identity entry, CallLimits limits) {
    return at(of, entry, limits, of.routing());
  }

  private static Manifest at(Manifest of, Identity entry, CallLimits limits, Routing routing) {
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
        limits,
        of.budget(),
        of.retries(),
        of.verification(),
        routing,
        of.partialPermille(),
        of.memo(),
        of.operationWeight());
  }

  private static Signed sign(Manifest manifest, Identity submitter) {
    return submitter.sign(SigningDomain.MANIFEST, WireCodec.encodeManifest(manifest));
  }

  private long count(String reason) {
    return network.node(0).rejections().counts().getOrDefault(reason, 0L);
  }

  private void untilCounted(String reason, long count) {
    TestingNetwork.until(() -> count(reason) >= count);
  }

  private void untilDisconnected(TestingPeer peer) {
    TestingNetwork.until(
        () -> peer.host.connections().isEmpty() || network.host(0).connections().isEmpty());
  }

  @Test
  void breachOfTheProtocolLosesTheConnection() throws Exception {
    String reason = "breach of the task protocol";
    Random random = new Random(20_261_121);
    byte[] garbage = new byte[1000];
    random.nextBytes(garbage);
    TestingPeer first = peer(10);
    first.open();
    first.sayBytes(garbage);
    untilCounted(reason, 1);
    untilDisconnected(first);

    TestingPeer second = peer(11);
    second.open();
    second.say(new Ack(Digest.sha256(garbage)));
    untilCounted(reason, 2);
    untilDisconnected(second);

    TestingPeer third = peer(12).join(1);
    third.say(new ClientMessage.GetComputeCapacity());
    untilCounted(reason, 3);
    untilDisconnected(third);

    TestingPeer fourth = peer(13).join(1);
    fourth.sayBytes(new byte[] {0, 0, 0, 40, 1, 2, 3});
    fourth.sayBytes(new byte[40]);
    untilCounted(reason, 4);
    untilDisconnected(fourth);
  }

  @Test
  void leaseThatDoesNotHoldIsRefused() throws Exception {
    TestingPeer lender = peer(10).join(1);
    JobDraft draft = draft();
    Manifest wish = at(draft.manifest(), lender.identity);
    Signed manifest = sign(wish, TestingNetwork.USER);
    JobDraft job =
        new JobDraft(
            wish,
            draft.cuts(),
            draft.module(),
            draft.configuration(),
            draft.input(),
            draft.inputTree());
    Lease right = lender.lease(job, manifest, 0);

    // Whose job nobody here works on.
    Signed stranger = sign(wish, TestingRun.identity(77));
    assertEquals(
        Refused.Code.NOT_ALLOWED,
        lender.refusal(stranger, List.of(lender.sign(lender.lease(job, stranger, 0)))));
    // Signed by somebody who was lent nothing.
    Signed forged = TestingRun.identity(78).sign(SigningDomain.LEASE, WireCodec.encodeLease(right));
    assertEquals(Refused.Code.NOT_ALLOWED, lender.refusal(manifest, List.of(forged)));
    // For another child.
    assertEquals(
        Refused.Code.NOT_ALLOWED,
        lender.refusal(manifest, List.of(lender.sign(forChild(right, TestingRun.identity(79))))));
    // More than there is.
    Budget all = wish.budget();
    Budget more =
        new Budget(
            all.fuel(), all.leaves() + 1, all.bytes(), all.memoryBytesMax(), 2, all.timeMillis());
    assertEquals(
        Refused.Code.OVER_LIMIT,
        lender.refusal(manifest, List.of(lender.sign(granting(right, more)))));
    assertEquals(
        Refused.Code.OVER_LIMIT,
        lender.refusal(manifest, List.of(lender.sign(trying(right, right.tries() + 1)))));
    // Past its end.
    assertEquals(
        Refused.Code.EXPIRED,
        lender.refusal(manifest, List.of(lender.sign(ending(right, 1_000_000_000_000L)))));
    // Another's lease, told again.
    TestingPeer other = peer(11).join(1);
    assertEquals(Refused.Code.NOT_ALLOWED, other.refusal(manifest, List.of(lender.sign(right))));

    assertEquals(3, count("lease that does not hold: not allowed"));
    assertEquals(2, count("lease that does not hold: over limit"));
    assertEquals(1, count("lease that does not hold: expired"));
    assertEquals(1, count("lease offered by another than its lender"));
  }

  private static Lease forChild(Lease of, Identity child) {
    return new Lease(
        of.job(),
        of.node(),
        of.key(),
        of.fromByte(),
        of.toByte(),
        of.part(),
        child.publicKey().peerId(),
        of.attempt(),
        of.parent(),
        of.grant(),
        of.tries(),
        of.durationMillis(),
        0,
        of.notAfterMillis(),
        List.of(),
        List.of());
  }

  private static Lease granting(Lease of, Budget grant) {
    return new Lease(
        of.job(),
        of.node(),
        of.key(),
        of.fromByte(),
        of.toByte(),
        of.part(),
        of.child(),
        of.attempt(),
        of.parent(),
        grant,
        of.tries(),
        of.durationMillis(),
        0,
        of.notAfterMillis(),
        List.of(),
        List.of());
  }

  private static Lease trying(Lease of, int tries) {
    return new Lease(
        of.job(),
        of.node(),
        of.key(),
        of.fromByte(),
        of.toByte(),
        of.part(),
        of.child(),
        of.attempt(),
        of.parent(),
        of.grant(),
        tries,
        of.durationMillis(),
        0,
        of.notAfterMillis(),
        List.of(),
        List.of());
  }

  private static Lease ending(Lease of, long notAfterMillis) {
    return new Lease(
        of.job(),
        of.node(),
        of.key(),
        of.fromByte(),
        of.toByte(),
        of.part(),
        of.child(),
        of.attempt(),
        of.parent(),
        of.grant(),
        of.tries(),
        of.durationMillis(),
        0,
        notAfterMillis,
        List.of(),
        List.of());
  }

  /** Offers leases that hold, whose blobs the lender never serves; says their names. */
  private List<Digest> offer(TestingPeer lender, int count) throws Exception {
    return offer(lender, draft(), Priority.NORMAL, TestingNetwork.USER, count);
  }

  private List<Digest> offer(
      TestingPeer lender, JobDraft draft, Priority priority, Identity submitter, int count)
      throws Exception {
    JobDraft job = handedInTo(lender, draft, priority);
    Signed manifest = sign(job.manifest(), submitter);
    List<Digest> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Signed lease = lender.sign(lender.lease(job, manifest, i));
      lender.say(new TaskMessage.LeaseOffer(manifest, List.of(lease)));
      names.add(lease.digest());
    }
    offered.computeIfAbsent(lender, _ -> new ArrayList<>()).addAll(names);
    return names;
  }

  private static JobDraft handedInTo(TestingPeer lender, JobDraft draft, Priority priority) {
    Manifest of = draft.manifest();
    Routing routing =
        new Routing(
            priority, of.routing().onlyPeers(), of.routing().labels(), of.routing().preferLocal());
    return new JobDraft(
        at(of, lender.identity, of.limits(), routing),
        draft.cuts(),
        draft.module(),
        draft.configuration(),
        draft.input(),
        draft.inputTree());
  }

  private void cancelAllOffered() throws Exception {
    for (TestingPeer lender : List.copyOf(offered.keySet())) {
      for (Digest name : offered.get(lender)) {
        lender.say(cancel(lender.identity, name));
      }
    }
    network.untilIdle();
  }

  /** What a lender hands out is added up here too, also where each lease is within its grant. */
  @Test
  void leasesThatAreTogetherMoreThanTheirLenderWasGrantedAreRefused() throws Exception {
    TestingPeer lender = peer(10).join(1);
    JobDraft job =
        handedInTo(
            lender,
            network.heavy(network.runs().draft(GUEST, INPUT, "bytes", 10_000)),
            Priority.NORMAL);
    Signed manifest = sign(job.manifest(), TestingNetwork.USER);
    Budget all = job.manifest().budget();
    assertEquals(36, INPUT.length / 10_000);
    List<Lease> leases = new ArrayList<>();
    for (Interval node : List.of(new Interval(0, 16), new Interval(16, 32))) {
      leases.add(lender.lease(job, manifest, new PlanNode.Cells(node), 0));
    }
    Budget half =
        new Budget(
            all.fuel() / 2,
            all.leaves() / 2,
            all.bytes() / 2,
            all.memoryBytesMax(),
            2,
            all.timeMillis());

    Digest whole = offer(lender, manifest, leases.get(0));
    assertInstanceOf(LeaseReply.Taken.class, lender.next(LeaseReply.class).answer());
    offer(lender, manifest, leases.get(1));
    Refused refused = (Refused) lender.next(LeaseReply.class).answer();

    assertEquals(Refused.Code.OVER_LIMIT, refused.code());
    assertEquals(
        "lender "
            + lender.id()
            + " hands out "
            + 2 * all.leaves()
            + " leaves to this node alone, and was granted "
            + all.leaves()
            + ", 1 more for second leases",
        refused.sentence());
    assertEquals(1, count("lease beyond its lender's grant"));

    lender.say(cancel(lender.identity, whole));
    for (Lease lease : leases) {
      offer(lender, manifest, granting(lease, half));
      assertInstanceOf(LeaseReply.Taken.class, lender.next(LeaseReply.class).answer());
    }
    cancelAllOffered();
  }

  private Digest offer(TestingPeer lender, Signed manifest, Lease lease) throws Exception {
    Signed signed = lender.sign(lease);
    lender.say(new TaskMessage.LeaseOffer(manifest, List.of(signed)));
    offered.computeIfAbsent(lender, _ -> new ArrayList<>()).add(signed.digest());
    return signed.digest();
  }

  private static TaskMessage cancel(Identity signer, Digest link) {
    return new TaskMessage.CancelLease(
        signer.sign(SigningDomain.CANCEL, WireCodec.encodeCancel(new Cancel(link, "a test"))));
  }

  /** An hour is the most time of a call that a node gives, unless it is told otherwise. */
  @Test
  void leaseOfAJobOverTheNodesMaximaIsRefused() throws Exception {
    TestingPeer lender = peer(11).join(1);
    JobDraft draft = draft();
    CallLimits usual = draft.manifest().limits();
    CallLimits patient =
        new CallLimits(
            usual.fuel(),
            usual.memoryBytesMax(),
            usual.depthBytesMax(),
            usual.outputBytesMax(),
            3_600_001);
    Manifest wish = at(draft.manifest(), lender.identity, patient);
    Signed manifest = sign(wish, TestingNetwork.USER);
    JobDraft job =
        new JobDraft(
            wish,
            draft.cuts(),
            draft.module(),
            draft.configuration(),
            draft.input(),
            draft.inputTree());

    Signed lease = lender.sign(lender.lease(job, manifest, 0));
    lender.say(new TaskMessage.LeaseOffer(manifest, List.of(lease)));
    lender.next(LeaseReply.class);
    Refused refused = (Refused) lender.next(Failure.class).kind();

    assertEquals(Refused.Code.OVER_LIMIT, refused.code());
    assertEquals(
        "time of a call in ms (--leaf-time): 3600001, this node's limit is 3600000",
        refused.sentence());
  }

  @Test
  void moreLeasesThanThereIsRoomForAreRefusedAsBusy() throws Exception {
    int heldMax = 64;
    int heldOfSubmitterMax = 48;
    int heldOfLenderMax = 16;
    for (int i = 0; i < heldOfSubmitterMax / heldOfLenderMax; i++) {
      TestingPeer lender = peer(10 + i).join(1);
      assertEquals(3, busy(lender, offer(lender, heldOfLenderMax + 3)));
    }
    TestingPeer late = peer(20).join(1);
    offer(late, 1);
    Refused refused = (Refused) late.next(LeaseReply.class).answer();
    assertEquals("this node holds 48 leases of this submitter already", refused.sentence());

    int left = heldMax - heldOfSubmitterMax;
    for (int i = 0; i < 2; i++) {
      TestingPeer lender = peer(30 + i).join(1);
      Identity other = TestingNetwork.OTHER_USER;
      assertEquals(0, busy(lender, offer(lender, draft(), Priority.NORMAL, other, left / 2)));
    }
    offer(late, draft(), Priority.NORMAL, TestingNetwork.OTHER_USER, 1);
    refused = (Refused) late.next(LeaseReply.class).answer();
    assertEquals("this node holds 64 leases already", refused.sentence());

    assertEquals(11, count("lease that there is no room for"));
    cancelAllOffered();
  }

  /** A place is told to be free soon only where one will be. */
  @Test
  void whoComesWhileNothingCanBeShedIsNotToldToComeSoon() throws Exception {
    TestingPeer lender = peer(10).join(1);
    lender.serve(ENDLESS);
    JobDraft endless = network.runs().draft(ENDLESS, new byte[0], "index:1", 1);
    assertEquals(0, busy(lender, offer(lender, endless, Priority.NORMAL, TestingNetwork.USER, 2)));
    TestingNetwork.until(() -> network.node(0).tasks() == 2); // both have begun
    JobDraft never = draft();
    assertEquals(0, busy(lender, offer(lender, never, Priority.CRITICAL, TestingNetwork.USER, 14)));

    offer(lender, never, Priority.CRITICAL, TestingNetwork.USER, 15);
    for (int i = 0; i < 14; i++) {
      lender.next(LeaseReply.class); // those that are held: once more
    }
    Refused refused = (Refused) lender.next(LeaseReply.class).answer();

    assertEquals(1_000, refused.retryAfterMillis());
    assertEquals("this node holds 16 leases of yours already", refused.sentence());
    cancelAllOffered();
  }

  /** How many of the offers {@code names} are answered by BUSY. */
  private int busy(TestingPeer lender, List<Digest> names) throws Exception {
    int busy = 0;
    for (int i = 0; i < names.size(); i++) {
      LeaseReply reply = lender.next(LeaseReply.class);
      if (reply.answer() instanceof Refused refused) {
        assertEquals(Refused.Code.BUSY, refused.code());
        assertTrue(refused.retryAfterMillis() > 0);
        busy++;
      }
    }
    return busy;
  }

  @Test
  void leaseIsItsLendersToCancelAndToAskUnder() throws Exception {
    TestingPeer lender = peer(10).join(1);
    TestingPeer other = peer(11).join(1);
    Digest lease = offer(lender, 1).getFirst();
    assertInstanceOf(LeaseReply.Taken.class, lender.next(LeaseReply.class).answer());

    other.say(cancel(other.identity, lease));
    untilCounted("cancel of somebody else's lease", 1);
    other.say(
        new TaskMessage.CancelLease(
            TestingRun.identity(5).sign(SigningDomain.CANCEL, new byte[3])));
    untilCounted("cancel that is none", 1);
    BlobRef ref = BlobRef.of(GUEST);
    assertEquals(Refused.Code.NOT_ALLOWED, refusal(other, ref, 0, 1, lease));
    assertEquals(Refused.Code.NOT_FOUND, refusal(other, ref, 0, 1, Digest.sha256(GUEST)));
    assertEquals(1, network.node(0).refusals().get(Refused.Code.NOT_ALLOWED));
    assertTrue(!network.node(0).isIdle());

    lender.say(cancel(lender.identity, lease));
    network.untilIdle();
  }

  private static Refused.Code refusal(
      TestingPeer peer, BlobRef ref, long first, long count, Digest link) throws Exception {
    return assertInstanceOf(
            Refused.class, peer.ask(new DataMessage.BlobRequest(ref, first, count, link)))
        .code();
  }

  @Test
  void childThatLiesIsNeverBelieved() throws Exception {
    TestingPeer child = peer(10).join(4);
    TestingNetwork.until(() -> network.node(0).peers().size() == 1);
    Identity another = TestingRun.identity(80);

    JobId job = network.submit(network.heavy(network.runs().draft(SLOW, INPUT, "bytes", 10_000)));
    int lies = 0;
    while (network.client().status(job).state() != JobState.COMPLETE) {
      TaskMessage message = child.heard.poll(20, TimeUnit.MILLISECONDS);
      if (!(message instanceof TaskMessage.LeaseOffer offer)) {
        continue;
      }
      Signed signed = offer.offered();
      Lease lease = WireCodec.decodeLease(signed.payload());
      child.say(new LeaseReply(signed.digest(), new LeaseReply.Taken(0)));
      switch (lies++ % 3) {
        case 0 -> { // a trap that never was
          Claim claim =
              new Claim(
                  Profile.ONE,
                  lease.key(),
                  GuestFunction.EXECUTE,
                  BlobRef.of(INPUT).digest(),
                  Digest.ZERO,
                  0,
                  0,
                  new Outcome.Trapped(TrapKind.UNREACHABLE));
          TaskFailure failure = new TaskFailure(signed.digest(), lease.node(), claim);
          child.say(
              new Failure(
                  signed.digest(),
                  new Failure.TaskFailed(
                      child.identity.sign(
                          SigningDomain.TASK_FAILURE, WireCodec.encodeTaskFailure(failure)))));
        }
        case 1 -> { // signed by another
          child.say(new TaskMessage.Result(signed.digest(), receipt(another, job, lease, signed)));
        }
        default -> { // without any evidence
          child.say(
              new TaskMessage.Result(signed.digest(), receipt(child.identity, job, lease, signed)));
          child.host.disconnect(network.node(0).id());
          network.hosts.connect(child.host, network.host(0));
          child.join(4);
        }
      }
    }

    assertArrayEquals(INPUT, network.done(job).output());
    assertTrue(lies >= 1);
  }

  @Test
  void resultThatIsSignedByAnotherIsCountedOnce() throws Exception {
    TestingPeer child = peer(10).join(4);
    byte[] endless = TestingGuest.of(TestingGuest.LOOP).merge(TestingGuest.CONCAT).bytes();
    JobId job =
        network.submit(network.heavy(network.runs().draft(endless, INPUT, "bytes", 70_000)));
    Signed offered = child.next(TaskMessage.LeaseOffer.class).offered();
    Lease lease = WireCodec.decodeLease(offered.payload());
    TaskMessage.Result result =
        new TaskMessage.Result(
            offered.digest(), receipt(TestingRun.identity(80), job, lease, offered));

    child.say(result);
    child.say(result);
    untilCounted("result that does not hold", 1);
    child.say(new Failure(Digest.ZERO, new Failure.TimeoutFailure(5)));
    untilCounted("failure for a lease that is not lent", 1);

    assertEquals(1, count("result that does not hold"));
    assertEquals(0, count("result for a lease that is not lent"));
    network.client().cancel(job, "it was a test");
    assertEquals(JobState.CANCELLED, network.end(job).status().state());
  }

  private static Signed receipt(Identity signer, JobId job, Lease lease, Signed signed) {
    byte[] wrong = "wrong".getBytes(StandardCharsets.US_ASCII);
    Receipt receipt =
        new Receipt(
            job,
            lease.key(),
            signed.digest(),
            new Value.Blob(BlobRef.of(wrong)),
            Digest.sha256(wrong),
            1,
            0,
            new Receipt.Ran());
    return signer.sign(SigningDomain.RECEIPT, WireCodec.encodeReceipt(receipt));
  }

  @Test
  void childFetchesItsOwnRangeAndNoOther() throws Exception {
    TestingPeer child = peer(10).join(4);
    TestingPeer other = peer(11).join(0);
    TestingNetwork.until(() -> network.node(0).peers().size() >= 1);
    JobDraft draft = network.heavy(network.runs().draft(SLOW, INPUT, "bytes", 70_000));
    JobId job = network.submit(draft);
    TaskMessage.LeaseOffer offer = child.next(TaskMessage.LeaseOffer.class);
    Lease lease = WireCodec.decodeLease(offer.offered().payload());
    Digest name = offer.offered().digest();
    BlobRef input = BlobRef.of(INPUT);
    assertEquals(draft.manifest().retries() + 1, lease.tries());

    assertInstanceOf(
        DataMessage.BlobReply.class,
        child.ask(new DataMessage.BlobRequest(input, lease.fromByte(), 1, name)));
    long outside = lease.fromByte() >= 1 << 17 ? 0 : INPUT.length - 1;
    assertTrue(outside == 0 || lease.toByte() < INPUT.length - (1 << 16));
    Refused.Code code = refusal(child, input, outside, 1, name);
    assertEquals(Refused.Code.NOT_FOUND, code);
    assertEquals(Refused.Code.NOT_ALLOWED, refusal(other, input, lease.fromByte(), 1, name));

    child.close();
    assertArrayEquals(INPUT, network.done(job).output());
  }

  @Test
  void answersToLeasesThatWereNeverGivenAreCounted() throws Exception {
    TestingPeer child = peer(10).join(1);
    Digest none = Digest.sha256(INPUT);
    Signed receipt = child.identity.sign(SigningDomain.RECEIPT, new byte[5]);

    child.say(new LeaseReply(none, new LeaseReply.Taken(0)));
    child.say(new TaskMessage.Result(none, receipt));
    child.say(new Failure(none, new Failure.TimeoutFailure(5)));
    child.say(new TaskMessage.ProofRequest(none, none, GuestFunction.EXECUTE));

    untilCounted("reply for a lease that is not lent", 1);
    untilCounted("result for a lease that is not lent", 1);
    untilCounted("failure for a lease that is not lent", 1);
    untilCounted("message that this build does not serve", 1);
  }

  @Test
  void tenThousandHeartbeatsAreNotToldToTheDriver() throws Exception {
    TestingPeer chatty = peer(10).join(0);
    for (int i = 0; i < 10_000; i++) {
      chatty.say(new Heartbeat(i, 0, List.of()));
    }

    chatty.say(new Failure(Digest.sha256(INPUT), new Failure.TimeoutFailure(5)));
    untilCounted("failure for a lease that is not lent", 1);
    assertTrue(count("heartbeat that comes too soon") > 9_000);
  }

  @Test
  void orphansWithoutEndCostWhatTheirLimitsSay() throws Exception {
    TestingPeer peer = peer(10).join(1);
    TestingNetwork.until(() -> network.node(0).peers().size() == 1);
    JobDraft draft = network.heavy(network.runs().draft(SLOW, INPUT, "bytes", 1_000));
    JobId job = network.submit(draft);
    List<TaskMessage.Finished> finished = new ArrayList<>();
    for (int cell = 0; cell < TaskMessage.Orphan.FINISHED_MAX; cell++) {
      PlanNode leaf = new PlanNode.Cells(new Interval(cell, cell + 1));
      Value nothing = new Value.Blob(BlobRef.of(new byte[1]));
      finished.add(new TaskMessage.Finished(Plan.of(draft.manifest()).key(leaf), nothing));
    }

    for (int i = 0; i < 2_500; i++) {
      peer.say(new TaskMessage.Orphan(job, finished));
    }

    untilCounted("orphan of more than is believed", 1);
    untilCounted("orphan that comes too soon", 1);
    peer.close();
    assertArrayEquals(INPUT, network.done(job).output());
  }

  @Test
  void peerThatNeverReadsIsDisconnected() throws Exception {
    TestingPeer deaf = peer(10, false).join(0);
    Manifest wish = at(draft().manifest(), deaf.identity);
    Signed manifest = sign(wish, TestingRun.identity(77));
    Signed lease = deaf.sign(deaf.lease(draft(), manifest, 0));
    try {
      for (int i = 0; i < 10_000; i++) {
        deaf.say(new TaskMessage.LeaseOffer(manifest, List.of(lease)));
      }
    } catch (IOException e) {
      // It was disconnected while it talked.
    }

    untilDisconnected(deaf);
  }

  @Test
  void planNodeOfNoPlanIsRefused() throws Exception {
    TestingPeer lender = peer(10).join(1);
    JobDraft draft = draft();
    Signed manifest = sign(at(draft.manifest(), lender.identity), TestingNetwork.USER);
    Lease right = lender.lease(draft, manifest, 0);
    Lease wrong =
        new Lease(
            right.job(),
            new PlanNode.Cells(new Interval(1, 3)),
            right.key(),
            right.fromByte(),
            right.toByte(),
            right.part(),
            right.child(),
            0,
            right.parent(),
            right.grant(),
            right.tries(),
            right.durationMillis(),
            0,
            right.notAfterMillis(),
            List.of(),
            List.of());

    assertEquals(Refused.Code.INVALID, lender.refusal(manifest, List.of(lender.sign(wrong))));
    assertEquals(1, count("lease that does not hold: invalid"));
  }
}

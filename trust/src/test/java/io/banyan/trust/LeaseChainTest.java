package io.banyan.trust;

import static io.banyan.trust.TestingTree.cells;
import static io.banyan.trust.TestingTree.peer;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.Bytes;
import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.Lease;
import io.banyan.schema.Limits;
import io.banyan.schema.Manifest;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Profile;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Refused;
import io.banyan.schema.Signed;
import io.banyan.schema.SplitRule;
import io.banyan.trust.TestingLease.Component;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/**
 * An honest chain holds, and no other. Each lender here did sign what it says, unless the test is
 * of signatures: what is wrong is what the lease says. Long, for the many rules.
 */
class LeaseChainTest {
  private static final Digest OTHER = Digest.sha256(new byte[] {42});
  private static final Identity MANAGER = peer(1);
  private static final Identity FOREMAN = peer(2);
  private static final Identity SELF = peer(3);
  private static final Identity STRANGER = peer(4);
  private static final List<Identity> HOLDERS = List.of(TestingJob.ENTRY, MANAGER, FOREMAN, SELF);
  private static final long NOW = 5000;

  /** 300 cells of a byte, lent on three times. */
  private static final TestingTree BYTES =
      new TestingTree(TestingJob.ofCells(new SplitRule.ByBytes(), 1, "x".repeat(300), true));

  private static final List<PlanNode> WAY = List.of(cells(0, 256), cells(16, 32), cells(17, 18));

  private static PeerId id(Identity identity) {
    return identity.publicKey().peerId();
  }

  private static LeaseChain takes() {
    return new LeaseChain(id(SELF), TestingTree.SUBMITTER.publicKey()::equals, Set.of(Profile.ONE));
  }

  /** The leases down {@code way}, the one at {@code level} bent by its lender. */
  private static List<Signed> chain(
      TestingTree tree, List<PlanNode> way, int level, Consumer<TestingLease> bend) {
    List<Signed> chain = new ArrayList<>();
    Link link = tree.root();
    for (int i = 0; i < way.size(); i++) {
      Identity child = i == way.size() - 1 ? SELF : HOLDERS.get(i + 1);
      Lease lease = tree.lease(link, way.get(i), child);
      lease = i == level ? TestingLease.bend(lease, bend) : lease;
      Signed signed = TestingTree.sign(HOLDERS.get(i), lease);
      chain.add(signed);
      link = link.lent(signed.digest(), lease);
    }
    return chain;
  }

  private static List<Signed> honest() {
    return chain(BYTES, WAY, -1, _ -> {});
  }

  private static LeaseChain.Result check(TestingTree tree, List<Signed> chain) {
    return takes().check(tree.manifest, chain, NOW);
  }

  private static void assertRejected(Refused.Code code, String sentence, LeaseChain.Result result) {
    LeaseChain.Rejected rejected = new LeaseChain.Rejected(code, sentence);
    assertEquals(rejected, result);
    assertEquals(new Refused(code, sentence, 0), rejected.refused());
  }

  /** The middle one of three leases is bent. */
  private static void assertBent(Refused.Code code, String reason, Consumer<TestingLease> bend) {
    assertRejected(code, "lease 2 of 3: " + reason, check(BYTES, chain(BYTES, WAY, 1, bend)));
  }

  @Test
  void honestChainSaysWhatItEntitlesTo() {
    List<Signed> chain = honest();

    LeaseChain.Holds holds = assertInstanceOf(LeaseChain.Holds.class, check(BYTES, chain));

    assertEquals(BYTES.id, holds.job());
    assertEquals(BYTES.job.manifest, holds.manifest());
    assertEquals(WAY, holds.leases().stream().map(Lease::node).toList());
    assertEquals(cells(17, 18), holds.offered().node());
    Link link = holds.link();
    assertEquals(chain.getLast().digest(), link.digest());
    assertEquals(id(SELF), link.holder());
    assertEquals(List.of(id(TestingJob.ENTRY), id(MANAGER), id(FOREMAN)), link.above());
    assertEquals(17, link.fromByte());
    assertEquals(18, link.toByte());
    assertEquals(1, link.grant().hops());
  }

  @Test
  void chainOfOneLeaseOfTheWholePlanHolds() {
    assertInstanceOf(
        LeaseChain.Holds.class, check(BYTES, chain(BYTES, List.of(cells(0, 300)), -1, _ -> {})));
  }

  @Test
  void samePlanNodeMayBeLentOn() {
    assertInstanceOf(
        LeaseChain.Holds.class,
        check(BYTES, chain(BYTES, List.of(cells(0, 256), cells(0, 256)), -1, _ -> {})));
  }

  @Test
  void chainHasOneToEightLeases() {
    assertRejected(
        Refused.Code.INVALID, "a chain of 0 leases, must be 1 to 8", check(BYTES, List.of()));
    assertRejected(
        Refused.Code.INVALID,
        "a chain of 9 leases, must be 1 to 8",
        check(BYTES, Collections.nCopies(9, honest().getFirst())));
  }

  @Test
  void submitterThatIsNotAllowedIsToldOfTheFlag() {
    Predicate<PublicKey> nobody = _ -> false;

    assertRejected(
        Refused.Code.NOT_ALLOWED,
        "submitter "
            + TestingTree.SUBMITTER
            + " is not among those that this node works for (--allow)",
        new LeaseChain(id(SELF), nobody, Set.of(Profile.ONE)).check(BYTES.manifest, honest(), NOW));
  }

  @Test
  void manifestOfAnotherSignatureIsRejected() {
    Signed theirs = STRANGER.sign(SigningDomain.MANIFEST, BYTES.manifest.payload().toArray());
    Signed mixed =
        new Signed(BYTES.manifest.signer(), theirs.signature(), BYTES.manifest.payload());

    assertRejected(
        Refused.Code.NOT_ALLOWED,
        "manifest: its signature does not hold",
        takes().check(mixed, honest(), NOW));
  }

  @Test
  void payloadThatIsNoManifestIsRejected() {
    Signed junk = TestingTree.SUBMITTER.sign(SigningDomain.MANIFEST, new byte[] {1, 2, 3});

    assertRejected(
        Refused.Code.INVALID,
        "manifest: at byte 0: a message of 3 bytes; it has whole words of 8, two or more",
        takes().check(junk, honest(), NOW));
  }

  @Test
  void profileThatIsNotKnownIsUnsupported() {
    assertRejected(
        Refused.Code.UNSUPPORTED,
        "manifest: this node does not know its profile 1",
        new LeaseChain(id(SELF), _ -> true, Set.of(new Profile("2")))
            .check(BYTES.manifest, honest(), NOW));
  }

  @Test
  void manifestThatIsOverIsExpiredOnceTheLeewayIsToo() {
    long end = TestingJob.END_MILLIS + Limits.CLOCK_LEEWAY_MILLIS;

    assertInstanceOf(LeaseChain.Holds.class, takes().check(BYTES.manifest, honest(), end));
    assertRejected(
        Refused.Code.EXPIRED,
        "manifest ended at 10000000 ms, it is 10300001 ms here",
        takes().check(BYTES.manifest, honest(), end + 1));
  }

  @Test
  void leaseThatIsOverIsExpiredOnceTheLeewayIsToo() {
    List<Signed> chain = chain(BYTES, WAY, 2, lease -> lease.notAfterMillis = 6000);
    long end = 6000 + Limits.CLOCK_LEEWAY_MILLIS;

    assertInstanceOf(LeaseChain.Holds.class, takes().check(BYTES.manifest, chain, end));
    assertRejected(
        Refused.Code.EXPIRED,
        "the last lease ended at 6000 ms, it is 306001 ms here",
        takes().check(BYTES.manifest, chain, end + 1));
  }

  @Test
  void leaseOfAnybodyButTheHolderAboveIsRejected() throws Exception {
    for (int level = 0; level < WAY.size(); level++) {
      List<Signed> chain = new ArrayList<>(honest());
      Lease lease = LeaseRules.decode(chain.get(level));
      chain.set(level, TestingTree.sign(STRANGER, lease));

      assertRejected(
          Refused.Code.NOT_ALLOWED,
          "lease "
              + (level + 1)
              + " of 3: it is signed by "
              + STRANGER
              + ", not by "
              + HOLDERS.get(level)
              + ", who holds what it is lent from",
          check(BYTES, chain));
    }
  }

  @Test
  void leaseSignedAsAnythingElseIsRejected() {
    for (SigningDomain domain : SigningDomain.values()) {
      List<Signed> chain = new ArrayList<>(honest());
      byte[] payload = chain.getLast().payload().toArray();
      chain.set(2, FOREMAN.sign(domain, payload));
      LeaseChain.Result result = check(BYTES, chain);

      if (domain == SigningDomain.LEASE) {
        assertInstanceOf(LeaseChain.Holds.class, result);
      } else {
        assertRejected(
            Refused.Code.NOT_ALLOWED, "lease 3 of 3: its signature does not hold", result);
      }
    }
  }

  @Test
  void payloadThatIsNoLeaseIsRejected() {
    Signed junk = TestingJob.ENTRY.sign(SigningDomain.LEASE, new byte[] {1, 2, 3});

    assertRejected(
        Refused.Code.INVALID,
        "lease 1 of 1: at byte 0: a message of 3 bytes; it has whole words of 8, two or more",
        check(BYTES, List.of(junk)));
  }

  @Test
  void leaseOfAnotherJobIsRejected() {
    assertBent(
        Refused.Code.NOT_ALLOWED,
        "it belongs to the job " + OTHER,
        lease -> lease.job = new JobId(OTHER));
  }

  @Test
  void leaseFromAnotherLinkIsRejected() {
    assertBent(
        Refused.Code.NOT_ALLOWED,
        "it is lent from " + OTHER + ", the link above it is " + honest().getFirst().digest(),
        lease -> lease.parent = OTHER);
    assertRejected(
        Refused.Code.NOT_ALLOWED,
        "lease 1 of 3: it is lent from " + OTHER + ", the link above it is " + BYTES.id,
        check(BYTES, chain(BYTES, WAY, 0, lease -> lease.parent = OTHER)));
  }

  @Test
  void nobodyStandsTwiceInAChain() {
    for (Identity again : List.of(TestingJob.ENTRY, MANAGER)) {
      assertBent(
          Refused.Code.NOT_ALLOWED,
          "its child " + again + " holds a link above it already",
          lease -> lease.child = id(again));
    }
  }

  private static Consumer<TestingLease> at(PlanNode node) {
    return lease -> {
      lease.node = node;
      lease.key = BYTES.plan.key(node);
    };
  }

  @Test
  void placeThatThePlanDoesNotHaveIsRejected() {
    for (PlanNode node : List.of(cells(16, 31), cells(8, 24), cells(290, 301), cells(0, 301))) {
      assertBent(Refused.Code.INVALID, "the plan has no node " + node, at(node));
    }
    assertBent(
        Refused.Code.INVALID,
        "the plan has no node /3/",
        lease -> {
          at(new PlanNode.Part(List.of(3))).accept(lease);
          lease.fromByte = 0;
          lease.toByte = 0;
          lease.part = Optional.of(new Lease.LeasedPart(new BlobRef(OTHER, 1), 2));
        });
  }

  @Test
  void placeOutsideOfWhatIsHeldIsRejected() {
    for (PlanNode node : List.of(cells(256, 272), cells(256, 300), cells(0, 300))) {
      assertBent(
          Refused.Code.INVALID,
          "plan node " + node + " does not lie in 0-256, which it is lent from",
          at(node));
    }
  }

  @Test
  void keyOfAnotherPlaceIsRejected() {
    assertBent(
        Refused.Code.INVALID,
        "its key is not that of plan node 16-32",
        lease -> lease.key = BYTES.plan.key(cells(17, 18)));
  }

  @Test
  void bytesThatSizeDecidesAreThose() {
    assertBent(
        Refused.Code.INVALID,
        "it is for bytes 15 to 32; the plan's are 16 to 32",
        lease -> lease.fromByte = 15);
    assertBent(
        Refused.Code.INVALID,
        "it is for bytes 16 to 33; the plan's are 16 to 32",
        lease -> lease.toByte = 33);
  }

  @Test
  void cellsOfAnIndexHaveNoBytes() {
    TestingTree tree = new TestingTree(TestingJob.ofCells(new SplitRule.ByIndex(18), 0, "", true));
    List<PlanNode> way = List.of(cells(0, 16), cells(3, 4));

    assertInstanceOf(LeaseChain.Holds.class, check(tree, chain(tree, way, -1, _ -> {})));
    assertRejected(
        Refused.Code.INVALID,
        "lease 1 of 2: it is for bytes 0 to 1; the plan's are 0 to 0",
        check(tree, chain(tree, way, 0, lease -> lease.toByte = 1)));
  }

  /** Cuts of "ab\ncd\nefghijklmnop\n\nq\n" and so on: 4-byte cells, 22 bytes a round. */
  private static final TestingTree LINES =
      new TestingTree(
          TestingJob.ofCells(
              new SplitRule.ByLines(), 4, "ab\ncd\nefghijklmnop\n\nq\n".repeat(9), true));

  private static void assertLines(String reason, int level, Consumer<TestingLease> bend) {
    List<PlanNode> way = List.of(cells(16, 32), cells(17, 18));
    assertRejected(
        Refused.Code.INVALID,
        "lease " + (level + 1) + " of 2: " + reason,
        check(LINES, chain(LINES, way, level, bend)));
  }

  @Test
  void cutsOfLinesAreBoundedBeforeTheBytesAreThere() {
    List<PlanNode> way = List.of(cells(16, 32), cells(17, 18));
    Link outer = LINES.root();
    Lease first = LINES.lease(outer, cells(16, 32), MANAGER);
    Lease second = LINES.lease(outer, cells(17, 18), MANAGER);
    assertInstanceOf(LeaseChain.Holds.class, check(LINES, chain(LINES, way, -1, _ -> {})));

    String none = "; plan node 17 cannot have them in 16-32, which has ";
    String has = first.fromByte() + " to " + first.toByte();
    assertLines("it is for bytes 67 to " + second.toByte() + none + has, 1, l -> l.fromByte = 67);
    assertLines(
        "it is for bytes " + second.fromByte() + " to " + (first.toByte() + 1) + none + has,
        1,
        l -> l.toByte = first.toByte() + 1);
    assertLines(
        "it is for bytes 63 to "
            + first.toByte()
            + "; plan node 16-32 cannot have them in 0-50, which has 0 to 198",
        0,
        l -> l.fromByte = 63);
  }

  @Test
  void cellsOnNoBytesAreNotLent() {
    assertLines(
        "it is for bytes 72 to 72; a plan node on no bytes is not run",
        1,
        lease -> {
          lease.fromByte = 72;
          lease.toByte = 72;
        });
  }

  @Test
  void endsThatTheLinkAboveFixesAreThose() {
    List<PlanNode> way = List.of(cells(0, 16), cells(0, 1));
    assertRejected(
        Refused.Code.INVALID,
        "lease 2 of 2: it is for bytes 1 to 6; plan node 0 cannot have them in 0-16, which has 0 to"
            + " 64",
        check(LINES, chain(LINES, way, 1, lease -> lease.fromByte = 1)));
    assertRejected(
        Refused.Code.INVALID,
        "lease 1 of 1: it is for bytes 195 to 197; plan node 48-50 cannot have them in 0-50, which"
            + " has 0 to 198",
        check(LINES, chain(LINES, List.of(cells(48, 50)), 0, lease -> lease.toByte = 197)));
  }

  @Test
  void linesThatAreTooLongForALeafAreNotLent() {
    TestingTree tree =
        new TestingTree(
            TestingJob.ofCells(new SplitRule.ByLines(), 1 << 20, "x".repeat(17 << 20), true));

    assertRejected(
        Refused.Code.INVALID,
        "lease 1 of 1: it is for bytes 0 to 17825792; a leaf in it is longer than 16777216",
        check(tree, chain(tree, List.of(cells(0, 1)), -1, _ -> {})));
  }

  @Test
  void emptyInputMayBeLentAsAWhole() {
    TestingTree tree = new TestingTree(TestingJob.ofCells(new SplitRule.ByLines(), 4, "", true));

    assertInstanceOf(
        LeaseChain.Holds.class, check(tree, chain(tree, List.of(cells(0, 1)), -1, _ -> {})));
  }

  /** 40 bytes, split into 10 parts of 7, each of those into 2 of 4, those into 2 of 2. */
  private static final TestingTree PARTS =
      new TestingTree(
          TestingJob.ofParts(
              3,
              40,
              true,
              part ->
                  switch (part.path().size()) {
                    case 0 -> List.of(7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 2);
                    case 1 -> List.of(4, 4);
                    default -> List.of(2, 2);
                  }));

  private static PlanNode part(Integer... path) {
    return new PlanNode.Part(List.of(path));
  }

  private static void assertPart(String reason, List<PlanNode> way, Consumer<TestingLease> bend) {
    assertRejected(
        Refused.Code.INVALID,
        "lease " + way.size() + " of " + way.size() + ": " + reason,
        check(PARTS, chain(PARTS, way, way.size() - 1, bend)));
  }

  private static Consumer<TestingLease> resting(long bytes, long parentBytes) {
    return lease ->
        lease.part = Optional.of(new Lease.LeasedPart(new BlobRef(OTHER, bytes), parentBytes));
  }

  @Test
  void partsAreLentDownTheirPath() {
    for (List<PlanNode> way :
        List.of(
            List.of(part()),
            List.of(part(), part()),
            List.of(part(3)),
            List.of(part(3, 1, 0)),
            List.of(part(3), part(3, 1), part(3, 1, 0)),
            List.of(part(3), part(3)))) {
      assertInstanceOf(
          LeaseChain.Holds.class, check(PARTS, chain(PARTS, way, -1, _ -> {})), way::toString);
    }
  }

  @Test
  void partIsSplitFromWhatIsHeld() {
    assertPart(
        "it is a part of 39 bytes, which plan node / of 40 bytes does not have 1 levels down",
        List.of(part(3)),
        resting(7, 39));
    assertPart(
        "it is a part of 8 bytes, which plan node /3/ of 7 bytes does not have 1 levels down",
        List.of(part(3), part(3, 1)),
        resting(4, 8));
    assertPart(
        "it is a part of 40 bytes, which plan node / of 40 bytes does not have 2 levels down",
        List.of(part(3, 1)),
        resting(4, 40));
    assertPart(
        "it is a part of 3 bytes, which plan node / of 40 bytes does not have 2 levels down",
        List.of(part(3, 1)),
        resting(2, 3));
  }

  @Test
  void partThatIsLentOnWholeStaysWhatItIs() {
    assertPart(
        "what it says plan node /3/ rests on is not what is above",
        List.of(part(3), part(3)),
        resting(6, 40));
  }

  @Test
  void leafHasNoPartsToLend() {
    Digest key = PARTS.plan.key(part(10, 0));

    assertPart(
        "plan node /10/, which it is lent from, is a leaf",
        List.of(part(10), part(10)),
        lease -> {
          lease.node = part(10, 0);
          lease.key = key;
          resting(1, 2).accept(lease);
        });
  }

  @Test
  void partIsNoLongerThanASplitMayMakeIt() {
    long quarter = PARTS.job.manifest.limits().splitBytesMax();

    assertPart(
        "its part of "
            + (quarter + 1)
            + " bytes, split from 40, is more than the "
            + quarter
            + " bytes that a split may have",
        List.of(part(3)),
        resting(quarter + 1, 40));
  }

  @Test
  void partOutsideOfWhatIsHeldIsRejected() {
    Digest key = PARTS.plan.key(part(4, 1));

    assertPart(
        "plan node /4/1/ does not lie in /3/, which it is lent from",
        List.of(part(3), part(3, 1)),
        lease -> {
          lease.node = part(4, 1);
          lease.key = key;
        });
  }

  @Test
  void grantOverTheOneAboveIsRejected() {
    Budget whole = BYTES.job.manifest.budget();

    assertRejected(
        Refused.Code.OVER_LIMIT,
        "lease 1 of 3: its grant of 1048577 leaves is more than the 1048576 above it",
        check(BYTES, chain(BYTES, WAY, 0, l -> l.grant = Component.LEAVES.more(l.grant))));
    assertBent(
        Refused.Code.OVER_LIMIT,
        "its grant of "
            + (whole.fuel() + 1)
            + " fuel is more than the "
            + whole.fuel()
            + " above it",
        l -> l.grant = Component.FUEL.more(l.grant));
    assertBent(
        Refused.Code.OVER_LIMIT,
        "its grant of 3 hops is not less than the 3 above",
        l -> l.grant = Component.HOPS.more(l.grant));
  }

  @Property
  void noComponentOfAGrantEverGrows(
      @ForAll @IntRange(max = 2) int level, @ForAll Component component) {
    UnaryOperator<Budget> more = component::more;

    LeaseChain.Result result =
        check(BYTES, chain(BYTES, WAY, level, lease -> lease.grant = more.apply(lease.grant)));

    assertEquals(
        Refused.Code.OVER_LIMIT, assertInstanceOf(LeaseChain.Rejected.class, result).code());
  }

  @Test
  void triesNeverGrow() {
    int tries = BYTES.job.manifest.retries() + 1;

    for (int level = 0; level < 3; level++) {
      assertRejected(
          Refused.Code.OVER_LIMIT,
          "lease "
              + (level + 1)
              + " of 3: its "
              + (tries + 1)
              + " tries are more than the "
              + tries
              + " above it",
          check(BYTES, chain(BYTES, WAY, level, lease -> lease.tries++)));
    }
    assertBent(
        Refused.Code.OVER_LIMIT,
        "its 101 tries are more than the " + tries + " above it",
        lease -> lease.tries = Manifest.RETRIES_MAX + 1);
  }

  @Test
  void leaseMayHaveFewerTriesThanItsLenderAndThoseBelowNoMore() {
    LeaseChain.Result fewer = check(BYTES, chain(BYTES, WAY, 2, lease -> lease.tries = 0));
    LeaseChain.Result below = check(BYTES, chain(BYTES, WAY, 0, lease -> lease.tries = 1));

    assertEquals(0, assertInstanceOf(LeaseChain.Holds.class, fewer).link().tries());
    assertEquals(1, assertInstanceOf(LeaseChain.Holds.class, below).link().tries());
  }

  @Test
  void leaseIsNoLongerThanItsGrant() {
    assertBent(
        Refused.Code.OVER_LIMIT,
        "its grant of 300001 ms of duration is more than the 300000 above it",
        lease -> lease.durationMillis++);
  }

  @Test
  void leaseEndsNoLaterThanWhatIsAboveIt() {
    assertBent(
        Refused.Code.OVER_LIMIT,
        "it ends at 10000001 ms, after what is above it, 10000000",
        lease -> lease.notAfterMillis++);
  }

  @Test
  void chainForAnotherPeerIsRejected() {
    List<Signed> chain = chain(BYTES, WAY, 2, lease -> lease.child = id(STRANGER));

    assertRejected(
        Refused.Code.NOT_ALLOWED,
        "the last lease is for " + STRANGER + ", and offered to " + SELF,
        check(BYTES, chain));
    assertRejected(
        Refused.Code.NOT_ALLOWED,
        "the last lease is for " + FOREMAN + ", and offered to " + SELF,
        check(BYTES, honest().subList(0, 2)));
  }

  @Test
  void leaseOutOfTheChainIsRejected() {
    List<Signed> chain = honest();

    for (int left = 0; left < 2; left++) {
      List<Signed> gap = new ArrayList<>(chain);
      gap.remove(left);
      assertInstanceOf(LeaseChain.Rejected.class, check(BYTES, gap));
    }
  }

  /** Every byte of everything that is signed, one bit of it; and whoever is allowed. */
  @Test
  void flippedBitInAnyByteIsRejected() {
    LeaseChain any = new LeaseChain(id(SELF), _ -> true, Set.of(Profile.ONE));
    List<Signed> all = new ArrayList<>(honest());
    all.addFirst(BYTES.manifest);

    for (int which = 0; which < all.size(); which++) {
      byte[] bytes = all.get(which).toBytes();
      for (int position = 0; position < bytes.length; position++) {
        byte[] flipped = bytes.clone();
        flipped[position] ^= (byte) (1 << (position + which) % Byte.SIZE);
        List<Signed> bent = new ArrayList<>(all);
        bent.set(which, Signed.of(Bytes.of(flipped)));

        LeaseChain.Result result = any.check(bent.getFirst(), bent.subList(1, bent.size()), NOW);

        String place = which + " byte " + position;
        LeaseChain.Rejected rejected = assertInstanceOf(LeaseChain.Rejected.class, result, place);
        assertTrue(rejected.refused().sentence().length() > 10, place);
      }
    }
  }

  @Test
  void controlCharactersOfASubmitterAreNotPassedOn() {
    Profile rare = new Profile("other-rules"); // its id stands nowhere else in the payload
    TestingTree tree =
        new TestingTree(
            TestingJob.ofCells(rare, new SplitRule.ByBytes(), 1, "x".repeat(300), true));
    String payload = new String(tree.manifest.payload().toArray(), ISO_8859_1);
    byte[] painted = payload.replace(rare.id(), "\u001b[31m\r\n!!!!").getBytes(ISO_8859_1);

    assertRejected(
        Refused.Code.INVALID,
        "manifest: profile id is not 1 to 32 characters of [a-z0-9.-]: '?[31m??!!!!'",
        takes().check(TestingTree.SUBMITTER.sign(SigningDomain.MANIFEST, painted), honest(), NOW));
  }

  /** Signed as it should be, whatever it says: the answer is a value, and can be sent. */
  @Test
  void signedNonsenseIsRejectedInASentence() {
    LeaseChain any = new LeaseChain(id(SELF), _ -> true, Set.of(Profile.ONE));
    List<Signed> all = new ArrayList<>(honest());
    all.addFirst(BYTES.manifest);
    Random random = new Random(20_261_121);

    for (int round = 0; round < 4000; round++) {
      int which = random.nextInt(all.size());
      byte[] payload = all.get(which).payload().toArray();
      for (int flips = random.nextInt(3); flips >= 0; flips--) {
        payload[random.nextInt(payload.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      }
      if (Bytes.of(payload).equals(all.get(which).payload())) {
        continue; // the same bit twice
      }
      List<Signed> bent = new ArrayList<>(all);
      bent.set(
          which,
          which == 0
              ? TestingTree.SUBMITTER.sign(SigningDomain.MANIFEST, payload)
              : HOLDERS.get(which - 1).sign(SigningDomain.LEASE, payload));

      LeaseChain.Result result = any.check(bent.getFirst(), bent.subList(1, bent.size()), NOW);

      switch (result) {
        case LeaseChain.Holds holds -> assertEquals(3, which, "round " + round + ": " + holds);
        case LeaseChain.Rejected rejected -> assertEquals(0, rejected.refused().retryAfterMillis());
      }
    }
  }
}

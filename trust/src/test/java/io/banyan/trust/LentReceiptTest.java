package io.banyan.trust;

import static io.banyan.trust.TestingTree.attempt;
import static io.banyan.trust.TestingTree.cells;
import static io.banyan.trust.TestingTree.lent;
import static io.banyan.trust.TestingTree.peer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.Bytes;
import io.banyan.schema.Claim;
import io.banyan.schema.Cuts;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.Lease;
import io.banyan.schema.Outcome;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Profile;
import io.banyan.schema.Receipt;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Signed;
import io.banyan.schema.SplitRule;
import io.banyan.schema.Step;
import io.banyan.schema.TaskFailure;
import io.banyan.schema.TrapKind;
import io.banyan.schema.Value;
import io.banyan.schema.WireCodec;
import io.banyan.trust.TestingTree.Branch;
import io.banyan.trust.TestingTree.Grown;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What was lent and signed for at every level is accepted, and any lie in it is not, though its
 * liar signed it and all above him rest on it. Long, for the many lies.
 */
class LentReceiptTest {
  private static final Digest OTHER = Digest.sha256(new byte[] {42});
  private static final Identity ANN = peer(1);
  private static final Identity BEN = peer(2);
  private static final Identity CAT = peer(3);
  private static final Identity DAN = peer(4);

  /** 35 cells of a byte. */
  private static final TestingJob BYTES =
      TestingJob.ofCells(new SplitRule.ByBytes(), 1, "x".repeat(35), true);

  /** Ann has 0-16, of which Ben runs 3 and Cat 5; Ben has 16-32, after Cat came to nothing. */
  private static final List<Branch> BRANCHES =
      List.of(
          lent(cells(0, 16), ANN, lent(cells(5, 6), CAT), lent(cells(3, 4), BEN)),
          attempt(cells(16, 32), CAT),
          lent(cells(16, 32), BEN));

  private static PeerId id(Identity identity) {
    return identity.publicKey().peerId();
  }

  private static Grown grow(TestingTree tree, List<Branch> branches) {
    return tree.grow(tree.root(), TestingJob.ENTRY, branches);
  }

  private static void assertRejected(String sentence, Verdict verdict) {
    assertEquals(new Verdict.Rejected(sentence), verdict);
  }

  private static Verdict verdict(List<Branch> branches) {
    TestingTree tree = new TestingTree(BYTES);
    return tree.verdict(grow(tree, branches));
  }

  @Test
  void signaturesSayWhoRanWhat() {
    TestingTree tree =
        new TestingTree(TestingJob.ofCells(new SplitRule.ByBytes(), 1, "x".repeat(300), true));
    Grown whole =
        tree.grow(
            lent(
                cells(0, 256),
                ANN,
                lent(
                    cells(16, 32),
                    BEN,
                    lent(cells(17, 18), CAT),
                    lent(cells(20, 21), DAN),
                    attempt(cells(21, 22), CAT)),
                lent(cells(32, 48), CAT),
                attempt(cells(48, 64), DAN),
                lent(cells(48, 64), BEN)),
            lent(cells(256, 272), BEN),
            attempt(cells(272, 288), ANN),
            lent(cells(272, 288), CAT));

    Verdict.Accepted accepted = assertInstanceOf(Verdict.Accepted.class, tree.verdict(whole));

    Attribution attribution = accepted.attribution();
    assertEquals(
        List.of(
            new Attribution.Share(id(TestingJob.ENTRY), 12, 288),
            new Attribution.Share(id(ANN), 208, 48),
            new Attribution.Share(id(BEN), 14 + 16 + 16, 2),
            new Attribution.Share(id(CAT), 1 + 16 + 16, 0),
            new Attribution.Share(id(DAN), 1, 0)),
        attribution.shares());
    assertEquals(List.of(id(TestingJob.ENTRY), id(ANN), id(BEN), id(CAT)), attribution.deepest());
    assertEquals(3, attribution.depth());
    assertEquals(11, attribution.leases());
    assertEquals(8, attribution.receipts());
    assertEquals(0, attribution.failures());
    assertEquals(300, accepted.receipt().leaves());
  }

  /** Hands out the chunks of the link's own cells only. */
  private record Narrow(TestingJob job, PlanNode node) implements JobContent {
    @Override
    public boolean merges() {
      return job.merges();
    }

    @Override
    public Cuts cuts() {
      return job.cuts();
    }

    @Override
    public Digest chunk(Interval cell) {
      return PlanOrder.isWithin(node, new PlanNode.Cells(cell))
          ? job.chunk(cell)
          : fail("cell " + cell + " is not in " + node);
    }
  }

  private static Verdict asLender(TestingTree tree, Grown grown) {
    Link link = grown.link();
    ReceiptCheck check =
        new ReceiptCheck(tree.id, tree.job.manifest, new Narrow(tree.job, link.node()), link);
    assertEquals(Optional.empty(), check.refusal(grown.receipt()));
    return check.check(tree.entries(grown).iterator(), _ -> {}, grown::receipt);
  }

  @Test
  void lenderAtAnyLevelChecksWhatItLent() {
    TestingTree tree = new TestingTree(BYTES);
    grow(tree, BRANCHES);

    assertEquals(5, tree.grown.size());
    for (Grown grown : tree.grown) {
      assertInstanceOf(Verdict.Accepted.class, asLender(tree, grown), grown.link()::toString);
    }
    Grown ann = tree.grown.get(2);
    assertEquals(
        List.of(
            new Attribution.Share(id(ANN), 14, 2),
            new Attribution.Share(id(CAT), 1, 0),
            new Attribution.Share(id(BEN), 1, 0)),
        assertInstanceOf(Verdict.Accepted.class, asLender(tree, ann)).attribution().shares());
    assertEquals(
        List.of(id(ANN), id(CAT)),
        assertInstanceOf(Verdict.Accepted.class, asLender(tree, ann)).attribution().deepest());
  }

  @Test
  void receiptOfALinkIsRefusedByItself() {
    TestingTree tree = new TestingTree(BYTES);
    grow(tree, BRANCHES);
    Grown ann = tree.grown.get(2);
    ReceiptCheck check = new ReceiptCheck(tree.id, BYTES.manifest, BYTES, ann.link());

    assertEquals(
        Optional.of(
            "receipt: it is signed by " + CAT + ", not by " + ANN + ", to whom it was lent"),
        check.refusal(tree.grown.getFirst().receipt()));
    assertRejected(
        "receipt: it is signed by " + CAT + ", not by " + ANN + ", to whom it was lent",
        check.check(tree.entries(ann).iterator(), _ -> {}, () -> tree.grown.getFirst().receipt()));
  }

  /** Lines, some of whose cells are empty, and parts that are split up to three times. */
  private static List<TestingJob> jobs() {
    return List.of(
        BYTES,
        TestingJob.ofCells(
            new SplitRule.ByLines(), 4, "ab\ncd\nefghijklmnop\n\nq\n".repeat(9), true),
        TestingJob.ofCells(
            new SplitRule.ByLines(), 4, "ab\ncd\nefghijklmnop\n\nq\n".repeat(9), false),
        TestingJob.ofCells(new SplitRule.ByIndex(40), 0, "", false),
        PARTS);
  }

  /** 40 bytes, split into 20 parts, those into 2 or left alone. */
  private static final TestingJob PARTS =
      TestingJob.ofParts(
          3,
          40,
          true,
          part ->
              switch (part.path().size()) {
                case 0 -> IntStream.range(0, 20).mapToObj(i -> i % 7 == 6 ? 0 : 2 + i % 5).toList();
                case 1 -> List.of(0, 3, 0, 3);
                default -> List.of(9, 1);
              });

  /** Lends, below {@code node}, some of the plan nodes in it that do not overlap. */
  private static List<Branch> random(
      TestingJob job, PlanNode node, List<Identity> peers, Random random) {
    List<PlanNode> within =
        new ArrayList<>(
            job.nodes.keySet().stream().filter(n -> PlanOrder.isWithin(node, n)).toList());
    Collections.shuffle(within, random);
    List<Branch> branches = new ArrayList<>();
    List<PlanNode> taken = new ArrayList<>();
    for (PlanNode next : within.subList(0, Math.min(6, within.size()))) {
      if (peers.isEmpty()
          || taken.stream()
              .anyMatch(t -> PlanOrder.isWithin(t, next) || PlanOrder.isWithin(next, t))) {
        continue;
      }
      Identity child = peers.get(random.nextInt(peers.size()));
      if (random.nextInt(4) == 0) {
        branches.add(attempt(next, child));
        continue;
      }
      taken.add(next);
      List<Identity> others = peers.stream().filter(peer -> peer != child).toList();
      branches.add(new Branch(next, child, true, random(job, next, others, random)));
    }
    return branches;
  }

  @Test
  void whateverWasLentIsAcceptedAtEveryLevel() {
    for (long seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      TestingJob job = jobs().get(random.nextInt(jobs().size()));
      TestingTree tree = new TestingTree(job);
      List<Identity> peers = List.of(ANN, BEN, CAT); // hops 4: the deepest chain is spent
      grow(tree, random(job, tree.root().node(), peers, random));

      for (Grown grown : tree.grown) {
        Verdict.Accepted accepted =
            assertInstanceOf(
                Verdict.Accepted.class, asLender(tree, grown), "seed " + seed + grown.link());
        assertEquals(
            job.node(grown.link().node()).leaves(),
            accepted.attribution().shares().stream().mapToLong(Attribution.Share::ran).sum());
      }
    }
  }

  /** What is said when the lease of {@code node} is bent by whoever signs it. */
  private static Verdict withLease(PlanNode node, Consumer<TestingLease> bend) {
    return withLease(BYTES, BRANCHES, node, bend);
  }

  private static Verdict withLease(
      TestingJob job, List<Branch> branches, PlanNode node, Consumer<TestingLease> bend) {
    TestingTree tree =
        new TestingTree(job) {
          @Override
          Lease bent(Branch branch, Lease lease) {
            return branch.node().equals(node) ? TestingLease.bend(lease, bend) : lease;
          }
        };
    return tree.verdict(grow(tree, branches));
  }

  @Test
  void leaseBelowIsHeldToTheRulesOfTheChain() {
    assertRejected(
        "lease 1: its grant of 3 hops is not less than the 3 above",
        withLease(cells(5, 6), l -> l.grant = TestingLease.Component.HOPS.more(l.grant)));
    assertRejected(
        "lease 1: it is for bytes 5 to 7; the plan's are 5 to 6",
        withLease(cells(5, 6), lease -> lease.toByte = 7));
    assertRejected(
        "lease 1: its child " + TestingJob.ENTRY + " holds a link above it already",
        withLease(cells(5, 6), lease -> lease.child = id(TestingJob.ENTRY)));
    assertRejected(
        "lease 0: its key is not that of plan node 0-16",
        withLease(cells(0, 16), lease -> lease.key = OTHER));
    assertRejected(
        "lease 1: it belongs to the job " + OTHER,
        withLease(cells(5, 6), lease -> lease.job = new JobId(OTHER)));
    assertRejected(
        "lease 1: it ends at 10000001 ms, after what is above it, 10000000",
        withLease(cells(5, 6), lease -> lease.notAfterMillis++));
    assertRejected(
        "lease 1: its 5 tries are more than the 4 above it",
        withLease(cells(5, 6), lease -> lease.tries++));
    for (TestingLease.Component component : TestingLease.Component.values()) {
      for (PlanNode node : List.of(cells(0, 16), cells(5, 6), cells(16, 32))) {
        assertInstanceOf(
            Verdict.Rejected.class,
            withLease(node, lease -> lease.grant = component.more(lease.grant)));
      }
    }
  }

  @Test
  void leaseOfPlanNodesElsewhereIsRejected() {
    TestingTree tree = new TestingTree(BYTES);

    assertRejected(
        "lease 1: plan node 16 does not lie in 0-16, which it is lent from",
        tree.verdict(tree.grow(lent(cells(0, 16), ANN, lent(cells(16, 17), BEN)))));
    assertRejected(
        "lease 0: it is lent from " + OTHER + ", which is not listed before it",
        withLease(cells(0, 16), lease -> lease.parent = OTHER));
  }

  @Test
  void cutsOfLinesAreThoseOfTheInput() {
    TestingJob lines = jobs().get(1);
    Lease honest = new TestingTree(lines).lease(new TestingTree(lines).root(), cells(16, 32), ANN);

    assertRejected(
        "lease 0: it is for bytes "
            + (honest.fromByte() + 1)
            + " to "
            + honest.toByte()
            + ", plan node 16-32 has "
            + honest.fromByte()
            + " to "
            + honest.toByte(),
        withLease(
            lines, List.of(lent(cells(16, 32), ANN)), cells(16, 32), lease -> lease.fromByte++));
  }

  private static PlanNode part(Integer... path) {
    return new PlanNode.Part(List.of(path));
  }

  @Test
  void partIsTheOneThatTheSplitMade() {
    for (Branch branch : List.of(lent(part(3), ANN), attempt(part(3), ANN))) {
      assertRejected(
          "lease 0 (plan node /3/): the split made another part, or split it from another",
          withLease(
              PARTS,
              List.of(branch),
              part(3),
              lease -> lease.part = Optional.of(new Lease.LeasedPart(new BlobRef(OTHER, 5), 40))));
    }
  }

  @Test
  void partThatTheSplitDidNotMakeIsRejected() {
    for (PlanNode none : List.of(part(6), part(21))) {
      TestingTree tree =
          new TestingTree(PARTS) {
            @Override
            Lease bent(Branch branch, Lease lease) {
              return TestingLease.bend(
                  lease,
                  bent -> {
                    bent.node = none;
                    bent.key = plan.key(none);
                  });
            }
          };

      assertRejected(
          "lease 0 (plan node "
              + none
              + "): the plan of this input has no such node, or it is"
              + " empty",
          tree.verdict(tree.grow(attempt(part(3), ANN))));
    }
  }

  /** What is said when the receipt for {@code node} is bent by whoever signs it. */
  private static Verdict withReceipt(PlanNode node, Consumer<TestingReceipt> bend) {
    TestingTree tree =
        new TestingTree(BYTES) {
          @Override
          Receipt bent(Link link, Receipt receipt) {
            return link.node().equals(node) ? TestingReceipt.bend(receipt, bend) : receipt;
          }
        };
    return tree.verdict(grow(tree, BRANCHES));
  }

  private static String of(PlanNode node) {
    return switch (node.toString()) {
      case "0-16" -> "receipt of lease 0 (plan node 0-16): ";
      case "5" -> "receipt of lease 1 (plan node 5): ";
      case "16-32" -> "receipt of lease 4 (plan node 16-32): ";
      default -> "root receipt: ";
    };
  }

  private static final List<PlanNode> SIGNED =
      List.of(cells(0, 16), cells(5, 6), cells(16, 32), cells(0, 35));

  @Test
  void receiptOfAnotherJobIsRejected() {
    for (PlanNode node : SIGNED) {
      assertRejected(
          of(node) + "it is for the job " + OTHER,
          withReceipt(node, receipt -> receipt.job = new JobId(OTHER)));
    }
  }

  @Test
  void receiptForAnotherLeaseIsRejected() {
    Verdict.Rejected rejected =
        assertInstanceOf(
            Verdict.Rejected.class, withReceipt(cells(5, 6), receipt -> receipt.lease = OTHER));

    assertTrue(
        rejected.reason().startsWith(of(cells(5, 6)) + "it answers the lease " + OTHER + ", not "),
        rejected.reason());
  }

  @Test
  void receiptForAnotherPlanNodeIsRejected() {
    Digest key = new TestingTree(BYTES).plan.key(cells(5, 6));

    assertRejected(
        of(cells(5, 6)) + "its key is " + OTHER + ", the plan's is " + key,
        withReceipt(cells(5, 6), receipt -> receipt.key = OTHER));
  }

  @Test
  void receiptSaysWhatTheStepsDo() {
    for (PlanNode node : SIGNED) {
      TestingJob.Node honest = BYTES.node(node);
      assertRejected(
          of(node)
              + "its execution hash is "
              + OTHER
              + ", that of the steps is "
              + honest.executionRoot(),
          withReceipt(node, receipt -> receipt.executionRoot = OTHER));
      assertRejected(
          of(node)
              + "it counts "
              + (honest.leaves() + 1)
              + " leaves and fuel "
              + honest.fuel()
              + ", the steps have "
              + honest.leaves()
              + " and "
              + honest.fuel(),
          withReceipt(node, receipt -> receipt.leaves++));
      assertRejected(
          of(node)
              + "it counts "
              + honest.leaves()
              + " leaves and fuel "
              + (honest.fuel() - 1)
              + ", the steps have "
              + honest.leaves()
              + " and "
              + honest.fuel(),
          withReceipt(node, receipt -> receipt.fuel--));
      assertRejected(
          of(node) + "its output hash is not that of the last step",
          withReceipt(node, receipt -> receipt.value = new Value.Blob(new BlobRef(OTHER, 1))));
    }
  }

  @Test
  void basisIsWhatIsThere() {
    assertRejected(
        of(cells(0, 16))
            + "it says that its signer ran all of it, and others signed 2 receipts for pieces of"
            + " it",
        withReceipt(cells(0, 16), receipt -> receipt.basis = new Receipt.Ran()));
    assertRejected(
        of(cells(5, 6)) + "it rests on other peers' receipts, and holds none",
        withReceipt(cells(5, 6), receipt -> receipt.basis = Receipt.Merged.over(List.of(OTHER))));
    for (PlanNode node : SIGNED) {
      assertRejected(
          of(node) + "it rests on a value that was remembered, and nothing here shows it",
          withReceipt(node, receipt -> receipt.basis = new Receipt.Reused()));
    }
  }

  @Test
  void receiptRestsOnTheVeryReceiptsBelowInTheirOrder() {
    TestingTree honest = new TestingTree(BYTES);
    grow(honest, BRANCHES);
    Digest cats = honest.grown.get(0).receipt().digest();
    Digest bens = honest.grown.get(1).receipt().digest();
    Receipt.Merged right = Receipt.Merged.over(List.of(bens, cats)); // 3 before 5

    for (List<Digest> wrong :
        List.of(List.of(cats, bens), List.of(bens), List.of(bens, cats, OTHER))) {
      Receipt.Merged merged = Receipt.Merged.over(wrong);
      assertRejected(
          of(cells(0, 16))
              + "it rests on "
              + merged.lentCount()
              + " receipts with the root "
              + merged.lentRoot()
              + ", here are 2 with the root "
              + right.lentRoot(),
          withReceipt(cells(0, 16), receipt -> receipt.basis = merged));
    }
    assertInstanceOf(
        Verdict.Accepted.class, withReceipt(cells(0, 16), receipt -> receipt.basis = right));
  }

  @Test
  void nobodySpendsMoreThanGranted() {
    PlanNode node = cells(16, 32);
    TestingJob.Node made = BYTES.node(node);
    UnaryOperator<Budget> little =
        grant ->
            new Budget(
                grant.fuel(),
                15,
                grant.bytes(),
                grant.memoryBytesMax(),
                grant.hops(),
                grant.timeMillis());

    assertRejected(
        of(node)
            + "it counts 16 leaves and fuel "
            + made.fuel()
            + ", granted were 15 and "
            + BYTES.manifest.budget().fuel(),
        withLease(node, lease -> lease.grant = little.apply(lease.grant)));
  }

  @Test
  void receiptsThatOverlapAreNotCountedTwice() {
    assertRejected(
        "root receipt: it rests on receipts for 0-16 and for 3, which overlap",
        verdict(List.of(lent(cells(0, 16), ANN), lent(cells(3, 4), BEN))));
    assertRejected(
        "receipt of lease 0 (plan node 0-16): it rests on receipts for 3 and for 3, which overlap",
        verdict(List.of(lent(cells(0, 16), ANN, lent(cells(3, 4), BEN), lent(cells(3, 4), CAT)))));
    TestingTree parts = new TestingTree(PARTS);
    assertRejected(
        "root receipt: it rests on receipts for /3/ and for /3/1/, which overlap",
        parts.verdict(parts.grow(lent(part(3), ANN), lent(part(3, 1), BEN))));
  }

  /** The entries of the honest job, changed as they stand in the list. */
  private static Verdict withEntries(UnaryOperator<List<ReceiptEntry>> change) {
    TestingTree tree = new TestingTree(BYTES);
    Grown whole = grow(tree, BRANCHES);
    return tree.verdict(
        whole.link(), change.apply(new ArrayList<>(tree.entries(whole))), whole.receipt());
  }

  private static List<ReceiptEntry> swapped(List<ReceiptEntry> entries, int i, int j) {
    Collections.swap(entries, i, j);
    return entries;
  }

  private static List<ReceiptEntry> without(List<ReceiptEntry> entries, int at) {
    entries.remove(at);
    return entries;
  }

  private static List<ReceiptEntry> twice(List<ReceiptEntry> entries, int from, int at) {
    entries.add(at, entries.get(from));
    return entries;
  }

  /** 0 Ann's lease, 1 receipt, 2 Cat's, 3 receipt, 4 Ben's, 5 receipt, 6 attempt, 7 Ben's, 8. */
  @Test
  void entriesStandInTheirOrder() {
    assertInstanceOf(Verdict.Accepted.class, withEntries(entries -> entries));
    Signed ann =
        ((ReceiptEntry.LeaseEntry)
                new TestingTree(BYTES).grow(BRANCHES.getFirst()).lent().getFirst())
            .lease();

    assertRejected(
        "a receipt of " + ANN + " has no lease directly before it",
        withEntries(entries -> without(entries, 0)));
    assertRejected(
        "a receipt of " + ANN + " has no lease directly before it",
        withEntries(entries -> twice(entries, 1, 2)));
    assertRejected(
        "receipt of lease 3 (plan node 16-32): it is signed by "
            + BEN
            + ", not by "
            + CAT
            + ", to whom it was lent",
        withEntries(entries -> twice(entries, 8, 7)));
    assertRejected(
        "lease 1: it is lent from " + ann.digest() + ", which nobody answered",
        withEntries(entries -> without(entries, 1)));
    assertRejected("lease 1: it is listed twice", withEntries(entries -> twice(entries, 0, 2)));
    assertRejected(
        "lease 0: it is lent from " + ann.digest() + ", which is not listed before it",
        withEntries(entries -> swapped(swapped(entries, 0, 2), 1, 3)));
    assertRejected(
        "step 38: the plan has merge of plan node 0-35, the steps end",
        withEntries(
            entries -> {
              entries.add(entries.size() - 2, entries.remove(6));
              return entries;
            }));
    assertRejected(
        "behind the steps come failures, and nothing else but the end",
        withEntries(entries -> twice(entries, 6, entries.size())));
    assertRejected(
        "step 39: the plan ends before it",
        withEntries(entries -> twice(entries, entries.size() - 1, entries.size())));
    assertRejected(
        "step 0: the plan has execute of plan node 0, the steps end",
        withEntries(
            entries -> {
              entries.addFirst(new ReceiptEntry.ManifestEntry(new TestingTree(BYTES).manifest));
              return entries;
            }));
  }

  @Test
  void receiptThatIsMissingIsMissed() {
    Verdict.Rejected rejected =
        assertInstanceOf(Verdict.Rejected.class, withEntries(entries -> without(entries, 8)));

    assertTrue(
        rejected.reason().startsWith("root receipt: it rests on 2 receipts"), rejected.reason());
  }

  @Test
  void moreLeasesThanTheLimitAreNotRemembered() {
    TestingTree tree = new TestingTree(BYTES);
    Grown whole = grow(tree, BRANCHES);

    for (int leasesMax : List.of(4, 5)) {
      Verdict verdict =
          new ReceiptCheck(tree.id, BYTES.manifest, BYTES, whole.link(), leasesMax)
              .check(tree.entries(whole).iterator(), _ -> {}, whole::receipt);
      if (leasesMax == 5) {
        assertInstanceOf(Verdict.Accepted.class, verdict);
      } else {
        assertRejected("there are more than 4 leases", verdict);
      }
    }
  }

  private static Claim trapped(PlanNode node, GuestFunction function) {
    return new Claim(
        Profile.ONE,
        new TestingTree(BYTES).plan.key(node),
        function,
        OTHER,
        Digest.ZERO,
        0,
        7,
        new Outcome.Trapped(TrapKind.UNREACHABLE));
  }

  private static Signed signed(Identity signer, TaskFailure failure) {
    return signer.sign(SigningDomain.TASK_FAILURE, WireCodec.encodeTaskFailure(failure));
  }

  /** The lease of {@code number} in the honest job. */
  private static Digest lease(int number) {
    return new TestingTree(BYTES)
        .grow(BRANCHES.toArray(new Branch[0])).lent().stream()
            .filter(ReceiptEntry.LeaseEntry.class::isInstance)
            .map(entry -> ((ReceiptEntry.LeaseEntry) entry).lease().digest())
            .toList()
            .get(number);
  }

  private static Verdict withFailures(Signed... failures) {
    return withEntries(
        entries -> {
          for (Signed failure : failures) {
            entries.add(new ReceiptEntry.FailureEntry(failure));
          }
          return entries;
        });
  }

  private static void assertFailure(String reason, Signed failure) {
    assertRejected("task failure 0: " + reason, withFailures(failure));
  }

  private static TaskFailure failure(PlanNode node, Claim claim) {
    return new TaskFailure(lease(3), node, claim);
  }

  @Test
  void attemptThatFailedIsListedAndCounted() {
    for (PlanNode node : List.of(cells(20, 21), cells(16, 32))) {
      GuestFunction function =
          node.equals(cells(16, 32)) ? GuestFunction.MERGE : GuestFunction.EXECUTE;
      Verdict.Accepted accepted =
          assertInstanceOf(
              Verdict.Accepted.class,
              withFailures(signed(CAT, failure(node, trapped(node, function)))));

      assertEquals(1, accepted.attribution().failures());
    }
  }

  @Test
  void failureIsOneOfALease() {
    PlanNode node = cells(20, 21);
    Claim claim = trapped(node, GuestFunction.EXECUTE);

    assertFailure(
        "it answers the lease " + OTHER + ", which is not listed",
        signed(CAT, new TaskFailure(OTHER, node, claim)));
    assertFailure(
        "it answers the lease " + new TestingTree(BYTES).id + ", which is not listed",
        signed(TestingJob.ENTRY, new TaskFailure(new TestingTree(BYTES).id.digest(), node, claim)));
    assertFailure(
        "it is signed by " + BEN + ", not by " + CAT + ", to whom it was lent",
        signed(BEN, failure(node, claim)));
    Signed ours = signed(CAT, failure(node, claim));
    Signed theirs = signed(BEN, failure(node, claim));
    assertFailure(
        "its signature does not hold",
        new Signed(ours.signer(), theirs.signature(), ours.payload()));
    assertFailure(
        "at byte 0: a message of 3 bytes; it has whole words of 8, two or more",
        CAT.sign(SigningDomain.TASK_FAILURE, new byte[] {1, 2, 3}));
    assertFailure(
        "the lease " + lease(4) + " was answered before",
        signed(BEN, new TaskFailure(lease(4), node, claim)));
    assertRejected(
        "task failure 1: the lease " + lease(3) + " was answered before", withFailures(ours, ours));
  }

  @Test
  void failureIsOfACallThatThePlanHasThere() {
    Claim claim = trapped(cells(20, 21), GuestFunction.EXECUTE);

    for (PlanNode node : List.of(cells(3, 4), cells(17, 19), part(3))) {
      assertFailure(
          "the plan has no node " + node + " in 16-32", signed(CAT, failure(node, claim)));
    }
    assertFailure(
        "its key is not that of plan node 21", signed(CAT, failure(cells(21, 22), claim)));
    assertFailure(
        "plan node 20 has no call of merge",
        signed(CAT, failure(cells(20, 21), trapped(cells(20, 21), GuestFunction.MERGE))));
    assertFailure(
        "it is claimed under profile 2",
        signed(CAT, failure(cells(20, 21), with(claim, new Profile("2"), 7))));
    long most = BYTES.manifest.limits().fuel();
    assertFailure(
        "it claims fuel " + (most + 1) + ", more than a call may use",
        signed(CAT, failure(cells(20, 21), with(claim, Profile.ONE, most + 1))));
  }

  private static Claim with(Claim claim, Profile profile, long fuel) {
    return new Claim(
        profile,
        claim.key(),
        claim.function(),
        claim.input(),
        claim.output(),
        claim.outputBytes(),
        fuel,
        claim.outcome());
  }

  @Test
  void lenderChecksAFailureByItself() {
    TestingTree tree = new TestingTree(BYTES);
    Lease lease = tree.lease(tree.root(), cells(16, 32), CAT);
    Link link = tree.root().lent(lease(3), lease);
    TaskFailure failure = failure(cells(20, 21), trapped(cells(20, 21), GuestFunction.EXECUTE));
    FailureCheck check = new FailureCheck(tree.id, BYTES.manifest);

    assertEquals(new FailureCheck.Holds(failure), check.check(link, signed(CAT, failure)));
    assertEquals(
        new FailureCheck.Rejected(
            "task failure: it is signed by " + BEN + ", not by " + CAT + ", to whom it was lent"),
        check.check(link, signed(BEN, failure)));
    TaskFailure elsewhere = new TaskFailure(OTHER, failure.node(), failure.claim());
    assertEquals(
        new FailureCheck.Rejected(
            "task failure: it answers the lease " + OTHER + ", not " + lease(3)),
        check.check(link, signed(CAT, elsewhere)));
  }

  private static ReceiptEntry flipped(ReceiptEntry entry, int position) {
    return switch (entry) {
      case ReceiptEntry.LeaseEntry(Signed lease) ->
          new ReceiptEntry.LeaseEntry(flipped(lease, position));
      case ReceiptEntry.ReceiptOfLease(Signed receipt) ->
          new ReceiptEntry.ReceiptOfLease(flipped(receipt, position));
      case ReceiptEntry.ManifestEntry _,
          ReceiptEntry.StepEntry _,
          ReceiptEntry.FailureEntry _,
          ReceiptEntry.ReceiptEnd _ ->
          throw new IllegalArgumentException("not flipped here: " + entry);
    };
  }

  private static Signed flipped(Signed signed, int position) {
    byte[] bytes = signed.toBytes();
    bytes[position] ^= (byte) (1 << position % Byte.SIZE);
    return Signed.of(Bytes.of(bytes));
  }

  private static int length(ReceiptEntry entry) {
    return switch (entry) {
      case ReceiptEntry.LeaseEntry(Signed lease) -> lease.toBytes().length;
      case ReceiptEntry.ReceiptOfLease(Signed receipt) -> receipt.toBytes().length;
      case ReceiptEntry.ManifestEntry _,
          ReceiptEntry.StepEntry _,
          ReceiptEntry.FailureEntry _,
          ReceiptEntry.ReceiptEnd _ ->
          0;
    };
  }

  @Test
  void flippedBitInAnyByteOfALeaseOrReceiptIsSeenAndItsPlaceSaid() {
    TestingTree tree = new TestingTree(BYTES);
    Grown whole = grow(tree, BRANCHES);
    List<ReceiptEntry> entries = tree.entries(whole);

    for (int at = 0; at < whole.lent().size(); at++) {
      for (int position = 0; position < length(entries.get(at)); position++) {
        List<ReceiptEntry> bent = new ArrayList<>(entries);
        bent.set(at, flipped(entries.get(at), position));

        Verdict.Rejected rejected =
            assertInstanceOf(
                Verdict.Rejected.class,
                tree.verdict(whole.link(), bent, whole.receipt()),
                at + " byte " + position);
        assertTrue(rejected.reason().contains("lease "), rejected.reason());
      }
    }
  }

  @Test
  void stepThatIsAnothersIsSeen() {
    TestingTree tree = new TestingTree(BYTES);
    Grown whole = grow(tree, BRANCHES);
    List<ReceiptEntry> entries = tree.entries(whole);
    int at = whole.lent().size() + 3;
    Step step = ((ReceiptEntry.StepEntry) entries.get(at)).step();
    Claim claim = step.claim();
    Claim lie =
        new Claim(
            claim.profile(),
            claim.key(),
            claim.function(),
            claim.input(),
            OTHER,
            claim.outputBytes(),
            claim.fuel(),
            claim.outcome());
    entries.set(at, new ReceiptEntry.StepEntry(new Step(step.node(), lie)));

    assertRejected(
        "receipt of lease 2 (plan node 3): its execution hash is "
            + claim.digest()
            + ", that of the steps is "
            + lie.digest(),
        tree.verdict(whole.link(), entries, whole.receipt()));
  }

  /** Signed as it should be, whatever it says: it is a verdict that comes of it. */
  @Test
  void signedNonsenseIsAVerdict() {
    TestingTree tree = new TestingTree(BYTES);
    Grown whole = grow(tree, BRANCHES);
    List<ReceiptEntry> entries = tree.entries(whole);
    List<Identity> signers =
        List.of(TestingJob.ENTRY, ANN, ANN, CAT, ANN, BEN, TestingJob.ENTRY, TestingJob.ENTRY, BEN);
    Random random = new Random(20_261_121);

    for (int round = 0; round < 1500; round++) {
      int at = random.nextInt(whole.lent().size());
      Identity signer = signers.get(at);
      List<ReceiptEntry> bent = new ArrayList<>(entries);
      bent.set(
          at,
          switch (entries.get(at)) {
            case ReceiptEntry.LeaseEntry(Signed lease) ->
                new ReceiptEntry.LeaseEntry(signer.sign(SigningDomain.LEASE, bent(lease, random)));
            case ReceiptEntry.ReceiptOfLease(Signed receipt) ->
                new ReceiptEntry.ReceiptOfLease(
                    signer.sign(SigningDomain.RECEIPT, bent(receipt, random)));
            case ReceiptEntry other -> throw new IllegalStateException("no " + other + " here");
          });

      switch (tree.verdict(whole.link(), bent, whole.receipt())) {
        case Verdict.Rejected(String reason) -> assertTrue(reason.length() > 10, reason);
        case Verdict.Accepted accepted -> assertEquals(6, at, "only the attempt: " + accepted);
        case Verdict.Withheld(String reason) -> fail(reason);
      }
    }
  }

  private static byte[] bent(Signed signed, Random random) {
    byte[] payload = signed.payload().toArray();
    payload[random.nextInt(payload.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
    return payload;
  }
}

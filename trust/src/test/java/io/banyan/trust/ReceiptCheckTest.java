package io.banyan.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.PeerId;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Receipt;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Signed;
import io.banyan.schema.SplitRule;
import io.banyan.schema.Step;
import io.banyan.schema.Value;
import io.banyan.schema.WireCodec;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every receipt here is one that its signer did sign: what is wrong with it is what it says. */
class ReceiptCheckTest {
  private static final Identity SUBMITTER = identity(3);
  private static final Identity STRANGER = identity(2);
  private static final Digest OTHER = Digest.sha256(new byte[] {42});

  /** Four cells of four bytes and their merge. */
  private final TestingJob job =
      TestingJob.ofCells(new SplitRule.ByBytes(), 4, "x".repeat(15), true);

  private final Receipt honest = receipt(job);

  private static Identity identity(int seed) {
    byte[] secret = new byte[Identity.SEED_LENGTH];
    secret[0] = (byte) seed;
    return Identity.ofSeed(secret);
  }

  private static JobId id(TestingJob job) {
    return JobId.of(SUBMITTER.sign(SigningDomain.MANIFEST, WireCodec.encodeManifest(job.manifest)));
  }

  /** What the fixture adds up to by itself. */
  private static Receipt receipt(TestingJob job) {
    TestingJob.Node root = job.root;
    return new Receipt(
        id(job),
        Plan.of(job.manifest).key(new PlanNode.Cells(new Interval(0, 4))),
        id(job).digest(),
        root.value(),
        root.executionRoot(),
        root.leaves(),
        root.fuel(),
        new Receipt.Ran());
  }

  private static Signed signed(Receipt receipt) {
    return TestingJob.ENTRY.sign(SigningDomain.RECEIPT, WireCodec.encodeReceipt(receipt));
  }

  private static Verdict verdict(TestingJob job, Signed receipt) {
    return check(job).check(entries(job.steps), _ -> {}, () -> receipt);
  }

  private static ReceiptCheck check(TestingJob job) {
    return new ReceiptCheck(id(job), job.manifest, job, Link.ofJob(id(job), job.manifest));
  }

  private static Iterator<ReceiptEntry> entries(List<Step> steps) {
    return steps.stream().<ReceiptEntry>map(ReceiptEntry.StepEntry::new).iterator();
  }

  /** The entry node ran all four leaves. */
  private Verdict accepted() {
    PeerId entry = TestingJob.ENTRY.publicKey().peerId();
    return new Verdict.Accepted(
        honest,
        new Attribution(0, 0, 0, List.of(new Attribution.Share(entry, 4, 0)), List.of(entry)));
  }

  private void assertRejected(String sentence, Receipt receipt) {
    assertEquals(new Verdict.Rejected(sentence), verdict(job, signed(receipt)));
  }

  @Test
  void honestReceiptIsAccepted() {
    List<Step> seen = new ArrayList<>();

    Verdict verdict = check(job).check(entries(job.steps), seen::add, () -> signed(honest));

    assertEquals(accepted(), verdict);
    assertEquals(job.steps, seen);
  }

  @Test
  void receiptOfAnotherJobIsRejected() {
    assertRejected(
        "root receipt: it is for the job " + OTHER,
        new Receipt(
            new JobId(OTHER),
            honest.key(),
            honest.lease(),
            honest.value(),
            honest.executionRoot(),
            honest.leaves(),
            honest.fuel(),
            honest.basis()));
  }

  @Test
  void receiptThatAnswersALeaseIsRejected() {
    assertRejected(
        "root receipt: it answers the lease " + OTHER + ", not the job itself",
        new Receipt(
            honest.job(),
            honest.key(),
            OTHER,
            honest.value(),
            honest.executionRoot(),
            honest.leaves(),
            honest.fuel(),
            honest.basis()));
  }

  @Test
  void receiptForAnotherPlanNodeIsRejected() {
    assertRejected(
        "root receipt: its plan hash is " + OTHER + ", the plan's is " + honest.key(),
        new Receipt(
            honest.job(),
            OTHER,
            honest.lease(),
            honest.value(),
            honest.executionRoot(),
            honest.leaves(),
            honest.fuel(),
            honest.basis()));
  }

  @Test
  void receiptOverAnotherClaimTreeIsRejected() {
    assertRejected(
        "root receipt: its execution hash is "
            + OTHER
            + ", that of the steps is "
            + honest.executionRoot(),
        new Receipt(
            honest.job(),
            honest.key(),
            honest.lease(),
            honest.value(),
            OTHER,
            honest.leaves(),
            honest.fuel(),
            honest.basis()));
  }

  private Receipt counting(long leaves, long fuel) {
    return new Receipt(
        honest.job(),
        honest.key(),
        honest.lease(),
        honest.value(),
        honest.executionRoot(),
        leaves,
        fuel,
        honest.basis());
  }

  @Test
  void receiptThatCountsOtherLeavesIsRejected() {
    assertRejected(
        "root receipt: it counts 5 leaves and fuel 15, the steps have 4 and 15", counting(5, 15));
    assertRejected(
        "root receipt: it counts 3 leaves and fuel 15, the steps have 4 and 15", counting(3, 15));
  }

  @Test
  void receiptThatCountsOtherFuelIsRejected() {
    assertRejected(
        "root receipt: it counts 4 leaves and fuel 16, the steps have 4 and 15", counting(4, 16));
    assertRejected(
        "root receipt: it counts 4 leaves and fuel 0, the steps have 4 and 15", counting(4, 0));
  }

  private Receipt over(Value value) {
    return new Receipt(
        honest.job(),
        honest.key(),
        honest.lease(),
        value,
        honest.executionRoot(),
        honest.leaves(),
        honest.fuel(),
        honest.basis());
  }

  @Test
  void receiptForAnotherValueIsRejected() {
    String sentence = "root receipt: its output hash is not that of the last step";
    Digest digest = honest.value().named().digest();
    long length = honest.value().named().length();

    assertRejected(sentence, over(new Value.Blob(new BlobRef(OTHER, length))));
    assertRejected(sentence, over(new Value.Blob(new BlobRef(digest, length + 1))));
    assertRejected(sentence, over(new Value.Rope(digest, length)));
  }

  private Receipt on(Receipt.Basis basis) {
    return new Receipt(
        honest.job(),
        honest.key(),
        honest.lease(),
        honest.value(),
        honest.executionRoot(),
        honest.leaves(),
        honest.fuel(),
        basis);
  }

  @Test
  void receiptThatRestsOnOtherReceiptsIsRejected() {
    String sentence = "root receipt: it rests on other peers' receipts, and holds none";

    assertRejected(sentence, on(Receipt.Merged.over(List.of(signed(honest).digest()))));
  }

  @Test
  void rememberedValueIsRejected() {
    assertRejected(
        "root receipt: it rests on a value that was remembered, and nothing here shows it",
        on(new Receipt.Reused()));
  }

  @Test
  void receiptOfAnybodyButTheEntryIsRejected() {
    for (Identity other : List.of(STRANGER, SUBMITTER)) {
      Signed theirs = other.sign(SigningDomain.RECEIPT, WireCodec.encodeReceipt(honest));

      assertEquals(
          new Verdict.Rejected(
              "root receipt: it is signed by "
                  + other.publicKey()
                  + ", not by "
                  + TestingJob.ENTRY.publicKey()
                  + ", to whom the job was submitted"),
          verdict(job, theirs));
    }
  }

  @Test
  void receiptSignedAsAnythingElseIsRejected() {
    for (SigningDomain domain : SigningDomain.values()) {
      Signed signed = TestingJob.ENTRY.sign(domain, WireCodec.encodeReceipt(honest));

      assertEquals(
          domain == SigningDomain.RECEIPT
              ? accepted()
              : new Verdict.Rejected("root receipt: its signature does not hold"),
          verdict(job, signed),
          domain::toString);
    }
  }

  @Test
  void signatureOfAStrangerUnderTheNameOfTheEntryIsRejected() {
    Signed ours = signed(honest);
    Signed theirs = STRANGER.sign(SigningDomain.RECEIPT, WireCodec.encodeReceipt(honest));
    Signed mixed = new Signed(TestingJob.ENTRY.publicKey(), theirs.signature(), ours.payload());

    assertEquals(
        new Verdict.Rejected("root receipt: its signature does not hold"), verdict(job, mixed));
  }

  @Test
  void payloadThatIsNoReceiptIsRejected() {
    assertEquals(
        new Verdict.Rejected(
            "root receipt: at byte 0: a message of 3 bytes; it has whole words of 8, two or more"),
        verdict(job, TestingJob.ENTRY.sign(SigningDomain.RECEIPT, new byte[] {1, 2, 3})));
  }

  @Test
  void stepsThatDoNotFitThePlanAreRejectedBeforeTheReceiptIsAskedFor() {
    List<Step> cutShort = job.steps.subList(0, 4);

    Verdict verdict =
        check(job).check(entries(cutShort), _ -> {}, () -> fail("nobody asks for the receipt"));

    assertEquals(
        new Verdict.Rejected("step 4: the plan has merge of plan node 0-4, the steps end"),
        verdict);
  }
}

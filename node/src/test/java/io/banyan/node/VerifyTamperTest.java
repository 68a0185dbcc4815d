package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.CallLimits;
import io.banyan.schema.Manifest;
import io.banyan.schema.Profile;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Signed;
import io.banyan.schema.SplitRule;
import io.banyan.schema.WireCodec;
import io.banyan.trust.Identity;
import io.banyan.trust.SigningDomain;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One wrong bit anywhere is seen, and its place is said; so is a lie that fits, once it is run
 * again. Long, because every file and every kind of lie has its turn.
 */
class VerifyTamperTest {
  private static final long SEED = 20_261_101;
  private static final int CHUNK_BYTES = 16;
  private static final byte[] INPUT =
      "The quick brown fox jumps over the lazy dog; so do I.".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] GUEST =
      TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT).bytes();

  private final Random random = new Random(SEED);

  @TempDir private Path folder;
  private TestingRun runs;
  private Path receipt;
  private Path output;

  @BeforeEach
  void finishedJob() throws Exception {
    runs = new TestingRun(folder);
    TestingRun.Done done = runs.run(runs.draft(GUEST, INPUT, "bytes", CHUNK_BYTES), 2);
    receipt = done.receipt();
    output = runs.file("output", done.output());
  }

  private Path module() {
    return folder.resolve("module.wasm");
  }

  private Path input() {
    return folder.resolve("input");
  }

  /** Verifies all files of the job, and runs its calls again. */
  private ReceiptVerification.Report verify(int replay) throws Exception {
    try (InputFile opened = InputFile.open(input())) {
      return ReceiptVerification.verify(
          new ReceiptVerification.Files(
              receipt, module(), Optional.of(opened), List.of(), Optional.of(output), replay),
          TestingRun.SANDBOX,
          folder,
          _ -> {});
    }
  }

  /** What is said of files that do not hold. */
  private String rejection(int replay) {
    CommandException rejected = assertThrows(CommandException.class, () -> verify(replay));
    String sentence = String.valueOf(rejected.getMessage());
    assertEquals(ExitCode.VERIFICATION_FAILED, rejected.code(), sentence);
    assertEquals(1, sentence.lines().count(), sentence);
    return sentence;
  }

  /** The rejection when {@code bytes} stand in {@code file}, which is put back afterwards. */
  private String rejectionWith(Path file, byte[] bytes) throws IOException {
    byte[] kept = Files.readAllBytes(file);
    Files.write(file, bytes);
    try {
      return rejection(0);
    } finally {
      Files.write(file, kept);
    }
  }

  private byte[] flipped(byte[] bytes, int position) {
    byte[] flipped = bytes.clone();
    flipped[position] ^= (byte) (1 << random.nextInt(Byte.SIZE));
    return flipped;
  }

  @Test
  void untouchedJobHoldsWithOutputAndReplay() throws Exception {
    ReceiptVerification.Report report = verify(100);

    assertEquals(4, report.receipt().leaves());
    assertEquals(5, report.replayed().size(), "four leaves and their merge");
    assertEquals(TestingRun.identity(1).publicKey(), report.submitter());
    assertEquals(TestingRun.identity(1).publicKey(), report.signer());
  }

  @Test
  void flippedBitInAnyByteOfTheReceiptIsSeen() throws Exception {
    byte[] whole = Files.readAllBytes(receipt);

    for (int position = 0; position < whole.length; position++) {
      String sentence = rejectionWith(receipt, flipped(whole, position));
      assertTrue(sentence.startsWith("receipt " + receipt), "byte " + position + ": " + sentence);
    }

    verify(0);
  }

  /** A job of one leaf, in as few bytes as a receipt has. */
  private void smallestJob() throws Exception {
    byte[] guest = TestingGuest.of(TestingGuest.ECHO).bytes();
    TestingRun.Done done = runs.run(runs.draft(guest, new byte[] {'b'}, "bytes", 1), 1);
    Files.write(output, done.output());
  }

  @Test
  void everySingleBitOfASmallReceiptCounts() throws Exception {
    smallestJob();
    byte[] whole = Files.readAllBytes(receipt);
    verify(1);

    try (InputFile opened = InputFile.open(input())) {
      ReceiptVerification.Files files =
          new ReceiptVerification.Files(
              receipt, module(), Optional.of(opened), List.of(), Optional.empty(), 0);
      for (int bit = 0; bit < whole.length * Byte.SIZE; bit++) {
        byte[] flipped = whole.clone();
        flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
        Files.write(receipt, flipped);

        CommandException rejected =
            assertThrows(
                CommandException.class,
                () -> ReceiptVerification.verify(files, TestingRun.SANDBOX, folder, _ -> {}),
                "bit " + bit);

        assertEquals(ExitCode.VERIFICATION_FAILED, rejected.code(), "bit " + bit);
        String sentence = String.valueOf(rejected.getMessage());
        assertTrue(sentence.startsWith("receipt " + receipt), "bit " + bit + ": " + sentence);
      }
    }
  }

  /** What a receipt holds, to be put together anew. */
  private record Contents(Signed manifest, List<ReceiptEntry> entries, Signed root) {}

  private Contents contents() throws Exception {
    try (ReceiptReader reader = ReceiptReader.open(receipt)) {
      Signed manifest = reader.manifest();
      ReceiptReader.Entries entries = reader.entries();
      List<ReceiptEntry> read = new ArrayList<>();
      entries.forEachRemaining(read::add);
      return new Contents(manifest, read, entries.receipt());
    }
  }

  /** Writes a receipt whose closing hash holds. */
  private void forge(Signed manifest, List<ReceiptEntry> entries, Signed root) throws IOException {
    try (OutputStream out = Files.newOutputStream(receipt)) {
      ReceiptFile.write(out, manifest, entries.iterator(), root);
    }
  }

  /** The manifest of this receipt under another profile and rule, signed by its submitter. */
  private static Signed wish(Signed signed, Profile profile, SplitRule rule) throws Exception {
    Manifest old = WireCodec.decodeManifest(signed.payload());
    Manifest changed =
        new Manifest(
            profile,
            old.token(),
            old.createdMillis(),
            old.endMillis(),
            old.entry(),
            old.module(),
            old.input(),
            old.params(),
            old.shared(),
            rule,
            old.chunkBytes(),
            old.limits(),
            old.budget(),
            old.retries(),
            old.verification(),
            old.routing(),
            old.partialPermille(),
            old.memo(),
            old.operationWeight());
    return TestingRun.identity(1).sign(SigningDomain.MANIFEST, WireCodec.encodeManifest(changed));
  }

  @Test
  void receiptPutTogetherAnewAsItWasHolds() throws Exception {
    byte[] whole = Files.readAllBytes(receipt);
    Contents was = contents();

    forge(was.manifest(), was.entries(), was.root());

    assertArrayEquals(whole, Files.readAllBytes(receipt));
    verify(0);
  }

  @Test
  void receiptSignedAnewByAStrangerIsRejected() throws Exception {
    Contents was = contents();
    Identity stranger = TestingRun.identity(2);
    Signed theirs = stranger.sign(SigningDomain.RECEIPT, was.root().payload().toArray());

    forge(was.manifest(), was.entries(), theirs);

    assertEquals(
        "receipt "
            + receipt
            + ", root receipt: it is signed by "
            + stranger.publicKey()
            + ", not by "
            + TestingRun.identity(1).publicKey()
            + ", to whom the job was submitted",
        rejection(0));
  }

  @Test
  void receiptOfAnUnknownProfileIsRefusedByName() throws Exception {
    Contents was = contents();
    Signed other = wish(was.manifest(), new Profile("2"), new SplitRule.ByBytes());

    forge(other, was.entries(), was.root());

    CommandException refused = assertThrows(CommandException.class, () -> verify(0));
    assertEquals(ExitCode.REFUSED, refused.code());
    assertEquals(
        "receipt " + receipt + " was made under profile 2; this build checks 1 only",
        refused.getMessage());
  }

  @Test
  void ruleModuleOfAModuleThatExportsNoSplitIsRejected() throws Exception {
    Contents was = contents();
    Signed split = wish(was.manifest(), Profile.ONE, new SplitRule.ByModule());

    forge(split, was.entries(), was.root());

    assertEquals(
        "receipt " + receipt + ": its split rule is module, which exports no 'split'",
        rejection(0));
  }

  @Test
  void flippedBitInAStepNamesTheStep() throws Exception {
    byte[] whole = Files.readAllBytes(receipt);
    byte[] name = BlobRef.of(Arrays.copyOfRange(INPUT, 16, 32)).digest().bytes();
    int position = indexOf(whole, name);

    String sentence = rejectionWith(receipt, flipped(whole, position));

    assertEquals(
        "receipt "
            + receipt
            + ", step 1 (execute of plan node 1): its input digest is not that of"
            + " what the plan hands it",
        sentence);
  }

  private static int indexOf(byte[] whole, byte[] part) {
    for (int i = 0; i + part.length <= whole.length; i++) {
      if (Arrays.equals(whole, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new AssertionError("the receipt does not hold these bytes");
  }

  @Test
  void receiptCutShortAnywhereIsSeen() throws Exception {
    byte[] whole = Files.readAllBytes(receipt);

    for (int length = 0; length < whole.length; length++) {
      String sentence = rejectionWith(receipt, Arrays.copyOf(whole, length));
      assertTrue(sentence.startsWith("receipt " + receipt), length + " bytes: " + sentence);
    }
  }

  @Test
  void receiptWithBytesBehindItIsSeen() throws Exception {
    byte[] whole = Files.readAllBytes(receipt);

    for (int more : new int[] {1, 32, 5000}) {
      String sentence = rejectionWith(receipt, Arrays.copyOf(whole, whole.length + more));
      assertEquals(
          "receipt " + receipt + ": its last 32 bytes are not the SHA-256 of all before them",
          sentence);
    }
  }

  @Test
  void flippedBitInAnyByteOfTheInputNamesThePlanNodeItIsIn() throws Exception {
    for (int position = 0; position < INPUT.length; position++) {
      String sentence = rejectionWith(input(), flipped(INPUT, position));
      String place = "(execute of plan node " + position / CHUNK_BYTES + ")";
      assertTrue(sentence.startsWith("input " + input() + " has the digest "), sentence);
      assertTrue(sentence.contains(place), "byte " + position + ": " + sentence);
    }
  }

  @Test
  void inputOfAnotherLengthIsSeen() throws Exception {
    String longer = rejectionWith(input(), Arrays.copyOf(INPUT, INPUT.length + 1));
    String empty = rejectionWith(input(), new byte[0]);

    assertEquals("input " + input() + " is 54 bytes long, the manifest's is 53", longer);
    assertEquals("input " + input() + " is 0 bytes long, the manifest's is 53", empty);
  }

  @Test
  void flippedBitInAnyByteOfTheModuleIsSeenBeforeItIsLoaded() throws Exception {
    for (int position = 0; position < GUEST.length; position++) {
      String sentence = rejectionWith(module(), flipped(GUEST, position));
      assertTrue(sentence.startsWith("module " + module() + " has the digest "), sentence);
    }
  }

  @Test
  void swappedModuleIsSeen() throws Exception {
    byte[] other = TestingGuest.of(TestingGuest.SUM_BYTES).merge(TestingGuest.SUM_VALUES).bytes();

    String sentence = rejectionWith(module(), other);

    assertTrue(sentence.startsWith("module " + module() + " has the digest "), sentence);
  }

  @Test
  void flippedBitInAnyByteOfTheOutputIsSeen() throws Exception {
    byte[] whole = Files.readAllBytes(output);

    for (int position = 0; position < whole.length; position++) {
      String sentence = rejectionWith(output, flipped(whole, position));
      assertTrue(sentence.startsWith("output " + output + ": has the digest "), sentence);
    }
    assertTrue(rejectionWith(output, Arrays.copyOf(whole, whole.length + 1)).startsWith("output "));
    assertTrue(rejectionWith(output, Arrays.copyOf(whole, whole.length - 1)).startsWith("output "));
  }

  @Test
  void outputOfLeavesNamesTheBytesAndThePlanNode() throws Exception {
    byte[] guest = TestingGuest.of(TestingGuest.ECHO).bytes();
    TestingRun.Done done = runs.run(runs.draft(guest, INPUT, "bytes", CHUNK_BYTES), 2);
    Files.write(output, done.output());
    verify(3);

    for (int position = 0; position < INPUT.length; position++) {
      int leaf = position / CHUNK_BYTES;
      int end = Math.min((leaf + 1) * CHUNK_BYTES, INPUT.length);
      assertEquals(
          "output "
              + output
              + ": bytes "
              + leaf * CHUNK_BYTES
              + " to "
              + end
              + " are not what plan node "
              + leaf
              + " returned",
          rejectionWith(output, flipped(INPUT, position)));
    }
    assertEquals(
        "output " + output + ": is longer than the 53 bytes of the receipt",
        rejectionWith(output, Arrays.copyOf(INPUT, INPUT.length + 1)));
    assertEquals(
        "output " + output + ": bytes 48 to 53 are not what plan node 3 returned",
        rejectionWith(output, Arrays.copyOf(INPUT, INPUT.length - 1)));
  }

  @Test
  void receiptOfAnotherJobIsSeen() throws Exception {
    byte[] ours = Files.readAllBytes(receipt);
    byte[] other = INPUT.clone();
    other[20] ^= 1;
    byte[] theirs =
        Files.readAllBytes(runs.run(runs.draft(GUEST, other, "bytes", CHUNK_BYTES), 2).receipt());
    Files.write(input(), INPUT);
    Files.write(receipt, ours);

    String sentence = rejectionWith(receipt, theirs);

    assertTrue(sentence.startsWith("input " + input() + " has the digest "), sentence);
    assertTrue(sentence.contains("execute of plan node 1"), sentence);
  }

  @Test
  void flippedLineFeedIsSeenAlthoughItMovesTheCuts() throws Exception {
    byte[] text = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n".getBytes(StandardCharsets.US_ASCII);
    TestingRun.Done done = runs.run(runs.draft(GUEST, text, "lines", 6), 2);
    Files.write(output, done.output());
    verify(10);

    for (int position = 0; position < text.length; position++) {
      assertTrue(
          rejectionWith(input(), flipped(text, position))
              .startsWith("input " + input() + " has the digest "));
    }
  }

  @Test
  void flippedBitInTheInputOfAModuleSplitIsSeen() throws Exception {
    byte[] guest =
        TestingGuest.of(TestingGuest.ECHO)
            .merge(TestingGuest.CONCAT)
            .split(TestingGuest.splitInto(3))
            .bytes();
    TestingRun.Done done = runs.run(runs.draft(guest, INPUT, "module", 8), 2);
    Files.write(output, done.output());
    verify(10);

    for (int position = 0; position < INPUT.length; position++) {
      assertTrue(
          rejectionWith(input(), flipped(INPUT, position))
              .startsWith("input " + input() + " has the digest "));
    }
    byte[] whole = Files.readAllBytes(receipt);
    for (int position = 0; position < whole.length; position += 31) {
      assertTrue(rejectionWith(receipt, flipped(whole, position)).startsWith("receipt " + receipt));
    }
  }

  /** Runs the job by another program than it names, and signs all that this comes to. */
  private void lie(byte[] honest, byte[] liar, String rule) throws Exception {
    JobDraft lying = runs.draft(liar, INPUT, rule, CHUNK_BYTES);
    JobDraft asked = runs.draft(honest, INPUT, rule, CHUNK_BYTES);
    TestingRun.Done done =
        runs.run(
            new JobDraft(
                asked.manifest(),
                asked.cuts(),
                lying.module(),
                asked.configuration(),
                asked.input(),
                asked.inputTree()),
            2);
    Files.write(output, done.output());
  }

  @Test
  void consistentLieOfALeafIsSeenByRunningItAgainOnly() throws Exception {
    lie(
        TestingGuest.of(TestingGuest.SUM_BYTES).merge(TestingGuest.SUM_VALUES).bytes(),
        TestingGuest.of("i64.const 4294967304").merge(TestingGuest.SUM_VALUES).bytes(),
        "bytes");

    verify(0);

    String sentence = rejection(1);
    assertTrue(
        sentence.matches(".*: execute of plan node \\d, run again, comes to something else: .*"),
        sentence);
  }

  @Test
  void consistentLieOfAMergeIsSeenByRunningItAgainOnly() throws Exception {
    lie(
        GUEST,
        TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT_WITH_COMMAS).bytes(),
        "bytes");

    verify(0);

    String lie = rejection(1);
    assertTrue(
        lie.startsWith(
            "receipt "
                + receipt
                + ": merge of plan node 0-4, run again, comes to something else: it comes to "),
        lie);
    String all = rejection(ReceiptVerification.REPLAY_ALL);
    assertTrue(all.contains(": run again, the job comes to the output hash "), all);
  }

  @Test
  void consistentLieOfAMergeUnderAModuleSplitIsSeenByRunningEveryCallAgain() throws Exception {
    TestingGuest honest = TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT);
    TestingGuest liar = TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT_WITH_COMMAS);
    lie(
        honest.split(TestingGuest.splitInto(4)).bytes(),
        liar.split(TestingGuest.splitInto(4)).bytes(),
        "module");

    verify(10);

    String all = rejection(ReceiptVerification.REPLAY_ALL);
    assertTrue(all.contains(": run again, the job comes to the output hash "), all);
  }

  @Test
  void honestJobRunAgainAsAWholeComesToTheSame() throws Exception {
    ReceiptVerification.Report report = verify(ReceiptVerification.REPLAY_ALL);

    assertEquals(List.of("every call of the plan"), report.replayed());
  }

  @Test
  void consistentLieOfASplitIsSeenByRunningItsPartsAgain() throws Exception {
    TestingGuest honest = TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT);
    TestingGuest liar = TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT);
    lie(
        honest.split(TestingGuest.splitInto(4)).bytes(),
        liar.split(TestingGuest.splitInto(5)).bytes(),
        "module");

    verify(0);

    String sentence = rejection(5);
    assertTrue(sentence.startsWith("receipt " + receipt + ": "), sentence);
    assertTrue(sentence.contains("run again"), sentence);
  }

  @Test
  void callThatWouldHaveTrappedIsSeenByRunningItAgain() throws Exception {
    lie(
        TestingGuest.of(TestingGuest.TRAP).bytes(),
        TestingGuest.of(TestingGuest.ECHO).bytes(),
        "bytes");

    String sentence = rejection(1);

    assertTrue(sentence.contains(", run again, trapped: unreachable"), sentence);
  }

  @Test
  void callThatCannotBeRunAgainHereIsNoLie() throws Exception {
    CallLimits hasty = // 200 ms are over long before that fuel is
        new CallLimits(CallLimits.FUEL_MAX, 64L << 20, 1 << 20, 16L << 20, 200);
    JobDraft asked =
        runs.draft(
            TestingGuest.of(TestingGuest.LOOP).bytes(),
            INPUT,
            "bytes",
            CHUNK_BYTES,
            hasty,
            TestingRun.PATIENT_MILLIS);
    byte[] loop = Files.readAllBytes(module());
    JobDraft lying =
        runs.draft(TestingGuest.of(TestingGuest.ECHO).bytes(), INPUT, "bytes", CHUNK_BYTES);
    Files.write(module(), loop);
    TestingRun.Done done =
        runs.run(
            new JobDraft(
                asked.manifest(),
                asked.cuts(),
                lying.module(),
                asked.configuration(),
                asked.input(),
                asked.inputTree()),
            2);
    Files.write(output, done.output());

    CommandException unknown = assertThrows(CommandException.class, () -> verify(1));

    assertEquals(ExitCode.FAILURE, unknown.code());
    assertTrue(
        String.valueOf(unknown.getMessage()).contains("could not be run again here"),
        unknown.getMessage());
  }
}

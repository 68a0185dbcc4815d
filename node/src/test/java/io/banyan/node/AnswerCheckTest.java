package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.JobId;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Signed;
import io.banyan.schema.Value;
import io.banyan.schema.WireCodec;
import io.banyan.trust.SigningDomain;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user sees through without module and input, by the job's id alone. */
class AnswerCheckTest {
  private static final byte[] INPUT = "one\ntwo\nthree\n".getBytes(StandardCharsets.US_ASCII);

  @TempDir private Path folder;

  private JobId run(boolean merges) throws Exception {
    TestingGuest guest = TestingGuest.of(TestingGuest.ECHO);
    byte[] wasm = (merges ? guest.merge(TestingGuest.CONCAT) : guest).bytes();
    TestingRun runs = new TestingRun(folder);
    TestingRun.Done done = runs.run(runs.draft(wasm, INPUT, "lines", 4), 2);
    Files.write(output(), done.output());
    try (ReceiptReader reader = ReceiptReader.open(receipt())) {
      return JobId.of(reader.manifest());
    }
  }

  private Path output() {
    return folder.resolve("output");
  }

  private Path receipt() {
    return folder.resolve("receipt");
  }

  private String refused(JobId job) {
    CommandException refused =
        assertThrows(CommandException.class, () -> AnswerCheck.check(job, receipt(), output()));
    assertEquals(ExitCode.VERIFICATION_FAILED, refused.code());
    return String.valueOf(refused.getMessage());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void honestAnswerHolds(boolean merges) throws Exception {
    JobId job = run(merges);

    AnswerCheck.Found found = AnswerCheck.check(job, receipt(), output());

    assertEquals(job, found.receipt().job());
    assertEquals(3, found.receipt().leaves());
    assertEquals(BlobRef.of(INPUT), found.manifest().input());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void outputWithOneBitWrongDoesNotHold(boolean merges) throws Exception {
    JobId job = run(merges);
    for (int at = 0; at < INPUT.length; at++) {
      byte[] wrong = INPUT.clone();
      wrong[at] ^= 1;
      Files.write(output(), wrong);

      refused(job);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void outputOfAnotherLengthDoesNotHold(boolean merges) throws Exception {
    JobId job = run(merges);

    Files.write(
        output(),
        (new String(INPUT, StandardCharsets.US_ASCII) + "x").getBytes(StandardCharsets.US_ASCII));
    refused(job);
    Files.write(output(), new byte[0]);
    refused(job);
  }

  @Test
  void receiptWithOneBitWrongDoesNotHold() throws Exception {
    JobId job = run(true);
    byte[] sound = Files.readAllBytes(receipt());
    for (int at = 0; at < sound.length; at++) {
      byte[] wrong = sound.clone();
      wrong[at] ^= 1;
      Files.write(receipt(), wrong);

      refused(job);
    }
  }

  @Test
  void receiptOfAnotherJobDoesNotHold() throws Exception {
    JobId first = run(true);
    Files.delete(folder.resolve("receipt"));
    run(true);

    assertEquals("the receipt that the node gave: it is not for job " + first, refused(first));
  }

  @Test
  void receiptThatTheEntryNodeDidNotSignDoesNotHold() throws Exception {
    JobId job = run(true);
    Signed manifest;
    Signed honest;
    try (ReceiptReader reader = ReceiptReader.open(receipt())) {
      manifest = reader.manifest();
      ReceiptReader.Entries entries = reader.entries();
      while (entries.hasNext()) {
        entries.next();
      }
      honest = entries.receipt();
    }
    Signed forged =
        TestingRun.identity(5)
            .sign(
                SigningDomain.RECEIPT,
                WireCodec.encodeReceipt(WireCodec.decodeReceipt(honest.payload())));
    Files.delete(receipt());
    WholeFile.write(
        "receipt",
        receipt(),
        out -> ReceiptFile.write(out, manifest, Collections.emptyIterator(), forged));

    String sentence = refused(job);

    assertTrue(sentence.contains("it is signed by " + forged.signer()), sentence);
  }

  private JobId runs(TestingGuest guest, byte[] input, String rule) throws Exception {
    TestingRun runs = new TestingRun(folder);
    Files.deleteIfExists(receipt());
    Files.write(output(), runs.run(runs.draft(guest.bytes(), input, rule, 4), 2).output());
    try (ReceiptReader reader = ReceiptReader.open(receipt())) {
      return JobId.of(reader.manifest());
    }
  }

  /** The steps of one receipt under the signatures of another. */
  private void exchangeSteps(Path with) throws Exception {
    Signed manifest;
    Signed root;
    try (ReceiptReader reader = ReceiptReader.open(receipt())) {
      manifest = reader.manifest();
      ReceiptReader.Entries entries = reader.entries();
      while (entries.hasNext()) {
        entries.next();
      }
      root = entries.receipt();
    }
    List<ReceiptEntry> steps = new ArrayList<>();
    try (ReceiptReader reader = ReceiptReader.open(with)) {
      reader.manifest();
      reader.entries().forEachRemaining(steps::add);
    }
    Files.delete(receipt());
    WholeFile.write(
        "receipt", receipt(), out -> ReceiptFile.write(out, manifest, steps.iterator(), root));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes", "records:2", "lines", "index:300", "module"})
  void ropeHoldsAndNoOtherStepsDo(String rule) throws Exception {
    TestingGuest guest = TestingGuest.of(TestingGuest.ECHO).split(TestingGuest.splitInto(20));
    byte[] input = ropeInput('a');
    if (rule.startsWith("index")) {
      runs(TestingGuest.of(TestingGuest.COUNT_ARGUMENTS), input, rule);
    } else {
      runs(guest, ropeInput('b'), rule);
    }
    Path others = Files.move(receipt(), folder.resolve("others"));
    byte[] otherBytes = Files.readAllBytes(output());
    JobId job = runs(guest, input, rule);

    assertEquals(
        Value.Rope.class, AnswerCheck.check(job, receipt(), output()).receipt().value().getClass());

    exchangeSteps(others);
    Files.write(output(), otherBytes);
    refused(job);
  }

  /** Lines far longer than a chunk, so that most cells are empty, some with all their siblings. */
  private static byte[] ropeInput(char letter) {
    StringBuilder input = new StringBuilder();
    for (int line = 0; line < 40; line++) {
      input.append(String.valueOf(letter).repeat(line % 5 == 0 ? 150 : line % 7)).append('\n');
    }
    return input.toString().getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void ropeWithoutItsStepsDoesNotHold() throws Exception {
    JobId job = run(false);
    Path none = folder.resolve("none");
    Signed manifest;
    try (ReceiptReader reader = ReceiptReader.open(receipt())) {
      manifest = reader.manifest();
    }
    WholeFile.write(
        "receipt",
        none,
        out -> ReceiptFile.write(out, manifest, Collections.emptyIterator(), manifest));

    exchangeSteps(none);
    Files.write(output(), new byte[0]);

    assertEquals("the receipt that the node gave: it has no steps", refused(job));
  }
}

package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.JobId;
import io.banyan.schema.Signed;
import io.banyan.schema.WireCodec;
import io.banyan.trust.SigningDomain;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
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
}

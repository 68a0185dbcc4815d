package io.banyan.node.cli;

import static io.banyan.node.cli.TestingConsole.banyan;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.banyan.node.KeyFile;
import io.banyan.node.TestingGuest;
import io.banyan.node.TestingLent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One flipped bit in any of the four files ends with 4; what cannot be checked, with another
 * number.
 */
class VerifyCommandTest {
  private static final int FAILURE = 1;
  private static final int USAGE = 2;
  private static final int VERIFICATION_FAILED = 4;

  @TempDir private Path folder;
  private Path module;
  private Path input;
  private Path output;
  private Path receipt;

  @BeforeEach
  void finishedJob() throws IOException {
    module =
        Files.write(
            folder.resolve("module.wasm"),
            TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT).bytes());
    input =
        Files.write(
            folder.resolve("input"), "one\ntwo\nthree\n".getBytes(StandardCharsets.US_ASCII));
    output = folder.resolve("output");
    receipt = folder.resolve("receipt");
    banyan(
            "run --split bytes --chunk 4 --module",
            module,
            "--input",
            input,
            "--output",
            output,
            "--receipt",
            receipt,
            "--key",
            TestingConsole.keyIn(folder))
        .succeeds();
  }

  private TestingConsole.Ran verify(Object... more) {
    Object[] args = {"verify", receipt, "--module", module, "--input", input, "--output", output};
    return banyan(Stream.concat(Arrays.stream(args), Arrays.stream(more)).toArray());
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 4;
    Files.write(file, bytes);
  }

  @Test
  void untouchedFilesVerify() {
    String text = verify("--replay 2").succeeds().text();

    assertTrue(text.matches("(?s)verified: 4 leaves, fuel [1-9]\\d*\n.*"), text);
    assertTrue(text.contains("as in the file"), text);
    assertTrue(text.contains("run again here, and right: 3 calls, "), text);
    assertTrue(text.contains("excluded at 95 %"), text);
  }

  @Test
  void withoutReplayNothingIsClaimedOfTheCalls() {
    String text = verify().succeeds().text();

    assertTrue(text.contains("not proven by this: that a call comes to what is claimed"), text);
    assertTrue(!text.contains("run again here"), text);
    assertTrue(text.contains("\nintegrity checked, execution not audited\n"), text);
    assertTrue(text.contains(", who ran all of it\n"), text);
    assertTrue(!text.contains("leases"), text);
  }

  /** A receipt whose signer lent most of the job. */
  private void lentJob() throws Exception {
    banyan(
            "run --split bytes --chunk 1 --module",
            module,
            "--input",
            Files.writeString(input, "eighteen letters.\n"),
            "--output",
            output,
            "--receipt",
            receipt,
            "--key",
            folder.resolve("key"))
        .succeeds();
    TestingLent.rewrite(receipt, KeyFile.read(folder.resolve("key")));
  }

  @Test
  void whoRanWhatIsSaid() throws Exception {
    lentJob();

    String text = verify().succeeds().text();

    assertTrue(text.contains(", who lent some of it\n"), text);
    assertTrue(
        text.contains(
            "lent      5 leases, 4 answered with a receipt by 3 peers, 1 with a failure; depth 2"),
        text);
    assertTrue(text.matches("(?s).*\ndeepest   12D3\\w+ > 12D3\\w+ > 12D3\\w+\n.*"), text);
    assertTrue(text.matches("(?s).*\nran       0 leaves, lent 18: 12D3.*"), text);
    assertTrue(text.matches("(?s).*\nran       14 leaves, lent 2: 12D3.*"), text);
    assertTrue(text.contains("\nintegrity checked, execution not audited\n"), text);
  }

  @Test
  void jsonSaysWhoRanWhat() throws Exception {
    lentJob();

    JsonObject json = verify("--json").json();

    assertEquals(5, json.get("leases").getAsInt());
    assertEquals(4, json.get("leasesAnswered").getAsInt());
    assertEquals(1, json.get("leasesFailed").getAsInt());
    assertEquals(3, json.get("peers").getAsInt());
    assertEquals(2, json.get("depth").getAsInt());
    assertEquals(3, json.getAsJsonArray("deepest").size());
    assertEquals(json.get("signer"), json.getAsJsonArray("deepest").get(0));
    JsonObject first = json.getAsJsonArray("leavesByPeer").get(0).getAsJsonObject();
    assertEquals(json.get("signer"), first.get("peer"));
    assertEquals(0, first.get("ran").getAsInt());
    assertEquals(18, first.get("lent").getAsInt());
    assertEquals("integrity checked, execution not audited", json.get("audit").getAsString());
  }

  @Test
  void flippedBitInALeaseEndsWithFour() throws Exception {
    lentJob();
    byte[] bytes = Files.readAllBytes(receipt);
    byte[] lender = KeyFile.read(folder.resolve("key")).publicKey().bytes().toArray();
    int first = indexOf(bytes, lender, 0);
    int lease = indexOf(bytes, lender, indexOf(bytes, lender, first + 1) + 1);
    bytes[lease + 32 + 64 + 40] ^= 1; // behind manifest's signer and entry; in the lease's payload
    Files.write(receipt, bytes);

    assertEquals(
        "receipt " + receipt + ", lease 0: its signature does not hold",
        verify().failsWith(VERIFICATION_FAILED));
  }

  private static int indexOf(byte[] whole, byte[] part, int from) {
    for (int i = from; i + part.length <= whole.length; i++) {
      if (Arrays.equals(whole, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new AssertionError("the receipt does not hold these bytes");
  }

  @Test
  void jsonSaysTheSame() {
    JsonObject json = verify("--json --replay 4").json();

    assertTrue(json.get("verified").getAsBoolean());
    assertEquals(4, json.get("leaves").getAsInt());
    assertEquals(4, json.getAsJsonObject("hashes").size());
    assertEquals(5, json.getAsJsonArray("replayed").size());
    assertEquals(0, json.get("wrongShareExcluded").getAsDouble());
    assertEquals(json.get("signer"), json.get("submitter"));
    assertEquals(0, json.get("leases").getAsInt());
    assertEquals(0, json.get("depth").getAsInt());
    assertEquals(1, json.getAsJsonArray("leavesByPeer").size());
  }

  @Test
  void flippedBitInTheReceiptEndsWithFour() throws IOException {
    verify().succeeds();
    flip(receipt);

    String sentence = verify().failsWith(VERIFICATION_FAILED);

    assertTrue(sentence.startsWith("receipt " + receipt), sentence);
  }

  @Test
  void flippedBitInTheInputEndsWithFour() throws IOException {
    verify().succeeds();
    flip(input);

    String sentence = verify().failsWith(VERIFICATION_FAILED);

    assertTrue(sentence.startsWith("input " + input + " has the digest "), sentence);
    assertTrue(sentence.contains("execute of plan node 1"), sentence);
  }

  @Test
  void flippedBitInTheModuleEndsWithFour() throws IOException {
    verify().succeeds();
    flip(module);

    String sentence = verify("--replay 4").failsWith(VERIFICATION_FAILED);

    assertTrue(sentence.startsWith("module " + module + " has the digest "), sentence);
  }

  @Test
  void flippedBitInTheOutputEndsWithFour() throws IOException {
    verify().succeeds();
    flip(output);

    String sentence = verify().failsWith(VERIFICATION_FAILED);

    assertTrue(sentence.startsWith("output " + output + ": has the digest "), sentence);
  }

  @Test
  void whatIsNoReceiptEndsWithFour() throws IOException {
    Files.writeString(receipt, "paid in full\n");

    assertEquals(
        "receipt " + receipt + " does not begin with 'banyan/receipt/1'",
        verify().failsWith(VERIFICATION_FAILED));
  }

  @Test
  void fileThatCannotBeReadIsNoVerdict() {
    Path none = folder.resolve("none");

    assertEquals(
        "receipt " + none + " cannot be read: there is no such file",
        banyan("verify", none, "--module", module, "--input", input).failsWith(FAILURE));
    assertEquals(
        "module " + none + " cannot be read: there is no such file",
        banyan("verify", receipt, "--module", none, "--input", input).failsWith(FAILURE));
    assertEquals(
        "input " + none + " cannot be read: there is no such file",
        banyan("verify", receipt, "--module", module, "--input", none).failsWith(FAILURE));
    assertEquals(
        "output " + none + " cannot be read: there is no such file",
        banyan("verify", receipt, "--module", module, "--input", input, "--output", none)
            .failsWith(FAILURE));
  }

  @Test
  void folderInAFilesPlaceIsNamed() {
    assertEquals(
        "receipt " + folder + " is not a file",
        banyan("verify", folder, "--module", module, "--input", input).failsWith(FAILURE));
    assertEquals(
        "output " + folder + " cannot be read: Is a directory",
        banyan("verify", receipt, "--module", module, "--input", input, "--output", folder)
            .failsWith(FAILURE));
  }

  @Test
  void missingInputIsAskedFor() {
    assertEquals(
        "the job has an input: give it with --input FILE",
        banyan("verify", receipt, "--module", module).failsWith(USAGE));
  }

  @Test
  void everyCallIsRunAgainOnRequest() {
    String text = verify("--replay all").succeeds().text();

    assertTrue(text.contains("run again here, and right: every call of the plan"), text);
  }

  @Test
  void replayOutOfItsRangeIsRefused() {
    assertTrue(verify("--replay -1").failsWith(USAGE).startsWith("--replay: '-1' "));
    assertTrue(verify("--replay 100001").failsWith(USAGE).startsWith("--replay: '100001' "));
  }

  @Test
  void replayOfAJobWithSharedBlobsAsksForThem() throws IOException {
    Path blob = Files.writeString(folder.resolve("blob"), "shared");
    banyan(
            "run --split bytes --chunk 4 --module",
            module,
            "--input",
            input,
            "--output",
            output,
            "--shared",
            blob,
            "--receipt",
            receipt,
            "--key",
            TestingConsole.keyIn(folder))
        .succeeds();
    Path other = Files.writeString(folder.resolve("other"), "Shared");

    verify().succeeds();
    verify("--replay 1 --shared", blob).succeeds();
    String none = verify("--replay 1").failsWith(USAGE);
    String wrong = verify("--replay 1 --shared", other).failsWith(USAGE);

    assertEquals(
        "running calls again needs the job's 1 shared blobs in order: give each with --shared FILE",
        none);
    assertEquals(none, wrong);
  }

  @Test
  void jobWithoutInputVerifiesWithoutOne() throws IOException {
    banyan(
            "run --split index:20 --module",
            module,
            "--output",
            output,
            "--receipt",
            receipt,
            "--key",
            TestingConsole.keyIn(folder))
        .succeeds();

    assertEquals(
        20,
        banyan("verify", receipt, "--json --module", module, "--output", output, "--replay 3")
            .json()
            .get("leaves")
            .getAsInt());
    assertEquals(
        "the job has the split rule index:20 and takes no --input", verify().failsWith(USAGE));
  }
}

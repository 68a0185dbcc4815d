package io.banyan.node.cli;

import static io.banyan.node.cli.TestingConsole.banyan;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.banyan.node.JobDraft;
import io.banyan.node.KeyFile;
import io.banyan.node.TestingGuest;
import io.banyan.node.TestingLent;
import io.banyan.node.TestingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Any call of a receipt can be made again, and is the same; what is not is told with 4. */
class ReplayCommandTest {
  private static final int FAILURE = 1;
  private static final int USAGE = 2;
  private static final int VERIFICATION_FAILED = 4;

  @TempDir private Path folder;
  private Path module;
  private Path input;
  private Path receipt;
  private Path value;

  @BeforeEach
  void files() throws IOException {
    module = folder.resolve("module.wasm");
    input = Files.writeString(folder.resolve("input"), "eighteen letters.\n");
    receipt = folder.resolve("receipt");
    value = folder.resolve("value");
  }

  private void job(TestingGuest guest, String options) throws IOException {
    Files.write(module, guest.bytes());
    banyan(
            "run --module",
            module,
            options,
            "--input",
            input,
            "--output",
            folder.resolve("output"),
            "--receipt",
            receipt,
            "--key",
            TestingConsole.keyIn(folder))
        .succeeds();
  }

  private void concatenation() throws IOException {
    job(TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT), "--split bytes --chunk 1");
  }

  private TestingConsole.Ran replay(String leaf, Object... more) {
    Object[] args = {"replay", receipt, "--leaf", leaf, "--module", module, "--input", input};
    return banyan(Stream.concat(Arrays.stream(args), Arrays.stream(more)).toArray());
  }

  @Test
  void leafIsTheSameAgain() throws IOException {
    concatenation();

    String text = replay("8", "--output", value).succeeds().text();

    assertTrue(
        text.startsWith(
            "execute of plan node 8: completed, as claimed: same outcome, output and fuel\nfuel "),
        text);
    assertEquals(" ", Files.readString(value));
  }

  @Test
  void mergeIsTheSameAgainWithAllBelowIt() throws IOException {
    concatenation();

    assertTrue(replay("16-18").succeeds().text().startsWith("merge of plan node 16-18: completed"));
    replay("0-18", "--output", value).succeeds();

    assertEquals("eighteen letters.\n", Files.readString(value));
  }

  @Test
  void emptyNeighboursTakeNoPartInAMerge() throws IOException {
    Files.writeString(input, "a\n" + "a line that is longer than its chunk\n".repeat(3));
    job(TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT), "--split lines --chunk 2");

    int cells = (int) ((Files.size(input) + 1) / 2);
    replay("0-" + cells, "--output", value).succeeds();

    assertEquals(Files.readString(input), Files.readString(value));
  }

  @Test
  void splitsAndMergesOfTheModulesOwnAreReplayed() throws IOException {
    Files.writeString(input, "eighteen letters.\n".repeat(2)); // 18 parts of 2 bytes
    job(
        TestingGuest.of(TestingGuest.ECHO)
            .merge(TestingGuest.CONCAT)
            .split(TestingGuest.splitInto(18)),
        "--split module --chunk 1");

    String whole = replay("/", "--output", value).succeeds().text();
    String group = replay("/0-16").succeeds().text();
    String leaf = replay("/3/0/").succeeds().text();

    assertTrue(whole.startsWith("split of plan node /: completed, as claimed"), whole);
    assertTrue(whole.contains("\nmerge of plan node /: completed, as claimed"), whole);
    assertEquals(Files.readString(input), Files.readString(value));
    assertTrue(group.startsWith("merge of plan node /0-16: completed, as claimed"), group);
    assertTrue(leaf.startsWith("execute of plan node /3/0/: completed, as claimed"), leaf);
  }

  @Test
  void splitAloneHasNoValueOfItsOwn() throws IOException {
    job(
        TestingGuest.of(TestingGuest.ECHO).split(TestingGuest.splitInto(9)),
        "--split module --chunk 2");

    replay("/").succeeds();
    TestingConsole.Ran ran = replay("/", "--output", value);

    assertEquals(USAGE, ran.code());
    assertTrue(ran.stderr().contains("plan node / has only a split"), ran.stderr());
    assertFalse(Files.exists(value));
  }

  @Test
  void receiptOfASubmittedJobIsReplayedToo() throws Exception {
    concatenation();
    TestingLent.rewrite(receipt, KeyFile.read(folder.resolve("key")));

    replay("3").succeeds();
    replay("0-16").succeeds();
  }

  @Test
  void jsonHasTheClaimAndTheCall() throws IOException {
    concatenation();

    JsonObject json = replay("3", "--json").json();
    JsonObject call = json.getAsJsonArray("calls").get(0).getAsJsonObject();

    assertTrue(json.get("same").getAsBoolean());
    assertEquals("3", json.get("node").getAsString());
    assertEquals("completed", call.get("outcome").getAsString());
    assertEquals(call.get("fuel"), call.getAsJsonObject("claimed").get("fuel"));
    assertTrue(call.get("fuel").getAsLong() > 0);
    assertFalse(call.has("difference"));
  }

  @Test
  void guestsLogGoesToStderrAndPaintsNoTerminal() throws IOException {
    job(
        TestingGuest.of("i32.const 0 i32.const 8 i32.const 8 call 0 " + TestingGuest.ECHO)
            .importsLog()
            .data(8, "red\u001b[31m"),
        "--split bytes --chunk 9");

    TestingConsole.Ran ran = replay("1").succeeds();

    assertEquals("log error execute of plan node 1: red\\x1b[31m\n", ran.stderr());
    assertFalse(ran.text().contains("log"), ran.text());
  }

  /** A signer who ran another program than the job names. */
  private void lie(TestingGuest honest, TestingGuest liar) throws Exception {
    TestingRun runs = new TestingRun(folder);
    byte[] bytes = Files.readAllBytes(input);
    JobDraft lying = runs.draft(liar.bytes(), bytes, "bytes", 9);
    JobDraft asked = runs.draft(honest.bytes(), bytes, "bytes", 9);
    runs.run(
        new JobDraft(
            asked.manifest(),
            asked.cuts(),
            lying.module(),
            asked.configuration(),
            asked.input(),
            asked.inputTree()),
        2);
  }

  @Test
  void claimThatDoesNotComeTrueEndsWithFour() throws Exception {
    lie(TestingGuest.of(TestingGuest.SUM_BYTES), TestingGuest.of(TestingGuest.ECHO));

    TestingConsole.Ran ran = replay("1", "--output", value);

    assertEquals(VERIFICATION_FAILED, ran.code(), ran.stderr());
    assertTrue(
        ran.stderr()
            .startsWith(
                "banyan: receipt "
                    + receipt
                    + ": execute of plan node 1, run again, comes to something else: it comes to"),
        ran.stderr());
    assertTrue(ran.stderr().contains(" fuel, not "), ran.stderr());
    assertFalse(ran.text().contains("as claimed"), ran.text());
    assertFalse(Files.exists(value));
  }

  @Test
  void trapInPlaceOfTheClaimIsShown() throws Exception {
    lie(TestingGuest.of(TestingGuest.TRAP), TestingGuest.of(TestingGuest.ECHO));

    TestingConsole.Ran ran = replay("0");

    assertEquals(VERIFICATION_FAILED, ran.code(), ran.stderr());
    assertTrue(ran.text().startsWith("execute of plan node 0: trapped: unreachable\nfuel "));
    assertTrue(ran.stderr().contains(", run again, trapped: unreachable"), ran.stderr());
  }

  @Test
  void flippedInputEndsWithFour() throws IOException {
    concatenation();
    Files.writeString(input, "eighteen Letters.\n");

    String sentence = replay("3").failsWith(VERIFICATION_FAILED);

    assertTrue(sentence.startsWith("input " + input + " has the digest "), sentence);
  }

  @Test
  void plainWordsForWhatCannotBeReplayed() throws IOException {
    concatenation();

    assertEquals(
        "the job makes no call at plan node 99: its plan has the cells 0 to 17",
        replay("99").failsWith(USAGE));
    assertTrue(replay("x").failsWith(USAGE).startsWith("--leaf: 'x' is not a plan node such as"));
    assertEquals(
        "receipt " + folder + " is not a file",
        banyan("replay", folder, "--leaf 1 --module", module, "--input", input).failsWith(FAILURE));
    assertEquals(
        "the job has an input: give it with --input FILE",
        banyan("replay", receipt, "--leaf 1 --module", module).failsWith(USAGE));
  }

  @Test
  void jobWithoutAMergeHasLeavesOnly() throws IOException {
    job(TestingGuest.of(TestingGuest.ECHO), "--split bytes --chunk 9");

    replay("1").succeeds();

    assertEquals(
        "the job makes no call at plan node 0-2: its plan has the cells 0 to 1; the module has no"
            + " merge, so only leaves are called",
        replay("0-2").failsWith(USAGE));
  }
}

package io.banyan.node.cli;

import static io.banyan.node.cli.TestingConsole.banyan;
import static io.banyan.node.cli.TestingConsole.banyanReading;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.banyan.node.ExitCode;
import io.banyan.node.TestingGuest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands print, and where. */
class CommandsTest {
  private static final byte[] TEXT = "one\ntwo\nthree\n".getBytes(StandardCharsets.US_ASCII);
  private static final String DIGEST = "[0-9a-f]{64}";

  @TempDir private Path folder;
  private Path module;
  private Path input;
  private Path key;

  @BeforeEach
  void soundJob() throws IOException {
    module =
        Files.write(
            folder.resolve("module.wasm"),
            TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT).bytes());
    input = Files.write(folder.resolve("input"), TEXT);
    key = folder.resolve("key");
  }

  private Object[] job(Object... more) {
    Object[] args = {
      "run --split lines --chunk 4 --module", module, "--key", TestingConsole.keyIn(folder)
    };
    return Stream.concat(Arrays.stream(args), Arrays.stream(more)).toArray();
  }

  @Test
  void commandOfALaterRoomIsRefusedByName() {
    assertEquals(
        "doctor is not in this build: it comes with a later one",
        banyan("doctor", "--nodes 1000").failsWith(ExitCode.USAGE.number()));
  }

  @Test
  void everyCommandSaysWhatItTakes() {
    for (String command :
        new String[] {
          "run",
          "check",
          "verify",
          "replay",
          "submit",
          "status",
          "result",
          "cancel",
          "tree",
          "explain",
          "jobs",
          "peers",
          "capacity",
          "key show",
          "version"
        }) {
      String text = banyan(command, "--help").succeeds().text();
      assertTrue(text.startsWith("Usage: banyan " + command), text);
    }
  }

  @Test
  void answerGoesToStdoutAndWordsToStderr() {
    TestingConsole.Ran ran = banyan(job("--input", input)).succeeds();

    assertArrayEquals(TEXT, ran.stdout());
    List<String> lines = ran.stderr().lines().toList();
    assertTrue(lines.getFirst().startsWith("completed: 3 leaves, 14 B in "), ran.stderr());
    for (String hash : List.of("job", "input", "plan", "execution", "output")) {
      assertTrue(
          lines.stream().anyMatch(line -> line.matches(hash + " +" + DIGEST + "(, 14 B)?")),
          () -> hash + " is not in " + lines);
    }
    assertFalse(ran.stderr().contains("\u001b"), "no colours off a terminal");
  }

  @Test
  void outputDashIsStdoutToo() {
    assertArrayEquals(TEXT, banyan(job("--output - --input", input)).succeeds().stdout());
  }

  @Test
  void inputDashIsStdin() {
    TestingConsole.Ran ran = banyanReading(TEXT, job("--input - --output -")).succeeds();

    assertArrayEquals(TEXT, ran.stdout());
  }

  @Test
  void stdinAndTheSameFileAreTheSameInput() {
    JsonObject piped = banyanReading(TEXT, job("--input - --json")).json();
    JsonObject read = banyan(job("--json --input", input)).json();

    assertEquals(read.get("hashes"), piped.get("hashes"));
  }

  @Test
  void jsonHasTheJobAndItsFourHashes() {
    JsonObject json = banyan(job("--json --workers 2 --input", input)).json();

    assertEquals(
        Set.of(
            "job",
            "state",
            "profile",
            "verification",
            "split",
            "chunkBytes",
            "inputBytes",
            "outputBytes",
            "leaves",
            "fuel",
            "workers",
            "seconds",
            "outsideGuestShare",
            "hashes",
            "decision"),
        json.keySet());
    assertTrue(json.get("job").getAsString().matches(DIGEST));
    assertEquals("COMPLETE", json.get("state").getAsString());
    assertEquals("1", json.get("profile").getAsString());
    assertEquals("none", json.get("verification").getAsString());
    assertEquals("lines", json.get("split").getAsString());
    assertEquals(4, json.get("chunkBytes").getAsInt());
    assertEquals(14, json.get("inputBytes").getAsInt());
    assertEquals(14, json.get("outputBytes").getAsInt());
    assertEquals(3, json.get("leaves").getAsInt());
    assertTrue(json.get("fuel").getAsLong() > 0);
    assertEquals(2, json.get("workers").getAsInt());
    assertTrue(json.get("seconds").getAsDouble() > 0);
    JsonObject hashes = json.getAsJsonObject("hashes");
    assertEquals(Set.of("input", "plan", "execution", "output"), hashes.keySet());
    hashes.asMap().values().forEach(hash -> assertTrue(hash.getAsString().matches(DIGEST)));
    JsonObject decision = json.getAsJsonObject("decision");
    assertTrue(
        decision
            .keySet()
            .containsAll(
                Set.of(
                    "dataSize",
                    "operationWeight",
                    "availableCapacity",
                    "complexityScoreSeconds",
                    "thresholdSeconds",
                    "reason")));
    assertEquals(
        decision.get("dataSize").getAsDouble()
            * decision.get("operationWeight").getAsDouble()
            / decision.get("availableCapacity").getAsDouble(),
        decision.get("complexityScoreSeconds").getAsDouble(),
        1e-9);
  }

  /** 200 000 bytes; an echo costs so little that the longest chunk is taken. */
  @Test
  void aJobWithoutAChunkIsRehearsed() throws Exception {
    Path large = Files.write(folder.resolve("large"), new byte[200_000]);
    Object[] args = {
      "run --split bytes --output",
      folder.resolve("output"),
      "--module",
      module,
      "--key",
      TestingConsole.keyIn(folder),
      "--input",
      large
    };

    TestingConsole.Ran text = banyan(args).succeeds();
    TestingConsole.Ran json =
        banyan(Stream.concat(Arrays.stream(args), Stream.of("--json")).toArray());

    String first = text.stderr().lines().findFirst().orElseThrow();
    assertTrue(
        first.matches(
            "rehearsal 3 leaves: \\S+ fuel a byte; chunk 1 MiB costs \\S+ [kM] fuel, nearest to 200"
                + " M of those up to 1 MiB; about .* on \\d+ workers? here"),
        first);
    JsonObject rehearsal = json.json().getAsJsonObject("rehearsal");
    assertEquals(1 << 20, rehearsal.get("chunkBytes").getAsInt());
    assertEquals(1 << 20, json.json().get("chunkBytes").getAsInt());
    assertTrue(rehearsal.get("fuelPerByte").getAsDouble() > 0);
    assertTrue(rehearsal.get("expectedSeconds").getAsDouble() > 0);
  }

  @Test
  void jobOverItsFuelSaysWhichFlag() {
    assertEquals(
        "job failed: the plan takes more fuel than the 1000 it may take (--fuel)",
        banyan(job("--fuel 1k --input", input)).failsWith(ExitCode.JOB_FAILED.number()));
    assertEquals(
        "job failed: execute of plan node 0 out of fuel: a call may use 1 k (--leaf-fuel)",
        banyan(job("--workers 1 --leaf-fuel 1k --input", input))
            .failsWith(ExitCode.JOB_FAILED.number()));
  }

  @Test
  void sameWishMadeTwiceIsTwoJobsWithTheSameHashes() {
    JsonObject one = banyan(job("--json --input", input)).json();
    JsonObject two = banyan(job("--json --input", input)).json();

    assertFalse(one.get("job").equals(two.get("job")));
    assertEquals(one.get("hashes"), two.get("hashes"));
  }

  @Test
  void answerThatStdoutDoesNotTakeIsNoSuccessAndHasNoReceipt() {
    Path receipt = folder.resolve("receipt");

    TestingConsole.Ran ran =
        TestingConsole.banyanTo(full(), job("--input", input, "--receipt", receipt));

    assertEquals("output to stdout cannot be written", ran.failsWith(1));
    assertFalse(Files.exists(receipt));
  }

  @Test
  void dataThatStdoutDoesNotTakeIsNoSuccess() {
    assertEquals(
        "stdout cannot be written, what was to go there is lost",
        TestingConsole.banyanTo(full(), "version").failsWith(1));
  }

  private static OutputStream full() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException("No space left on device");
      }
    };
  }

  @Test
  void keyShowPrintsThePeerIdAndMakesTheKeyOnce() {
    String first = banyan("key show --key", key).succeeds().text();
    JsonObject json = banyan("key show --json --key", key).json();

    assertTrue(first.matches("12D3KooW[1-9A-HJ-NP-Za-km-z]{44}\n"), first);
    assertEquals(first.strip(), json.get("peerId").getAsString());
    assertTrue(json.get("publicKey").getAsString().matches(DIGEST));
    assertEquals(key.toString(), json.get("file").getAsString());
  }

  @Test
  void keyAloneSaysWhatToDoWithIt() {
    assertEquals("key: say what to do with it: key show", banyan("key").failsWith(2));
  }

  @Test
  void versionNamesTheProfile() {
    assertTrue(banyan("version").succeeds().text().matches("banyan \\S+, profile 1, Java 2.*\n"));
    assertEquals(Set.of("version", "profile", "java"), banyan("version --json").json().keySet());
  }

  @Test
  void nothingAskedIsAnsweredWithTheCommands() {
    TestingConsole.Ran ran = banyan("help");
    TestingConsole.Ran none = TestingConsole.banyan();

    for (String command : List.of("run", "check", "verify", "key", "version")) {
      assertTrue(ran.text().contains(command), command);
      assertTrue(none.stderr().contains(command), command);
    }
    assertEquals(0, ran.code());
    assertEquals(2, none.code());
    assertFalse(banyan("help run").text().contains("--audit"), "what is not there is not shown");
  }

  @Test
  void checkSaysWhatAModuleIs() {
    String text = banyan("check", module).succeeds().text();

    assertTrue(text.contains("reactor, profile 1"), text);
    assertTrue(text.contains("execute"), text);
    assertTrue(text.contains("imports   none"), text);
  }

  @Test
  void checkTriesAModuleOnASample() throws IOException {
    String sound =
        banyan("check", module, "--time 400ms --split lines --chunk 4 --input", input)
            .succeeds()
            .text();
    assertTrue(sound.contains("sound     on this sample"), sound);
    assertTrue(sound.contains("ms per MiB on one worker"), sound);
    assertTrue(sound.contains("same      execute of leaf 0 of the sample: "), sound);
    assertTrue(sound.contains("merge     may be regrouped: the same as the plan groups"), sound);
    assertTrue(sound.contains("chunk     1 MiB: a leaf costs "), sound);
    assertTrue(sound.contains("limits    all kept; nearest: "), sound);
    assertTrue(sound.contains("memory    up to 1 MiB a call, 16 pages"), sound);
    assertTrue(sound.contains("advice    "), sound);

    Files.write(
        module, TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT_WITH_COMMAS).bytes());
    TestingConsole.Ran unsound =
        banyan("check", module, "--time 400ms --split lines --chunk 4 --input", input);
    assertEquals(1, unsound.code());
    assertTrue(unsound.text().contains("TROUBLE   merge, grouped in pairs"), unsound.text());
    assertTrue(unsound.text().endsWith("not sound\n"), unsound.text());
  }

  @Test
  void whatAGuestLoggedOnTheSampleIsShown() throws IOException {
    Files.write(
        module,
        TestingGuest.of("i32.const 1 i32.const 8 i32.const 4 call 0 unreachable")
            .importsLog()
            .data(8, "oh\u001b!")
            .bytes());

    TestingConsole.Ran ran =
        banyan("check --time 400ms", module, "--split lines --chunk 4 --input", input);

    assertEquals(1, ran.code());
    assertEquals("log warning the sample: oh\\x1b!\n", ran.stderr());
    assertTrue(ran.text().contains("TROUBLE   execute on the sample trapped: unreachable"));
    assertTrue(ran.text().contains("same      execute of leaf 0 of the sample: "), ran.text());
  }

  @Test
  void checkAsJsonHasTheSampleIfThereWasOne() {
    JsonObject alone = banyan("check --json", module).json();
    JsonObject tried =
        banyan("check --json --time 400ms", module, "--split lines --chunk 4 --input", input)
            .json();

    assertEquals("REACTOR", alone.get("kind").getAsString());
    assertFalse(alone.has("sample"));
    assertEquals(3, tried.getAsJsonObject("sample").get("leaves").getAsInt());
    assertTrue(tried.getAsJsonObject("sample").getAsJsonArray("troubles").isEmpty());
    assertEquals(4, tried.getAsJsonObject("sample").getAsJsonArray("compared").size());
    assertTrue(tried.getAsJsonObject("sample").get("fuel").getAsLong() > 0);
    assertEquals(16, tried.getAsJsonObject("sample").get("memoryPagesMax").getAsInt());
    assertTrue(alone.getAsJsonObject("limits").has("body-bytes"));
  }

  @Test
  void checkSaysThatAMergeWasNotTried() {
    Object[] coarse = {module, "--time 400ms --split lines --chunk 1MiB --input", input};
    String text = banyan("check", coarse[0], coarse[1], coarse[2]).succeeds().text();
    JsonObject json = banyan("check --json", coarse[0], coarse[1], coarse[2]).json();

    assertTrue(text.contains("merge     not tried: 1 leaf value\n"), text);
    assertEquals(
        "not tried: 1 leaf value", json.getAsJsonObject("sample").get("merge").getAsString());
  }

  @Test
  void checkFindsABrokenMergeInASmallSampleByItself() throws IOException {
    Files.write(
        module, TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT_WITH_COMMAS).bytes());

    assertEquals(1, banyan("check", module, "--time 400ms --split lines --input", input).code());
    assertEquals(1, banyan("check --time 400ms", module, "--split bytes --input", input).code());
  }

  @Test
  void checkOfAnIndexJobCountsTimeByTheLeaf() {
    String text = banyan("check --time 400ms", module, "--split index:20").succeeds().text();

    assertTrue(text.contains(" ms per leaf on one worker"), text);
    assertFalse(text.contains("MiB on one worker"), text);
  }

  @Test
  void controlCharactersInAModulesNamesDoNotReachTheTerminal() throws IOException {
    Files.write(
        module,
        TestingGuest.of(TestingGuest.ECHO)
            .function("red\u001b[31m\u009b\n", TestingGuest.ECHO)
            .bytes());
    String text = banyan("check", module).succeeds().text();
    TestingConsole.Ran json = banyan("check --json", module).succeeds();

    assertTrue(text.contains("red\\x1b[31m\\x9b\\x0a"), text);
    for (String printed : List.of(text, json.text())) {
      assertTrue(printed.chars().allMatch(c -> c == '\n' || !Character.isISOControl(c)), printed);
    }
    assertTrue(json.json().getAsJsonArray("exports").toString().contains("\u009b"), json.text());
  }

  @Test
  void checkRefusesWhatRunRefuses() throws IOException {
    Files.write(module, TestingGuest.of(TestingGuest.ECHO).imports("env", "fork").bytes());

    assertTrue(banyan("check", module).failsWith(8).contains("env.fork"));
  }
}

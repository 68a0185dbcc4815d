package io.banyan.node.cli;

import static io.banyan.node.cli.TestingConsole.banyan;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.node.TestingGuest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What cannot be run is refused, and what fails ends, by one sentence with actor, rule and value
 * and by the documented number; and nothing is left behind. Long, because it is a list.
 */
class BadInputTest {
  private static final int FAILURE = 1;
  private static final int USAGE = 2;
  private static final int JOB_FAILED = 3;
  private static final int TIMEOUT = 5;
  private static final int REFUSED = 8;

  @TempDir private Path folder;
  private Path module;
  private Path input;
  private Path output;
  private Path receipt;
  private Set<Path> temporaryBefore;

  @BeforeEach
  void soundJob() throws IOException {
    guest(TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT));
    input = Files.writeString(folder.resolve("input"), "one\ntwo\nthree\n");
    output = folder.resolve("output");
    receipt = folder.resolve("receipt");
    temporaryBefore = temporaryFolders();
  }

  @AfterEach
  void nothingIsLeftBehind() throws IOException {
    assertEquals(temporaryBefore, temporaryFolders());
    try (Stream<Path> left = Files.list(folder)) {
      Set<String> names = new TreeSet<>(left.map(path -> path.getFileName().toString()).toList());
      names.removeAll(Set.of("input", "key", "module.wasm", "other"));
      assertEquals(Set.of(), names);
    }
  }

  /** Those that a run makes; surefire gives this process a place that no other one uses. */
  private static Set<Path> temporaryFolders() throws IOException {
    try (Stream<Path> paths = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return new TreeSet<>(
          paths.filter(path -> path.getFileName().toString().startsWith("banyan-")).toList());
    }
  }

  private void guest(TestingGuest guest) throws IOException {
    module = Files.write(folder.resolve("module.wasm"), guest.bytes());
  }

  /** A run of the module on the input, with an output and a receipt to leave nothing of. */
  private TestingConsole.Ran run(Object... more) {
    Object[] args = {
      "run --module",
      module,
      "--input",
      input,
      "--output",
      output,
      "--receipt",
      receipt,
      "--key",
      TestingConsole.keyIn(folder)
    };
    return banyan(Stream.concat(Arrays.stream(args), Arrays.stream(more)).toArray());
  }

  @Test
  void moduleThatIsNoWasmIsRefused() throws IOException {
    Files.writeString(module, "#!/bin/sh\necho hello\n");

    String sentence = run("--split bytes").failsWith(REFUSED);

    assertTrue(sentence.startsWith("module " + module + ": "), sentence);
  }

  @Test
  void emptyModuleIsRefused() throws IOException {
    Files.write(module, new byte[0]);

    String sentence = run("--split bytes").failsWith(REFUSED);

    assertTrue(sentence.startsWith("module " + module + ": "), sentence);
  }

  @Test
  void moduleThatIsCutShortIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(module);
    Files.write(module, Arrays.copyOf(whole, whole.length / 2));

    String sentence = run("--split bytes").failsWith(REFUSED);

    assertTrue(sentence.startsWith("module " + module + ": "), sentence);
  }

  @Test
  void moduleThatIsNotThereIsNamed() {
    module = folder.resolve("no-such.wasm");

    assertEquals(
        "module " + module + " cannot be read: there is no such file",
        run("--split bytes").failsWith(FAILURE));
  }

  @Test
  void moduleOverItsLimitIsRefused() throws IOException {
    Files.write(module, new byte[(8 << 20) + 1]);

    assertEquals(
        "module " + module + " is 8388609 bytes long, limit 8388608",
        run("--split bytes").failsWith(REFUSED));
  }

  @Test
  void moduleThatNeverEndsIsReadUpToItsLimit() {
    module = Path.of("/dev/zero");

    assertEquals(
        "module /dev/zero is more than 8388608 bytes long, limit 8388608",
        run("--split bytes").failsWith(REFUSED));
  }

  @Test
  void inputThatTheModuleMayNotSplitIsRefusedByWhatWouldAllowIt() throws IOException {
    guest(TestingGuest.of(TestingGuest.ECHO).split(TestingGuest.splitInto(2)));
    Files.write(input, new byte[(256 << 10) + 1]);

    assertEquals(
        "split is handed the whole input, 262145 bytes, and may be handed 262144, a quarter of"
            + " --memory: give more of it, or another rule with --split",
        run("--memory 1MiB --chunk 4KiB").failsWith(REFUSED));
  }

  @Test
  void missingExportIsNamed() throws IOException {
    guest(new TestingGuest().function("run", TestingGuest.ECHO));

    String sentence = run("--split bytes").failsWith(REFUSED);

    assertTrue(sentence.startsWith("module " + module + ": "), sentence);
    assertTrue(sentence.contains("execute"), sentence);
  }

  @Test
  void unknownImportIsNamed() throws IOException {
    guest(TestingGuest.of(TestingGuest.ECHO).imports("env", "open_socket"));

    String sentence = run("--split bytes").failsWith(REFUSED);

    assertTrue(sentence.startsWith("module " + module + ": "), sentence);
    assertTrue(sentence.contains("env.open_socket"), sentence);
  }

  @Test
  void missingInputIsNamed() {
    input = folder.resolve("no-such-input");

    assertEquals(
        "input " + input + " cannot be read: there is no such file",
        run("--split bytes").failsWith(FAILURE));
  }

  @Test
  void folderAsInputIsNoFile() {
    input = folder;

    assertEquals("input " + folder + " is not a file", run("--split bytes").failsWith(FAILURE));
  }

  @Test
  void folderAsModuleOrParamsOrSharedBlobIsNamed() {
    String params = run("--split bytes --params", folder).failsWith(FAILURE);
    String shared = run("--split bytes --shared", folder).failsWith(FAILURE);
    module = folder;
    String code = run("--split bytes").failsWith(FAILURE);

    assertTrue(params.startsWith("params " + folder + " cannot be read: "), params);
    assertTrue(shared.startsWith("shared blob " + folder + " cannot be read: "), shared);
    assertTrue(code.startsWith("module " + folder + " cannot be read: "), code);
  }

  @ParameterizedTest
  @CsvSource({
    "--verify standard, --verify standard",
    "--verify copies:2, --verify copies:2",
    "--retries 3, --retries",
    "--partial 0.9, --partial",
    "--no-memo, --no-memo",
    "--audit 3, --audit"
  })
  void flagOfALaterRoomIsRefusedByName(String flag, String name) {
    String sentence = run("--split bytes", flag).failsWith(USAGE);

    assertTrue(sentence.startsWith(name + " is not in this build: "), sentence);
  }

  @Test
  void unknownOptionIsNamed() {
    String sentence = run("--split bytes --frobnicate").failsWith(USAGE);

    assertTrue(sentence.contains("--frobnicate"), sentence);
  }

  @Test
  void unknownCommandIsNamed() {
    String sentence = banyan("frobnicate").failsWith(USAGE);

    assertTrue(sentence.contains("frobnicate"), sentence);
  }

  @Test
  void runWithoutAModuleSaysSo() {
    String sentence = banyan("run --input", input).failsWith(USAGE);

    assertTrue(sentence.contains("--module"), sentence);
  }

  @ParameterizedTest
  @CsvSource({
    "--chunk, 1MB",
    "--chunk, -1",
    "--memory, lots",
    "--fuel, much",
    "--leaf-fuel, 1e9",
    "--memory, 99999999999999TiB",
    "--leaf-output, 1.5MiB",
    "--leaf-time, 30",
    "--leaf-time, 3 sec",
    "--timeout, soon",
    "--timeout, 1y"
  })
  void badSizeOrTimeIsQuoted(String option, String value) {
    String sentence = run("--split bytes", option, new Verbatim(value)).failsWith(USAGE);

    assertTrue(sentence.startsWith(option + ": '" + value + "' is "), sentence);
  }

  /** One word of a command line, whatever is in it. */
  private record Verbatim(String text) {
    @Override
    public String toString() {
      return text;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--chunk 0, chunk size is 0 bytes",
    "--chunk 17MiB, --chunk: '17MiB' is 17825792 bytes, limit 16777216",
    "--chunk 4GiB, --chunk: '4GiB' is 4294967296 bytes, limit 16777216",
    "--fuel 0, --fuel: '0' must be 1 or more",
    "--leaf-fuel 0, fuel limit is 0",
    "--leaf-fuel 1T, fuel limit is 1000000000000",
    "--memory 100, memory limit is 100 bytes",
    "--memory 100KiB, memory limit is 102400 bytes",
    "--memory 2GiB, memory limit is 2147483648 bytes",
    "--leaf-output 4GiB, output limit is 4294967296 bytes",
    "--leaf-time 0s, wall time limit is 0 ms",
    "--timeout 0s, budget of 0 ms",
    "--timeout 400d, budget of 34560000000 ms",
    "--workers 0, --workers: 0",
    "--workers 100000, --workers: 100000"
  })
  void numberOutOfItsRangeIsSaid(String option, String beginning) {
    String sentence = run("--split bytes", option).failsWith(USAGE);

    assertTrue(sentence.startsWith(beginning), sentence);
  }

  @Test
  void wordInTheNumbersPlaceIsQuoted() {
    String sentence = run("--split bytes --workers two").failsWith(USAGE);

    assertTrue(sentence.contains("--workers") && sentence.contains("'two'"), sentence);
  }

  @ParameterizedTest
  @ValueSource(strings = {"words", "records", "records:", "records:x", "index:-", "lines:3", ":"})
  void badSplitRuleIsQuoted(String rule) {
    String sentence = run("--split", rule).failsWith(USAGE);

    assertTrue(sentence.startsWith("--split: split rule '" + rule + "' "), sentence);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"records:0", "records:-4", "records:16777217", "index:0", "index:16777217"})
  void splitRuleOutOfItsRangeIsSaid(String rule) {
    String sentence = run("--split", rule).failsWith(USAGE);

    assertTrue(sentence.startsWith("--split: "), sentence);
    assertTrue(sentence.contains(rule.substring(rule.indexOf(':') + 1)), sentence);
  }

  @Test
  void moduleWithoutSplitWantsARule() {
    String none = run().failsWith(USAGE);
    String own = run("--split module").failsWith(USAGE);

    assertTrue(none.startsWith("module " + module + " exports no 'split'"), none);
    assertTrue(own.contains("exports no 'split'"), own);
  }

  @Test
  void indexTakesNoInputAndTheOtherRulesWantOne() {
    assertEquals("split rule index:4 takes no --input", run("--split index:4").failsWith(USAGE));
    assertEquals(
        "split rule lines needs an --input FILE, or -",
        banyan("run --split lines --module", module, "--key", TestingConsole.keyIn(folder))
            .failsWith(USAGE));
  }

  @Test
  void recordsThatDoNotDivideAreCounted() throws IOException {
    Files.write(input, new byte[14]);

    assertEquals(
        "chunks of 8 bytes and an input of 14 are not both multiples of the record, 4 bytes",
        run("--split records:4 --chunk 8").failsWith(USAGE));
    assertEquals(
        "chunks of 10 bytes and an input of 14 are not both multiples of the record, 4 bytes",
        run("--split records:4 --chunk 10").failsWith(USAGE));
  }

  @Test
  void leafOverSixteenMebibytesIsNamedByItsOffset() throws IOException {
    byte[] line = new byte[(16 << 20) + 100];
    Arrays.fill(line, (byte) 'x');
    System.arraycopy("ab\ncd\n".getBytes(StandardCharsets.US_ASCII), 0, line, 0, 6);
    Files.write(input, line);

    assertEquals(
        "the leaf at input offset 6 is 16777310 bytes long, limit 16777216",
        run("--split lines --chunk 6").failsWith(REFUSED));
    Files.delete(input);
  }

  @Test
  void chunksThatMakeTooManyCellsAreRefused() throws IOException {
    Files.write(input, new byte[(16 << 20) + 1]);

    String bytes = run("--split bytes --chunk 1").failsWith(USAGE);
    String lines = run("--split lines --chunk 1").failsWith(USAGE);

    assertEquals(
        "input of 16777217 bytes in chunks of 1 makes 16777217 cells, limit 16777216: choose larger"
            + " chunks",
        bytes);
    assertEquals(bytes, lines);
    Files.delete(input);
  }

  @Test
  void tooMuchParamsOrTooManySharedBlobsAreRefused() throws IOException {
    Path other = Files.write(folder.resolve("other"), new byte[(64 << 10) + 1]);
    String nine = "--shared x ".repeat(9).replace("x", input.toString());

    assertEquals(
        "params " + other + " is 65537 bytes long, limit 65536",
        run("--split bytes --params", other).failsWith(REFUSED));
    assertEquals("9 shared blobs, limit 8", run("--split bytes", nine).failsWith(USAGE));
  }

  @Test
  void trapNamesThePlanNode() throws IOException {
    guest(TestingGuest.of(TestingGuest.TRAP));

    String sentence = run("--split lines --chunk 4 --workers 1").failsWith(JOB_FAILED);

    assertEquals("job failed: execute of plan node 0 trapped: unreachable", sentence);
  }

  @Test
  void trapInAMergeNamesIt() throws IOException {
    guest(TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.TRAP));

    String sentence = run("--split lines --chunk 4").failsWith(JOB_FAILED);

    assertEquals("job failed: merge of plan node 0-4 trapped: unreachable", sentence);
  }

  @Test
  void trapInASplitNamesIt() throws IOException {
    guest(TestingGuest.of(TestingGuest.ECHO).split(TestingGuest.TRAP));

    String sentence = run("--chunk 4").failsWith(JOB_FAILED);

    assertEquals("job failed: split of plan node / trapped: unreachable", sentence);
  }

  @Test
  void rangeOutsideTheMemoryIsBadOutput() throws IOException {
    guest(TestingGuest.of(TestingGuest.OUT_OF_RANGE));

    assertEquals(
        "job failed: execute of plan node 0 bad output",
        run("--split bytes").failsWith(JOB_FAILED));
  }

  @Test
  void outputOverItsLimitIsNamed() {
    String sentence = run("--split bytes --leaf-output 13").failsWith(JOB_FAILED);

    assertTrue(
        sentence.startsWith("job failed: execute of plan node 0 limit exceeded: "), sentence);
    assertTrue(sentence.contains("output"), sentence);
  }

  @Test
  void guestsOwnMessageIsPassedOn() throws IOException {
    guest(failing("line 17 is no number"));

    assertEquals(
        "job failed: execute of plan node 0 failed: line 17 is no number",
        run("--split bytes").failsWith(JOB_FAILED));
  }

  @Test
  void guestsMessageCannotPaintTheTerminal() throws IOException {
    guest(failing("all is well\n\u001b[2Jbanyan: completed"));

    assertEquals(
        "job failed: execute of plan node 0 failed: all is well\\u000a\\u001b[2Jbanyan: completed",
        run("--split bytes").failsWith(JOB_FAILED));
  }

  private static TestingGuest failing(String message) {
    int length = message.getBytes(StandardCharsets.UTF_8).length;
    return new TestingGuest()
        .imports("banyan", "fail")
        .data(64, message)
        .function("execute", "i32.const 64 i32.const " + length + " call 0 i64.const 0");
  }

  @Test
  void endlessLoopEndsByItsLeafTime() throws IOException {
    guest(TestingGuest.of(TestingGuest.LOOP));

    String sentence = run("--split bytes --leaf-fuel 270G --leaf-time 300ms").failsWith(TIMEOUT);

    assertEquals(
        "execute of plan node 0 could not be run here: the call took longer than 300 ms", sentence);
  }

  @Test
  void endlessLoopIsOutOfFuel() throws IOException {
    guest(TestingGuest.of(TestingGuest.LOOP));

    String sentence = run("--split bytes --leaf-fuel 1M").failsWith(JOB_FAILED);

    assertEquals(
        "job failed: execute of plan node 0 out of fuel: a call may use 1 M (--leaf-fuel)",
        sentence);
  }

  @Test
  void jobEndsByItsTimeout() throws IOException {
    guest(TestingGuest.of(TestingGuest.LOOP));

    String sentence = run("--split bytes --leaf-fuel 270G --timeout 400ms").failsWith(TIMEOUT);

    assertEquals("job timed out after 400 ms (--timeout)", sentence);
  }

  @Test
  void moduleThatBeginsWithMoreThanItMayHaveIsRefused() throws IOException {
    guest(TestingGuest.of(TestingGuest.ECHO).memory(64, 64));

    assertEquals(
        "module begins with 4MiB of memory, --memory allows 2MiB",
        run("--split bytes --memory 2MiB").failsWith(REFUSED));
  }

  @Test
  void callThatNeverFitsTheHeapIsRefusedByWhatWouldAllowIt() throws IOException {
    guest(TestingGuest.of(TestingGuest.ECHO).memory(1, 32767));

    String sentence = run("--split bytes --memory 2097088KiB").failsWith(REFUSED);

    assertTrue(sentence.startsWith("a call reserves 1.5 times 2097088KiB of memory"), sentence);
    assertTrue(sentence.matches(".* --memory \\d+[KM]iB or less, or .* -Xmx\\d+m"), sentence);
  }

  @Test
  void outputOrReceiptInAFolderThatIsNotThereIsSaidBeforeAnythingIsRun() throws IOException {
    guest(TestingGuest.of(TestingGuest.LOOP));
    Path nowhere = folder.resolve("nowhere");
    output = nowhere.resolve("output");

    assertEquals(
        "output " + output + " cannot be written: there is no folder " + nowhere,
        run("--split bytes").failsWith(FAILURE));

    output = folder.resolve("output");
    receipt = nowhere.resolve("receipt");
    assertEquals(
        "receipt " + receipt + " cannot be written: there is no folder " + nowhere,
        run("--split bytes").failsWith(FAILURE));
  }

  @Test
  void folderAsOutputIsSaidBeforeAnythingIsRun() throws IOException {
    guest(TestingGuest.of(TestingGuest.LOOP));
    output = folder;

    assertEquals(
        "output " + folder + " cannot be written: it is a folder",
        run("--split bytes").failsWith(FAILURE));
  }

  @Test
  void fullDiskUnderTheOutputIsNamed() {
    output = Path.of("/dev/full");

    String sentence = run("--split bytes").failsWith(FAILURE);

    assertEquals("output /dev/full cannot be written: No space left on device", sentence);
  }

  @Test
  void fullDiskUnderTheReceiptIsNamedAndLeavesNoOutput() {
    receipt = Path.of("/dev/full");

    String sentence = run("--split bytes").failsWith(FAILURE);

    assertEquals("receipt /dev/full cannot be written: No space left on device", sentence);
  }

  @Test
  void jsonAndTheAnswerDoNotShareStdout() {
    assertEquals(
        "--json and --output -: stdout takes one of them",
        banyan(
                "run --split bytes --json --output - --module",
                module,
                "--input",
                input,
                "--key",
                TestingConsole.keyIn(folder))
            .failsWith(USAGE));
  }

  @Test
  void answerAndReceiptDoNotShareAFile() {
    receipt = folder.resolve(".").resolve("output");

    assertEquals(
        "--output and --receipt: both are to be the file " + receipt,
        run("--split bytes").failsWith(USAGE));
    receipt = Path.of("/dev/null");
    output = receipt;
    run("--split bytes").succeeds();
  }

  @Test
  void keyThatIsNamedAndNotThereIsNotMade() {
    Path typo = folder.resolve("kez");

    String sentence =
        banyan("run --split bytes --module", module, "--input", input, "--key", typo)
            .failsWith(USAGE);

    assertEquals(
        "there is no key file " + typo + "; 'banyan key show --key " + typo + "' makes one",
        sentence);
    assertFalse(Files.exists(typo));
  }

  @Test
  void keyThatOthersCanReadIsRefused() throws IOException {
    Path key = folder.resolve("key");
    banyan("key show --key", key).succeeds();
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));

    String sentence = run("--split bytes").failsWith(REFUSED);

    assertEquals(
        "key file "
            + key
            + " has mode rw-r-----, others can use it: chmod 600 it, or make a new"
            + " key",
        sentence);
  }

  @Test
  void fileThatIsNoKeyIsNeverQuoted() throws IOException {
    Path key = folder.resolve("key");
    Files.writeString(key, "hunter2 hunter2");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));

    assertEquals(
        "key file " + key + " does not hold 64 hex digits",
        run("--split bytes").failsWith(FAILURE));
  }

  @Test
  void folderAsKeyIsNamed() throws IOException {
    Path key = Files.createDirectory(folder.resolve("key"));
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rwx------"));

    String sentence = run("--split bytes").failsWith(FAILURE);

    assertTrue(sentence.contains(key.toString()), sentence);
  }

  @Test
  void outputThatWasThereStaysWhenTheJobFails() throws IOException {
    guest(TestingGuest.of(TestingGuest.TRAP));
    output = Files.writeString(folder.resolve("other"), "before");

    run("--split bytes").failsWith(JOB_FAILED);

    assertEquals("before", Files.readString(output));
  }
}

package io.banyan.node.cli;

import static io.banyan.node.cli.TestingConsole.banyan;
import static io.banyan.node.cli.TestingConsole.banyanOver;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.banyan.node.Allow;
import io.banyan.node.Dialer;
import io.banyan.node.ExitCode;
import io.banyan.node.JobProgressNow;
import io.banyan.node.KeyFile;
import io.banyan.node.TaskLog;
import io.banyan.node.TestingGuest;
import io.banyan.node.TestingNode;
import io.banyan.node.data.TestingHosts;
import io.banyan.node.journal.JobDirectory;
import io.banyan.node.journal.JobEnding;
import io.banyan.schema.BlobRef;
import io.banyan.schema.FrameKind;
import io.banyan.schema.Frames;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.JobResult;
import io.banyan.schema.LoggedLine;
import io.banyan.schema.PeerId;
import io.banyan.schema.PeerSummary;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Standing;
import io.banyan.schema.Value;
import io.banyan.schema.WireCodec;
import io.banyan.trust.Identity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that speak with a node, over hosts in memory. */
class NodeCommandsTest {
  private static final byte[] TEXT = "one\ntwo\nthree\n".getBytes(StandardCharsets.US_ASCII);
  private static final String DIGEST = "[0-9a-f]{64}";
  private static final Identity NODE = TestingNode.identity(9);

  private final TestingHosts hosts = new TestingHosts();
  private final Dialer network = user -> hosts.host(user.publicKey().peerId());

  @TempDir private Path folder;
  private Path module;
  private Path input;
  private Path key;
  private PeerId user;
  private TestingNode node;

  @BeforeEach
  void start() throws Exception {
    module =
        Files.write(
            folder.resolve("module.wasm"),
            TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT).bytes());
    input = Files.write(folder.resolve("input"), TEXT);
    key = folder.resolve("key");
    Identity identity = KeyFile.readOrCreate(key);
    user = identity.publicKey().peerId();
    node =
        new TestingNode(
            hosts,
            NODE,
            identity.publicKey(),
            Allow.only(identity.publicKey()),
            folder.resolve("node"));
  }

  @AfterEach
  void stop() throws Exception {
    node.close();
    hosts.close();
  }

  private TestingConsole.Ran ask(String command, Object... more) {
    Object[] args = {command, "--node", node.address(), "--key", key};
    return banyanOver(network, Stream.concat(Arrays.stream(args), Arrays.stream(more)).toArray());
  }

  private TestingConsole.Ran submit(Object... more) {
    Object[] args = {"--memory 16MiB --split lines --chunk 4 --module", module, "--input", input};
    return ask("submit", Stream.concat(Arrays.stream(args), Arrays.stream(more)).toArray());
  }

  private JobId detached() {
    node.driver.holding = true;
    String id = submit("--detach").succeeds().text().strip();
    assertTrue(id.matches(DIGEST), id);
    return node.driver.begun.peek().job().id();
  }

  @Test
  void answerGoesToStdoutAndWhoRanItToStderr() {
    TestingConsole.Ran ran = submit().succeeds();

    assertArrayEquals(TEXT, ran.stdout());
    List<String> lines = ran.stderr().lines().toList();
    assertTrue(
        lines.getFirst().matches("job " + DIGEST + " is accepted by " + NODE.publicKey()),
        ran.stderr());
    assertTrue(
        lines.get(1).matches("completed: 3 leaves, 14 B in .* by 1 peer, \\S+( [kM])? fuel"),
        lines.get(1));
    assertEquals(
        "ComplexityScore 0.500 s = 1000 bytes × 2 fuel a byte / 4 k fuel a second; threshold 0.750"
            + " s; real 0.250 s",
        lines.get(2));
    assertEquals("decision  worker: no peers to lend to", lines.get(3));
    assertEquals("ran       3 leaves: " + NODE.publicKey() + ", the entry node", lines.get(4));
    for (String hash : List.of("job", "input", "plan", "execution", "output")) {
      assertTrue(
          lines.stream().anyMatch(line -> line.matches(hash + " +" + DIGEST + "(, 14 B)?")),
          () -> hash + " is not in " + lines);
    }
    assertEquals(
        "the receipt holds: every call is where the plan has it, and "
            + NODE.publicKey()
            + " stands for them; integrity checked, execution not audited",
        lines.getLast());
    assertFalse(ran.stderr().contains("\u001b"), "no colours off a terminal");
  }

  private JobId partial() throws Exception {
    JobId job = detached();
    JobDirectory files = node.book.folder(job).orElseThrow();
    byte[] bytes = "onethree".getBytes(StandardCharsets.US_ASCII);
    Files.write(files.output(), bytes);
    JobResult result =
        new JobResult(
            job,
            new JobResult.Partial(
                List.of(
                    new JobResult.Piece(
                        new PlanNode.Cells(new Interval(0, 1)), new Value.Blob(blob("one"))),
                    new JobResult.Piece(
                        new PlanNode.Cells(new Interval(2, 4)), new Value.Blob(blob("three")))),
                List.of(new PlanNode.Cells(new Interval(1, 2))),
                BlobRef.of(bytes)));
    Files.write(files.pieces(), Frames.frame(FrameKind.CLIENT, WireCodec.encodeMessage(result)));
    node.book.end(
        job,
        new JobEnding.Partial(BlobRef.of(bytes), "its time was over"),
        new JobProgressNow(3, 4, 0, OptionalLong.empty()),
        List.of());
    return job;
  }

  private static BlobRef blob(String text) {
    return BlobRef.of(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void piecesOfAPartialAnswerAreFilesBesideTheOutput() throws Exception {
    JobId job = partial();
    Path output = folder.resolve("output");
    Path pieces = folder.resolve("output.pieces");

    TestingConsole.Ran ran = ask("result", job, "--output", output).succeeds();

    assertTrue(ran.stderr().startsWith("partial: 3 of 4 leaves; its time was over"), ran.stderr());
    assertTrue(ran.stderr().contains("missing   1"), ran.stderr());
    assertFalse(Files.exists(output), "nobody takes pieces for the answer");
    assertEquals("one", Files.readString(pieces.resolve("00000")));
    assertEquals("three", Files.readString(pieces.resolve("00001")));
    JsonObject json =
        JsonParser.parseString(Files.readString(pieces.resolve("pieces.json"))).getAsJsonObject();
    assertEquals("PARTIAL", json.get("state").getAsString());
    assertEquals("1", json.getAsJsonArray("missing").get(0).getAsString());
    assertEquals(
        "2-4", json.getAsJsonArray("pieces").get(1).getAsJsonObject().get("node").getAsString());
    ask("result", job, "--output", output).failsWith(1); // they are there already
  }

  @Test
  void piecesNeedAPlaceToGoTo() throws Exception {
    JobId job = partial();

    String result = ask("result", job).failsWith(2);
    String submit = submit("--partial 0.5").failsWith(2);

    assertTrue(
        result.endsWith("is partial: give --output FILE, beside which its pieces go"), result);
    assertTrue(submit.startsWith("--partial: pieces of an answer go to a folder"), submit);
    for (String share : List.of("0", "0.0001", "1.1", "half", "-1")) {
      String sentence = submit("--detach --partial=" + share).failsWith(2);
      assertTrue(sentence.startsWith("--partial: '" + share + "' is "), sentence);
    }
  }

  @Test
  void eventsOfAJobAreToldUpToItsEnd() throws Exception {
    JobId job = detached();
    node.driver.complete(node.driver.begun.take());

    String text = ask("events", job).succeeds().text();
    String rest = ask("events", job, "--from 1").succeeds().text();

    List<String> lines = text.lines().toList();
    assertTrue(lines.getFirst().matches("0  \\S+  computing, 0 of \\? leaves"), text);
    assertTrue(lines.get(1).contains("  0-4 worker: no peers to lend to; Complexity"), text);
    assertTrue(lines.getLast().endsWith("  complete, 3 of 3 leaves"), text);
    assertEquals(lines.subList(1, lines.size()), rest.lines().toList());
  }

  @Test
  void logsOfAJobSayWhoRanTheCall() throws Exception {
    JobId job = detached();
    PlanNode leaf = new PlanNode.Cells(new Interval(1, 2));
    node.driver.logs.put(
        job,
        new TaskLog.Kept(
            List.of(
                new LoggedLine(
                    leaf, GuestFunction.EXECUTE, NODE.publicKey().peerId(), 1, "half done")),
            4));

    TestingConsole.Ran ran = ask("logs", job, "--leaf 1").succeeds();
    JsonObject json = ask("logs", job, "--json").json();

    assertEquals(
        "1 execute warning by "
            + DelegationTree.shortName(NODE.publicKey().peerId())
            + ": half done",
        ran.text().strip());
    assertTrue(ran.stderr().contains("4 lines of the job or more were not kept"), ran.stderr());
    assertEquals(4, json.get("cut").getAsLong());
    assertEquals(1, json.getAsJsonArray("lines").size());
    assertTrue(ask("logs", job, "--leaf 2").succeeds().text().isEmpty());
    ask("logs", job, "--leaf x").failsWith(2);
  }

  @Test
  void receiptOfASubmittedJobVerifiesOffline() {
    Path receipt = folder.resolve("receipt");
    Path output = folder.resolve("output");

    submit("--output", output, "--receipt", receipt).succeeds();

    String text =
        banyan(
                "verify",
                receipt,
                "--module",
                module,
                "--input",
                input,
                "--output",
                output,
                "--replay all")
            .succeeds()
            .text();
    assertTrue(text.startsWith("verified: 3 leaves"), text);
    assertTrue(text.contains("signer    " + NODE.publicKey()), text);
  }

  @Test
  void jsonHasTheJobItsHashesAndWhoRanIt() {
    JsonObject json = submit("--json").json();

    assertEquals(
        Set.of(
            "job",
            "state",
            "entry",
            "profile",
            "verification",
            "split",
            "chunkBytes",
            "inputBytes",
            "outputBytes",
            "leaves",
            "fuel",
            "seconds",
            "hashes",
            "decision",
            "ran",
            "depth"),
        json.keySet());
    assertEquals("COMPLETE", json.get("state").getAsString());
    assertEquals(NODE.publicKey().toString(), json.get("entry").getAsString());
    assertEquals(
        "integrity checked, execution not audited", json.get("verification").getAsString());
    assertEquals(3, json.getAsJsonArray("ran").get(0).getAsJsonObject().get("leaves").getAsInt());
    assertEquals("WORKER", json.getAsJsonObject("decision").get("role").getAsString());
  }

  @Test
  void resultIsFetchedByAnotherProcess() throws Exception {
    JobId job = detached();
    node.driver.complete(node.driver.begun.take());
    Path receipt = folder.resolve("receipt");
    Files.delete(module); // all it takes is the id
    Files.delete(input);

    TestingConsole.Ran ran = ask("result", job, "--receipt", receipt).succeeds();

    assertArrayEquals(TEXT, ran.stdout());
    assertTrue(Files.size(receipt) > 0);
    assertTrue(
        ran.stderr()
            .contains(
                "the receipt is signed by "
                    + NODE.publicKey()
                    + " for just this output; integrity checked, execution not audited"),
        ran.stderr());
    JsonObject json = ask("result", job, "--json").json();
    assertEquals(job.toString(), json.get("job").getAsString());
    assertEquals(14, json.get("outputBytes").getAsInt());
  }

  @Test
  void detachPrintsTheIdAloneOrJson() {
    TestingConsole.Ran ran = submit("--detach").succeeds();

    assertTrue(ran.text().matches(DIGEST + "\n"), ran.text());
    assertEquals(
        "accepted; 'banyan result "
            + ran.text().strip()
            + " --node "
            + node.address()
            + "' fetches it\n",
        ran.stderr());
    assertEquals("PENDING", submit("--detach --json").json().get("state").getAsString());
    assertEquals(
        "--detach: the answer is fetched later, by 'banyan result'",
        submit("--detach --receipt", folder.resolve("r")).failsWith(2));
  }

  @Test
  void resultThatIsNotThereInTimeEndsWithFive() {
    JobId job = detached();

    assertEquals(
        "job " + job + " is not over after 1ms: it is pending, 0 leaves",
        ask("result", job, "--timeout 1ms").failsWith(ExitCode.TIMEOUT.number()));
  }

  @Test
  void failedJobEndsWithThreeAndTheCause() throws Exception {
    Files.write(module, TestingGuest.of(TestingGuest.TRAP).bytes());

    TestingConsole.Ran ran = submit();

    assertEquals(ExitCode.JOB_FAILED.number(), ran.code());
    String cause = "job failed: execute of plan node [0-3] trapped: unreachable";
    String last = ran.stderr().lines().toList().getLast();
    assertTrue(last.matches("banyan: " + cause), last);
    assertEquals("", ran.text());
    JobId job = node.driver.begun.take().job().id();
    String again = ask("result", job).failsWith(ExitCode.JOB_FAILED.number());
    assertTrue(again.matches(cause), again);
  }

  @Test
  void cancelledJobEndsWithSix() {
    JobId job = detached();

    assertEquals("job " + job + " is cancelled\n", ask("cancel", job).succeeds().stderr());
    assertEquals("job was cancelled", ask("result", job).failsWith(ExitCode.CANCELLED.number()));
    assertEquals("CANCELLED", ask("cancel", job, "--json").json().get("state").getAsString());
    assertEquals(
        "--reason: a sentence of at most 200 characters",
        ask("cancel", job, "--reason", "x".repeat(201)).failsWith(2));
  }

  @Test
  void cancelThatComesTooLateSaysSo() throws Exception {
    JobId job = detached();
    node.driver.complete(node.driver.begun.take());

    assertEquals(
        "job " + job + " had ended before: it is complete\n",
        ask("cancel", job).succeeds().stderr());
  }

  @Test
  void timedOutJobEndsWithFive() throws Exception {
    JobId job = detached();
    node.book.end(job, new JobEnding.TimedOut(), JobProgressNow.NONE, List.of());

    assertEquals(
        "job timed out: its time was over",
        ask("result", job).failsWith(ExitCode.TIMEOUT.number()));
  }

  @Test
  void answerThatIsNotWhatTheReceiptIsForEndsWithFour() {
    node.driver.lie =
        bytes -> {
          bytes[3] ^= 1;
          return bytes;
        };

    TestingConsole.Ran ran = submit();

    assertEquals(ExitCode.VERIFICATION_FAILED.number(), ran.code(), ran.stderr());
    assertEquals("", ran.text(), "no wrong byte goes out");
    assertTrue(ran.stderr().contains("the receipt's has"), ran.stderr());
    JobId job = node.driver.begun.peek().job().id();
    String sentence = ask("result", job).failsWith(ExitCode.VERIFICATION_FAILED.number());
    assertTrue(
        sentence.startsWith("the receipt that the node gave: it is for the output "), sentence);
  }

  @Test
  void statusSaysHowFarAJobIs() {
    JobId job = detached();

    List<String> lines = ask("status", job).succeeds().text().lines().toList();

    assertEquals("job          " + job, lines.getFirst());
    assertEquals("state        pending", lines.get(1));
    assertEquals("leaves       0 of ?", lines.get(2));
    assertEquals("verification integrity checked, execution not audited", lines.getLast());
    JsonObject json = ask("status", job, "--json").json();
    assertEquals("PENDING", json.get("state").getAsString());
    assertEquals(
        "integrity checked, execution not audited", json.get("verification").getAsString());
  }

  @Test
  void treeAndExplanationAreToldAfterTheEnd() throws Exception {
    JobId job = detached();
    assertEquals("nothing is known of who works on it\n", ask("tree", job).succeeds().stderr());
    assertEquals(
        "nothing was decided yet: the first calls show what a byte costs\n",
        ask("explain", job).succeeds().stderr());
    node.driver.complete(node.driver.begun.take());

    TestingConsole.Ran tree = ask("tree", job).succeeds();
    assertEquals(
        "0-4  "
            + DelegationTree.shortName(NODE.publicKey().peerId())
            + "  finished    ran 3 of 3 leaves  depth 0  250 ms\n",
        tree.text());
    assertEquals("1 peer, depth 0; integrity checked, execution not audited\n", tree.stderr());
    JsonObject json = ask("tree", job, "--json").json();
    assertEquals(
        "0-4", json.getAsJsonArray("tree").get(0).getAsJsonObject().get("node").getAsString());
    assertEquals(
        "0-4 ("
            + job.digest().abbreviated()
            + "): worker: no peers to lend to\n"
            + "  ComplexityScore 0.500 s = 1000 units × 2 fuel a unit / 4 k fuel a second;"
            + " threshold 0.750 s; real 0.250 s\n",
        ask("explain", job).succeeds().text());
    assertEquals(
        0.5,
        ask("explain", job, "--json")
            .json()
            .getAsJsonArray("decisions")
            .get(0)
            .getAsJsonObject()
            .get("complexityScoreSeconds")
            .getAsDouble());
  }

  @Test
  void jobsPeersAndCapacityAreListed() {
    assertEquals("no jobs\n", ask("jobs").succeeds().stderr());
    assertEquals("no peers\n", ask("peers").succeeds().stderr());
    JobId job = detached();
    node.driver.peers =
        List.of(
            new PeerSummary(
                user,
                Optional.of("/ip4/127.0.0.1/tcp/7"),
                true,
                Standing.NEW,
                "banyan/1",
                1500,
                0,
                3,
                2,
                false));

    String row = ask("jobs").succeeds().text();
    assertTrue(row.matches(job + "  pending    0 of \\? leaves  made \\S+Z  by 12D3….{8}\n"), row);
    assertEquals(
        user
            + "  connected  new  round trip 1.50 ms  3 free workers  2 leases  speed not measured"
            + " yet  banyan/1  /ip4/127.0.0.1/tcp/7\n",
        ask("peers").succeeds().text());
    assertEquals(1, ask("peers --json").json().getAsJsonArray("peers").size());
    assertEquals(1, ask("jobs --json").json().getAsJsonArray("jobs").size());
    String capacity = ask("capacity").succeeds().text();
    assertTrue(capacity.startsWith("node      " + NODE.publicKey() + ", banyan/test"), capacity);
    JsonObject json = ask("capacity --json").json();
    assertEquals(NODE.publicKey().toString(), json.get("node").getAsString());
    assertEquals(2, json.get("workers").getAsInt());
    assertEquals(10_000, json.getAsJsonObject("limits").get("leaves").getAsInt());
  }

  @Test
  void nodeThatIsNotThereEndsWithSeven() {
    String place = "/ip4/127.0.0.1/tcp/4001";
    String nobody = place + "/p2p/" + TestingNode.identity(7).publicKey();

    assertEquals(
        "not connected: nobody answers at " + nobody,
        elsewhere(nobody).failsWith(ExitCode.NOT_CONNECTED.number()));
    assertEquals(
        place
            + " does not say who is there: /p2p/PEER belongs behind it, as the node's ready file"
            + " has it",
        elsewhere(place).failsWith(ExitCode.NOT_CONNECTED.number()));
    assertEquals(
        nobody.replace("4001", "0") + " has port 0, at which nobody listens",
        elsewhere(nobody.replace("4001", "0")).failsWith(ExitCode.NOT_CONNECTED.number()));
    assertEquals(
        "--node: 'there' is not of the form /ip4/ADDRESS/tcp/PORT or"
            + " /ip4/ADDRESS/tcp/PORT/p2p/PEER",
        elsewhere("there").failsWith(ExitCode.USAGE.number()));
  }

  private TestingConsole.Ran elsewhere(String address) {
    return banyanOver(network, "jobs --key", key, "--node", address);
  }

  @Test
  void refusalEndsWithEightAndNamesTheFlag() throws Exception {
    Path other = folder.resolve("other-key");
    String stranger = KeyFile.readOrCreate(other).publicKey().toString();
    List<Object> args =
        new ArrayList<>(List.of("submit --memory 16MiB --split lines --module", module));
    args.addAll(List.of("--input", input, "--key", other, "--node", node.address()));

    assertEquals(
        "refused by "
            + NODE.publicKey()
            + " (not allowed): this node takes no jobs of "
            + stranger
            + "; who runs it can allow them by --allow "
            + stranger
            + ", or by --allow any",
        banyanOver(network, args.toArray()).failsWith(ExitCode.REFUSED.number()));
  }

  @Test
  void auditsAreRefusedByName() {
    assertEquals(
        "--verify standard is not in this build: audits are not there yet; the one level is none:"
            + " integrity checked, execution not audited",
        submit("--verify standard").failsWith(ExitCode.USAGE.number()));
  }

  @Test
  void idThatIsNoneEndsWithTwo() {
    assertEquals(
        "'abc' is no job's id, which has 64 hex digits",
        ask("status abc").failsWith(ExitCode.USAGE.number()));
    assertEquals(
        "Missing required option: '--node=ADDR'",
        banyanOver(network, "jobs").failsWith(ExitCode.USAGE.number()));
  }
}

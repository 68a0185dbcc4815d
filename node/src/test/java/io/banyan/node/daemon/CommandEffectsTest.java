package io.banyan.node.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.banyan.node.TestingGuest;
import io.banyan.node.cli.TestingConsole;
import io.banyan.schema.Failure;
import io.banyan.schema.FrameKind;
import io.banyan.schema.Frames;
import io.banyan.schema.Lease;
import io.banyan.schema.LeaseReply;
import io.banyan.schema.Manifest;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.TaskMessage;
import io.banyan.schema.WireCodec;
import io.banyan.trust.Identity;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user says on the command line is what the network does. */
class CommandEffectsTest {
  private static final byte[] SLOW =
      TestingGuest.of(TestingNetwork.SLOWLY.repeat(4) + TestingGuest.ECHO)
          .merge(TestingGuest.CONCAT)
          .bytes();

  @TempDir private Path folder;
  private TestingNetwork network;
  private Path key;
  private Path module;
  private Path input;

  @BeforeEach
  void start() throws Exception {
    network = new TestingNetwork(folder, 0);
    key = folder.resolve("key");
    byte[] seed = new byte[Identity.SEED_LENGTH];
    Arrays.fill(seed, (byte) 1);
    Files.writeString(key, HexFormat.of().formatHex(seed));
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    module = Files.write(folder.resolve("slow.wasm"), SLOW);
    input = Files.writeString(folder.resolve("text"), "x".repeat(2000), StandardCharsets.US_ASCII);
  }

  @AfterEach
  void stop() {
    network.close();
  }

  /** So many nodes, of which the last calls itself {@code gpu}. */
  private void nodes(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      network.start(i == count - 1 ? List.of("gpu") : List.of());
      for (int j = 0; j < i; j++) {
        network.join(i, j);
      }
    }
  }

  private TestingConsole.Ran ask(int node, String command, Object... more) {
    Object[] args = {command, "--node", network.host(node).addresses().getFirst(), "--key", key};
    return TestingConsole.banyanOver(
        user -> network.hosts.host(user.publicKey().peerId()),
        Stream.concat(Arrays.stream(args), Arrays.stream(more)).toArray());
  }

  /** A hundred leaves of some ten milliseconds each. */
  private TestingConsole.Ran submit(String options) {
    Object[] job = {"--no-memo --memory 16MiB --split bytes --chunk 20 --module", module};
    Object[] rest = {"--input", input, options};
    return ask(0, "submit", Stream.concat(Arrays.stream(job), Arrays.stream(rest)).toArray());
  }

  private static Set<String> ran(JsonObject done) {
    assertEquals("COMPLETE", done.get("state").getAsString());
    return done.getAsJsonArray("ran").asList().stream()
        .map(JsonElement::getAsJsonObject)
        .map(one -> one.get("peer").getAsString())
        .collect(Collectors.toSet());
  }

  private Set<String> names(int... nodes) {
    return Arrays.stream(nodes)
        .mapToObj(network::node)
        .map(NodeDaemon::id)
        .map(PeerId::toString)
        .collect(Collectors.toSet());
  }

  @Test
  void onlyPeersAndLabelsSayWhereAJobGoes() throws Exception {
    nodes(3);

    assertEquals(names(0, 1), ran(submit("--json --only-peers " + network.node(1).id()).json()));
    assertEquals(names(0, 2), ran(submit("--json --labels gpu").json()));
    JsonObject nowhere = submit("--json --labels gpu,quantum").json();
    assertEquals(names(0), ran(nowhere));
    String reason = nowhere.getAsJsonObject("decision").get("reason").getAsString();
    assertTrue(reason.startsWith("no peer is one that the job may go to"), reason);
  }

  @Test
  void aJobOfHigherPriorityIsDoneBeforeOneThatWasThereFirst() throws Exception {
    nodes(1);
    String low = submit("--detach --priority low").succeeds().text().strip();
    TestingNetwork.until(() -> status(low).get("leavesDone").getAsLong() > 0);
    Files.writeString(input, "x".repeat(200), StandardCharsets.US_ASCII);

    assertEquals(names(0), ran(submit("--json --priority critical").json()));

    assertEquals("COMPUTING", status(low).get("state").getAsString());
    ask(0, "cancel", low).succeeds();
  }

  private JsonObject status(String job) {
    return ask(0, "status", job, "--json").json();
  }

  /** That near peers go first shows where there are roads; here it is that the node is told. */
  @Test
  void preferLocalIsWhatTheUserSigns() throws Exception {
    nodes(1);
    Path receipt = folder.resolve("receipt");
    for (boolean wanted : List.of(false, true)) {
      Object[] option = {wanted ? "--prefer-local" : "--priority normal", "--receipt", receipt};
      submit(Arrays.stream(option).map(Object::toString).collect(Collectors.joining(" ")))
          .succeeds();

      assertEquals(wanted, manifest(receipt).routing().preferLocal());
      Files.delete(receipt);
    }
  }

  private static Manifest manifest(Path receipt) throws Exception {
    try (InputStream in = Files.newInputStream(receipt)) {
      in.skipNBytes("banyan/receipt/1".length());
      ByteBuffer first = Frames.read(FrameKind.RECEIPT_ENTRY, in).orElseThrow();
      if (WireCodec.decodeReceiptEntry(first) instanceof ReceiptEntry.ManifestEntry(var signed)) {
        return WireCodec.decodeManifest(signed.payload());
      }
      throw new AssertionError("a receipt begins with its manifest");
    }
  }

  @Test
  void withoutRetriesNothingIsTriedByASecondPeer() throws Exception {
    nodes(1);
    try (TestingPeer ann =
            new TestingPeer(network.hosts, 10, network.host(0), network.node(0), true);
        TestingPeer bob =
            new TestingPeer(network.hosts, 11, network.host(0), network.node(0), true)) {
      List<TestingPeer> peers = List.of(ann.join(2), bob.join(2));
      TestingNetwork.until(() -> network.node(0).peers().size() == 2);

      assertEquals(4, losing(peers, submit("--detach").succeeds().text().strip(), 1));
      assertEquals(
          1,
          losing(
              peers, submit("--detach --retries 0").succeeds().text().strip(), Integer.MAX_VALUE));
    }
  }

  /**
   * Has {@code peers} lose all leases that they are offered, so many at the most, until the job is
   * done: how often the first plan node may be tried.
   */
  private int losing(List<TestingPeer> peers, String job, int most) throws Exception {
    Set<PlanNode> offered = new HashSet<>();
    int tries = 0;
    while (offered.size() < most && !status(job).get("state").getAsString().equals("COMPLETE")) {
      for (TestingPeer peer : peers) {
        peer.beat();
        if (peer.heard.poll(5, TimeUnit.MILLISECONDS) instanceof TaskMessage.LeaseOffer offer) {
          Lease lease = WireCodec.decodeLease(offer.offered().payload());
          if (lease.job().toString().equals(job)) {
            tries = Math.max(tries, lease.tries());
            assertTrue(offered.add(lease.node()), lease.node() + " is offered again");
          }
          peer.say(new LeaseReply(offer.offered().digest(), new LeaseReply.Taken(0)));
          peer.say(new Failure(offer.offered().digest(), new Failure.NodeFailure("a test")));
        }
      }
    }
    assertFalse(offered.isEmpty(), "nothing was lent");
    ask(0, "cancel", job);
    return tries;
  }

  @Test
  void aDrainedNodeTakesNothingUntilItIsUndone() throws Exception {
    nodes(2);

    assertFalse(ask(1, "drain", "--json").json().get("accepting").getAsBoolean());
    TestingNetwork.until(this::isTheOtherDraining);
    assertEquals(names(0), ran(submit("--json").json()));
    assertFalse(ask(0, "drain", "--json").json().get("accepting").getAsBoolean());
    assertTrue(submit("--json").failsWith(8).contains("banyan drain"));

    assertTrue(ask(0, "drain --undo --json").json().get("accepting").getAsBoolean());
    assertTrue(ask(1, "drain --undo --json").json().get("accepting").getAsBoolean());
    TestingNetwork.until(() -> !isTheOtherDraining());
    Set<String> signers = Set.of();
    for (int job = 0; signers.size() < 2 && job < 20; job++) { // its next heartbeat tells
      signers = ran(submit("--json").json());
    }
    assertEquals(names(0, 1), signers);
  }

  private boolean isTheOtherDraining() {
    JsonObject peers = ask(0, "peers", "--json").json();
    return peers.getAsJsonArray("peers").asList().stream()
        .map(JsonElement::getAsJsonObject)
        .filter(peer -> peer.get("peer").getAsString().equals(network.node(1).id().toString()))
        .anyMatch(peer -> peer.get("draining").getAsBoolean());
  }
}

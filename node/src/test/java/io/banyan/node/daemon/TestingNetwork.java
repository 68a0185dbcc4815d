package io.banyan.node.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.delegation.Placement;
import io.banyan.node.Allow;
import io.banyan.node.BlobFetch;
import io.banyan.node.ClientConnection;
import io.banyan.node.CommandException;
import io.banyan.node.FetchedAnswer;
import io.banyan.node.InputFile;
import io.banyan.node.JobDraft;
import io.banyan.node.KeyFile;
import io.banyan.node.NodeSettings;
import io.banyan.node.PreparedJob;
import io.banyan.node.ReceiptVerification;
import io.banyan.node.TestingRun;
import io.banyan.node.data.TestingHost;
import io.banyan.node.data.TestingHosts;
import io.banyan.p2p.Host;
import io.banyan.p2p.Multiaddr;
import io.banyan.schema.Budget;
import io.banyan.schema.DecisionLine;
import io.banyan.schema.JobId;
import io.banyan.schema.JobState;
import io.banyan.schema.Manifest;
import io.banyan.schema.MemoPolicy;
import io.banyan.schema.PeerId;
import io.banyan.schema.Routing;
import io.banyan.schema.TreeLine;
import io.banyan.trust.Attribution;
import io.banyan.trust.Identity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Nodes of one process, each with a data folder of its own, joined in memory; and their user. */
final class TestingNetwork implements AutoCloseable {
  /** So much that every job is worth lending, however small: a second a byte. */
  static final double HEAVY = 1e9;

  /**
   * Some milliseconds a leaf, in front of what it does: its node cannot do all alone at once. What
   * it computes cannot be foreseen, or the JVM's compiler would, and be done at once.
   */
  static final String SLOWLY =
      "i32.const 1000000 local.set 2 loop"
          + " i32.const 0 i32.const 0 i64.load 0 i32.const 0 i64.load 0 i64.mul"
          + " i64.const 1 i64.add i64.store"
          + " local.get 2 i32.const 1 i32.sub local.tee 2 br_if 0 end ";

  static final Identity USER = TestingRun.identity(1);

  /** Somebody else whose jobs all nodes take. */
  static final Identity OTHER_USER = TestingRun.identity(2);

  final TestingHosts hosts = new TestingHosts();
  final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
  private final ConcurrentHashMap<PeerId, TestingHost> opened = new ConcurrentHashMap<>();
  private final List<NodeDaemon> nodes = new ArrayList<>();
  private final List<Path> folders = new ArrayList<>();
  private final List<List<String>> labels = new ArrayList<>();
  private final Path folder;
  private final TestingRun runs;
  private Optional<ClientConnection> client = Optional.empty();

  /** What a job came to, over the network, and checked offline. */
  record Done(byte[] output, Attribution attribution, ReceiptVerification.Report report) {}

  /** {@code count} nodes, each connected to each. */
  TestingNetwork(Path folder, int count) throws Exception {
    this.folder = folder;
    this.runs = new TestingRun(Files.createDirectories(folder.resolve("user")));
    for (int i = 0; i < count; i++) {
      start();
    }
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < i; j++) {
        join(i, j);
      }
    }
  }

  /** One node more, connected to nobody. */
  int start() throws IOException, CommandException {
    return start(List.of());
  }

  /** One that calls itself so. */
  int start(List<String> called) throws IOException, CommandException {
    int number = nodes.size();
    folders.add(folder.resolve("node" + number));
    labels.add(called);
    nodes.add(open(number));
    return number;
  }

  private NodeDaemon open(int number) throws IOException, CommandException {
    return NodeDaemon.start(
        new NodeSettings(
            new Multiaddr(Multiaddr.Network.IP4, "127.0.0.1", 0, Optional.empty()),
            List.of(),
            folders.get(number),
            1,
            Optional.of(USER.publicKey()),
            Optional.of(new Allow.Keys(List.of(USER.publicKey(), OTHER_USER.publicKey()))),
            0,
            Placement.FASTEST_FINISH,
            labels.get(number),
            NodeSettings.CALL_MOST,
            Optional.empty()),
        this::host,
        log::add);
  }

  /** Stops a node, and starts it again with the same data; it is connected to nobody then. */
  void restart(int number) throws IOException, CommandException {
    nodes.get(number).close();
    startAgain(number);
  }

  /** Starts a node again that was closed. */
  void startAgain(int number) throws IOException, CommandException {
    client.ifPresent(ClientConnection::close);
    client = Optional.empty();
    nodes.set(number, open(number));
  }

  private Host host(Identity node, Multiaddr listen) {
    TestingHost host = hosts.host(node.publicKey().peerId());
    opened.put(host.id(), host);
    return host;
  }

  NodeDaemon node(int number) {
    return nodes.get(number);
  }

  Identity identity(int number) throws Exception {
    return KeyFile.read(folders.get(number).resolve("key"));
  }

  Path data(int number) {
    return folders.get(number);
  }

  TestingHost host(int number) {
    return opened.get(node(number).id());
  }

  /** Connects two nodes, and waits until each knows the other one. */
  void join(int one, int other) {
    until(
        () -> {
          hosts.connect(host(one), host(other));
          return knows(one, other) && knows(other, one);
        });
  }

  private boolean knows(int one, int other) {
    return node(one).peers().stream().anyMatch(peer -> peer.peer().equals(node(other).id()));
  }

  /** Waits for what nobody signals. */
  static void until(BooleanSupplier holds) {
    long endNanos = System.nanoTime() + 60_000_000_000L; // a minute: then it never will
    while (!holds.getAsBoolean()) {
      assertTrue(System.nanoTime() < endNanos, "it has not come true in a minute");
      LockSupport.parkNanos(1_000_000);
    }
  }

  TestingRun runs() {
    return runs;
  }

  /** The same job with an estimate that makes it worth lending, for the first node. */
  JobDraft heavy(JobDraft draft) {
    return heavy(draft, draft.manifest().budget());
  }

  /** The same, of which no more may be spent than {@code budget}. */
  JobDraft heavy(JobDraft draft, Budget budget) {
    return heavy(draft, budget, draft.manifest().routing(), draft.manifest().memo());
  }

  /** The same, which may not go anywhere, and is computed each time. */
  JobDraft heavy(JobDraft draft, Routing routing) {
    return heavy(draft, draft.manifest().budget(), routing, MemoPolicy.REFUSED);
  }

  /** The same, with another wish of what is to be remembered. */
  JobDraft heavy(JobDraft draft, MemoPolicy memo) {
    return heavy(draft, draft.manifest().budget(), draft.manifest().routing(), memo);
  }

  private JobDraft heavy(JobDraft draft, Budget budget, Routing routing, MemoPolicy memo) {
    Manifest light = draft.manifest();
    Manifest heavy =
        new Manifest(
            light.profile(),
            light.token(),
            light.createdMillis(),
            light.endMillis(),
            node(0).id().key(),
            light.module(),
            light.input(),
            light.params(),
            light.shared(),
            light.splitRule(),
            light.chunkBytes(),
            light.limits(),
            budget,
            light.retries(),
            light.verification(),
            routing,
            light.partialPermille(),
            memo,
            HEAVY);
    return new JobDraft(
        heavy,
        draft.cuts(),
        draft.module(),
        draft.configuration(),
        draft.input(),
        draft.inputTree());
  }

  /** The user's connection to the first node. */
  ClientConnection client() throws Exception {
    if (client.isEmpty()) {
      client =
          Optional.of(
              ClientConnection.open(
                  user -> hosts.host(user.publicKey().peerId()),
                  USER,
                  host(0).addresses().getFirst(),
                  ClientConnection.Pause.SLEEP));
    }
    return client.get();
  }

  /** Hands in a job whose module and input are those that were drafted last. */
  JobId submit(JobDraft draft) throws Exception {
    PreparedJob job = draft.sign(USER);
    byte[] module = Files.readAllBytes(folder.resolve("user").resolve("module.wasm"));
    return client().submit(job, module, _ -> {}).job();
  }

  /** Waits for an end of whatever kind. */
  ClientConnection.Ended end(JobId job) throws Exception {
    return client().await(job, TestingRun.PATIENT_MILLIS, _ -> {}).orElseThrow();
  }

  /** Runs a job on the first node, with the help of the others, and checks its receipt. */
  Done run(JobDraft draft) throws Exception {
    return done(submit(draft));
  }

  Done done(JobId job) throws Exception {
    ClientConnection.Ended ended = end(job);
    assertEquals(JobState.COMPLETE, ended.status().state(), ended.status()::toString);
    BlobFetch blobs = client().blobs();
    FetchedAnswer answer =
        FetchedAnswer.fetch(
            blobs, client().node(), ended.result().orElseThrow(), folder.resolve("user"));
    ReceiptVerification.Report report = verify(answer);
    return new Done(Files.readAllBytes(answer.output()), report.attribution(), report);
  }

  private ReceiptVerification.Report verify(FetchedAnswer answer) throws Exception {
    Path user = folder.resolve("user");
    Path input = user.resolve("input");
    Optional<InputFile> opened =
        Files.exists(input) ? Optional.of(InputFile.open(input)) : Optional.empty();
    try {
      return ReceiptVerification.verify(
          new ReceiptVerification.Files(
              answer.receipt(),
              user.resolve("module.wasm"),
              opened,
              List.of(),
              Optional.of(answer.output()),
              ReceiptVerification.REPLAY_ALL),
          TestingRun.SANDBOX,
          user,
          _ -> {});
    } finally {
      if (opened.isPresent()) {
        opened.get().close();
      }
    }
  }

  /** How many leaves of a job were there already when it began here, or went on. */
  long remembered(JobId job) {
    try {
      long leaves = 0;
      for (DecisionLine line : client().explain(job)) {
        if (line.reason().endsWith("remembered and not done again")) {
          leaves = Long.parseLong(line.reason().substring(0, line.reason().indexOf(' ')));
        }
      }
      return leaves;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** How many leaves of a job are done. */
  long leavesDone(JobId job) {
    try {
      return client().status(job).leavesDone();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** How many leaves of a job its entry node has run itself. */
  long leavesRun(JobId job) {
    return tree(job).stream().filter(line -> line.depth() == 0).mapToLong(TreeLine::leaves).sum();
  }

  /** How many leases of a job have delivered. */
  long leasesFinished(JobId job) {
    return tree(job).stream()
        .filter(line -> line.depth() > 0 && line.state() == TreeLine.State.FINISHED)
        .count();
  }

  private List<TreeLine> tree(JobId job) {
    try {
      return client().tree(job);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Waits until no node does, holds or has open anything for a job. */
  void untilIdle() {
    until(() -> nodes.stream().allMatch(NodeDaemon::isIdle));
    until(this::hasNothingOpen);
  }

  private boolean hasNothingOpen() {
    try {
      for (NodeDaemon node : nodes) {
        node.forget();
      }
      return openWorkFiles().isEmpty();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** What this process has open in the nodes' work folders, with a name or without. */
  List<String> openWorkFiles() {
    List<String> open = new ArrayList<>();
    try (var all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path each : all) {
        String target = target(each);
        if (folders.stream().anyMatch(data -> target.startsWith(data.resolve("work") + "/"))) {
          open.add(target);
        }
      }
    } catch (IOException e) {
      return List.of(); // not on Linux: then there is nothing to see
    }
    return open;
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return ""; // it was closed meanwhile
    }
  }

  @Override
  public void close() {
    client.ifPresent(ClientConnection::close);
    nodes.forEach(NodeDaemon::close);
    hosts.close();
  }
}

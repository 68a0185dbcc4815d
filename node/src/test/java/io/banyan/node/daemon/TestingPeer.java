package io.banyan.node.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.banyan.node.JobDraft;
import io.banyan.node.TestingRun;
import io.banyan.node.data.BytesSource;
import io.banyan.node.data.Content;
import io.banyan.node.data.DataServer;
import io.banyan.node.data.EvidenceCursor;
import io.banyan.node.data.Links;
import io.banyan.node.data.RangeSource;
import io.banyan.node.data.TestingHost;
import io.banyan.node.data.TestingHosts;
import io.banyan.node.data.TreeCache;
import io.banyan.node.lease.TaskLinks;
import io.banyan.p2p.P2pStream;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.CallLimits;
import io.banyan.schema.CapabilityReport;
import io.banyan.schema.DataMessage;
import io.banyan.schema.Digest;
import io.banyan.schema.FrameKind;
import io.banyan.schema.Frames;
import io.banyan.schema.Heartbeat;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.Lease;
import io.banyan.schema.LeaseReply;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.Manifest;
import io.banyan.schema.Message;
import io.banyan.schema.Named;
import io.banyan.schema.PeerId;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Profile;
import io.banyan.schema.Refused;
import io.banyan.schema.Signed;
import io.banyan.schema.TaskMessage;
import io.banyan.schema.Value;
import io.banyan.schema.WireCodec;
import io.banyan.trust.Identity;
import io.banyan.trust.SigningDomain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A peer made by hand, that says to one node whatever a test wants it to say. */
final class TestingPeer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  final Identity identity;
  final TestingHost host;
  final BlockingQueue<TaskMessage> heard = new LinkedBlockingQueue<>(); // but heartbeats, reports
  private final NodeDaemon node;
  private final CountDownLatch closed = new CountDownLatch(1);
  private Optional<P2pStream> stream = Optional.empty();
  private long beats;
  private long beatNanos; // the last one
  private volatile Optional<DataServer> server =
      Optional.empty(); // set by the test, before it says

  /** A peer, connected to {@code node}, that has not said anything yet. */
  TestingPeer(
      TestingHosts hosts, int number, TestingHost nodeHost, NodeDaemon node, boolean reads) {
    this.identity = TestingRun.identity(number);
    this.host = hosts.host(id());
    this.node = node;
    host.handle(TaskLinks.PROTOCOL, 1, reads ? this::read : this::keepSilent);
    host.handle(DataServer.PROTOCOL, 64, this::serve);
    hosts.connect(host, nodeHost);
  }

  PeerId id() {
    return identity.publicKey().peerId();
  }

  /** Everybody may have {@code blob} from now on; who wants something else waits. */
  void serve(byte[] blob) {
    BlobRef ref = BlobRef.of(blob);
    TreeCache trees = new TreeCache();
    Content content =
        new Content() {
          @Override
          public Optional<RangeSource> blob(BlobRef wanted) {
            if (wanted.equals(ref)) {
              return Optional.of(new BytesSource(ref, blob, trees));
            }
            try {
              closed.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            return Optional.empty();
          }

          @Override
          public Optional<List<Named>> rope(Value.Rope rope) {
            return Optional.empty();
          }

          @Override
          public Optional<EvidenceCursor> evidence(long skipped) {
            return Optional.empty();
          }
        };
    server = Optional.of(new DataServer((link, asker) -> new Links.Lookup.Found(content)));
  }

  private void serve(P2pStream asked) throws IOException, InterruptedException {
    if (server.isPresent()) {
      server.get().serve(asked);
    } else {
      keepSilent(asked);
    }
  }

  /** Takes a stream, and leaves it at that. */
  private void keepSilent(P2pStream silent) throws InterruptedException {
    closed.await();
  }

  private void read(P2pStream from) throws IOException {
    try {
      for (Optional<ByteBuffer> frame = Frames.read(FrameKind.TASK, from.input());
          frame.isPresent();
          frame = Frames.read(FrameKind.TASK, from.input())) {
        TaskMessage message = (TaskMessage) WireCodec.decodeMessage(frame.get());
        if (!(message instanceof Heartbeat) && !(message instanceof CapabilityReport)) {
          heard.add(message);
        }
      }
    } catch (MalformedMessageException e) {
      throw new IOException(e);
    }
  }

  /** Opens the task stream, and says nothing on it. */
  P2pStream open() throws Exception {
    P2pStream opened = host.open(node.id(), TaskLinks.PROTOCOL, PATIENCE);
    stream = Optional.of(opened);
    return opened;
  }

  /** Opens the task stream, and says that it has so many workers. */
  TestingPeer join(int workers) throws Exception {
    open();
    say(report(workers));
    return this;
  }

  static CapabilityReport report(int workers) {
    return new CapabilityReport(
        "banyan/test",
        1,
        List.of(Profile.ONE),
        workers,
        workers,
        1,
        1L << 30,
        0,
        List.of(),
        new CapabilityReport.JobLimits(CallLimits.DEFAULT, 1L << 30, 1 << 20),
        true);
  }

  /** Lets the node hear that it lives, at most once a second, and that it holds {@code leases}. */
  void beat(Digest... leases) {
    long nanos = System.nanoTime();
    if (beats == 0 || nanos - beatNanos >= 1_000_000_000) {
      beatNanos = nanos;
      List<Heartbeat.LeaseProgress> held =
          Arrays.stream(leases).map(each -> new Heartbeat.LeaseProgress(each, 0, 0, 0)).toList();
      try {
        say(new Heartbeat(beats++, 1, held));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  void say(Message message) throws IOException {
    sayBytes(Frames.frame(FrameKind.TASK, WireCodec.encodeMessage(message)));
  }

  void sayBytes(byte[] bytes) throws IOException {
    P2pStream out = stream.orElseThrow();
    out.output().write(bytes);
    out.output().flush();
  }

  /** The next thing it is told, which must be of this kind. */
  <M extends TaskMessage> M next(Class<M> kind) throws InterruptedException {
    TaskMessage message = heard.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertNotNull(message, "nothing came");
    return assertInstanceOf(kind, message);
  }

  /** The answer to a request of its own on the data protocol. */
  Message ask(DataMessage request) throws Exception {
    try (P2pStream asked = host.open(node.id(), DataServer.PROTOCOL, PATIENCE)) {
      asked.output().write(Frames.frame(FrameKind.DATA, WireCodec.encodeMessage(request)));
      asked.output().flush();
      asked.closeWrite();
      return WireCodec.decodeMessage(Frames.read(FrameKind.DATA, asked.input()).orElseThrow());
    }
  }

  /** A lease that holds, of the whole of a job that was handed in to this peer. */
  Lease lease(JobDraft draft, Signed manifest, int attempt) {
    return lease(draft, manifest, Plan.of(draft.manifest()).root(draft.cuts()), attempt);
  }

  /** Likewise, of a part of it. */
  Lease lease(JobDraft draft, Signed manifest, PlanNode cells, int attempt) {
    Manifest wish = draft.manifest();
    Interval interval = ((PlanNode.Cells) cells).interval();
    boolean hasInput = wish.input().length() > 0;
    Budget all = wish.budget();
    return new Lease(
        JobId.of(manifest),
        cells,
        Plan.of(wish).key(cells),
        hasInput ? draft.cuts().orElseThrow().cut(interval.from()) : 0,
        hasInput ? draft.cuts().orElseThrow().cut(interval.to()) : 0,
        Optional.empty(),
        node.id(),
        attempt,
        JobId.of(manifest).digest(),
        new Budget(
            all.fuel(), all.leaves(), all.bytes(), all.memoryBytesMax(), 2, all.timeMillis()),
        wish.retries() + 1,
        all.timeMillis(),
        0,
        wish.endMillis(),
        List.of(),
        List.of());
  }

  Signed sign(Lease lease) {
    return identity.sign(SigningDomain.LEASE, WireCodec.encodeLease(lease));
  }

  /** Offers a lease that is to be refused, and says how. */
  Refused.Code refusal(Signed manifest, List<Signed> chain) throws Exception {
    say(new TaskMessage.LeaseOffer(manifest, chain));
    LeaseReply reply = next(LeaseReply.class);
    assertEquals(chain.getLast().digest(), reply.lease());
    return assertInstanceOf(Refused.class, reply.answer()).code();
  }

  @Override
  public void close() {
    closed.countDown();
    host.close();
    server.ifPresent(DataServer::close);
  }
}

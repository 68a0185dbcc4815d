package io.banyan.node;

import io.banyan.p2p.Host;
import io.banyan.p2p.Multiaddr;
import io.banyan.p2p.P2pStream;
import io.banyan.schema.Accepted;
import io.banyan.schema.Ack;
import io.banyan.schema.Cancel;
import io.banyan.schema.CapabilityReport;
import io.banyan.schema.ClientMessage;
import io.banyan.schema.DecisionLine;
import io.banyan.schema.FrameKind;
import io.banyan.schema.Frames;
import io.banyan.schema.JobEvent;
import io.banyan.schema.JobId;
import io.banyan.schema.JobResult;
import io.banyan.schema.JobStatus;
import io.banyan.schema.JobSummary;
import io.banyan.schema.LoggedLine;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.Message;
import io.banyan.schema.PeerId;
import io.banyan.schema.PeerSummary;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Refused;
import io.banyan.schema.Signed;
import io.banyan.schema.TreeLine;
import io.banyan.schema.WireCodec;
import io.banyan.trust.Identity;
import io.banyan.trust.Signatures;
import io.banyan.trust.SigningDomain;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * A user's talk with one node. What the node refuses is a {@link CommandException} with its
 * sentence; a connection that is lost is dialed again where that is harmless, and it always is when
 * a job is named by its id.
 *
 * <p>For one thread.
 *
 * <p>Long, because each call has its own answer, and all share one way to get through lost links.
 */
public final class ClientConnection implements AutoCloseable {
  private static final Duration DIAL_TIME_MAX = Duration.ofSeconds(10);
  private static final Duration ANSWER_TIME_MAX = Duration.ofSeconds(30);

  /** Nothing may happen to a job for as long as it may last; a lost link is noticed sooner. */
  private static final Duration QUIET_TIME_MAX = Duration.ofDays(1);

  /** How long one question for a result waits at the node: so often progress is shown. */
  static final long WAIT_MILLIS = 1_000;

  /** Half a second, doubled up to ten: about a minute, in which a node can be started again. */
  private static final int DIALS_MAX = 10;

  private static final long PAUSE_MILLIS_MIN = 500;
  private static final long PAUSE_MILLIS_MAX = 10_000;

  /** What an upload is given at least: 100 kB/s, and a minute. */
  private static final long UPLOAD_BYTES_PER_SECOND_MIN = 100_000;

  private static final long UPLOAD_SECONDS_MIN = 60;

  /** More pages than these nobody reads: 51 200 rows. */
  private static final int PAGES_MAX = 100;

  private final Identity user;
  private final Multiaddr address;
  private final PeerId node;
  private final Host host;
  private final UserData data;
  private final Pause pause;

  /** Lets time go by between two dials. */
  @FunctionalInterface
  public interface Pause {
    Pause SLEEP = Thread::sleep;

    void millis(long millis) throws InterruptedException;
  }

  /**
   * How a job ended.
   *
   * @param result the answer; empty if there is none
   */
  public record Ended(JobStatus status, Optional<JobResult> result) {}

  private ClientConnection(Identity user, Multiaddr address, PeerId node, Host host, Pause pause) {
    this.user = user;
    this.address = address;
    this.node = node;
    this.host = host;
    this.data = new UserData(host);
    this.pause = pause;
  }

  /**
   * The node that {@code address} names.
   *
   * @throws CommandException if it names none, or could not be dialed
   */
  public static PeerId nodeOf(Multiaddr address) throws CommandException {
    if (address.port() == 0) {
      throw notConnected(address + " has port 0, at which nobody listens");
    }
    return address
        .peer()
        .orElseThrow(
            () ->
                notConnected(
                    address
                        + " does not say who is there: /p2p/PEER belongs behind it, as the node's"
                        + " ready file has it"));
  }

  /**
   * Connects to the node at {@code address}.
   *
   * @throws CommandException with NOT_CONNECTED if it is not there, or is somebody else
   */
  public static ClientConnection open(Dialer dialer, Identity user, Multiaddr address, Pause pause)
      throws CommandException, InterruptedException {
    PeerId node = nodeOf(address);
    Host host;
    try {
      host = dialer.open(user);
    } catch (IOException e) {
      throw notConnected("this side of the network did not open: " + e.getMessage());
    }
    try {
      host.connect(address, DIAL_TIME_MAX);
      host.keep(address); // a transfer that breaks off waits for it
      return new ClientConnection(user, address, node, host, pause);
    } catch (IOException e) {
      host.close();
      throw notConnected("not connected: " + e.getMessage());
    } catch (InterruptedException | RuntimeException e) {
      host.close();
      throw e;
    }
  }

  private static CommandException notConnected(String sentence) {
    return new CommandException(ExitCode.NOT_CONNECTED, sentence);
  }

  /** Who is at the other end. */
  public PeerId node() {
    return node;
  }

  /** What moves blobs over this connection. */
  public BlobFetch blobs() {
    return data;
  }

  /**
   * Hands in a job, whose files the node fetches meanwhile; again, where the connection is lost.
   *
   * @param module its bytes
   * @param sent is told how many bytes of it the node has fetched
   * @return the node's word
   */
  public Accepted submit(PreparedJob job, byte[] module, LongConsumer sent)
      throws CommandException, InterruptedException {
    data.offer(job, module, node, sent);
    long bytes = job.draft().bytesToSend();
    Duration patience =
        Duration.ofSeconds(UPLOAD_SECONDS_MIN + bytes / UPLOAD_BYTES_PER_SECOND_MIN);
    ClientMessage.JobAccepted answer =
        persistently(
            () ->
                ask(
                    new ClientMessage.SubmitJob(job.signed()),
                    patience,
                    ClientMessage.JobAccepted.class));
    return accepted(job.id(), answer.accepted());
  }

  private Accepted accepted(JobId job, Signed signed) throws CommandException {
    Accepted accepted;
    try {
      accepted = WireCodec.decodeAccepted(signed.payload());
    } catch (MalformedMessageException e) {
      throw broken("its acceptance: " + e.getMessage());
    }
    if (!signed.signer().equals(node.key())
        || !accepted.job().equals(job)
        || !Signatures.hold(SigningDomain.ACCEPTED, signed)) {
      throw broken("it did not sign that it accepted job " + job);
    }
    return accepted;
  }

  public JobStatus status(JobId job) throws CommandException, InterruptedException {
    return once(new ClientMessage.GetJobStatus(job), JobStatus.class);
  }

  /**
   * Waits until a job is over, through lost connections.
   *
   * @param progress is told about once a second how far it is
   * @param timeoutMillis how long to wait at most
   * @return how it ended; nothing if it has not yet
   */
  public Optional<Ended> await(JobId job, long timeoutMillis, Consumer<JobStatus> progress)
      throws CommandException, InterruptedException {
    long deadlineNanos = System.nanoTime() + timeoutMillis * 1_000_000;
    while (true) {
      long leftMillis = Math.max(0, (deadlineNanos - System.nanoTime()) / 1_000_000);
      ClientMessage answer =
          persistently(
              () ->
                  ask(
                      new ClientMessage.GetJobResult(job, Math.min(WAIT_MILLIS, leftMillis)),
                      ANSWER_TIME_MAX,
                      ClientMessage.class));
      switch (answer) {
        case JobResult result -> {
          return Optional.of(
              new Ended(
                  persistently(
                      () ->
                          ask(
                              new ClientMessage.GetJobStatus(job),
                              ANSWER_TIME_MAX,
                              JobStatus.class)),
                  Optional.of(result)));
        }
        case JobStatus status when status.state().isFinal() -> {
          return Optional.of(new Ended(status, Optional.empty()));
        }
        case JobStatus status -> progress.accept(status);
        case ClientMessage.SubmitJob _,
            ClientMessage.JobAccepted _,
            ClientMessage.GetJobStatus _,
            ClientMessage.Watch _,
            ClientMessage.GetJobResult _,
            ClientMessage.CancelJob _,
            ClientMessage.GetComputeCapacity _,
            ClientMessage.SetAccepting _,
            ClientMessage.Explain _,
            ClientMessage.Explanation _,
            ClientMessage.GetTree _,
            ClientMessage.Tree _,
            ClientMessage.GetLogs _,
            ClientMessage.Logs _,
            ClientMessage.GetReceipt _,
            ClientMessage.ReceiptReady _,
            ClientMessage.ListJobs _,
            ClientMessage.Jobs _,
            ClientMessage.ListPeers _,
            ClientMessage.Peers _,
            JobEvent _,
            Ack _,
            CapabilityReport _,
            Refused _ ->
            throw broken("it answered by " + answer.getClass().getSimpleName());
      }
      if (leftMillis == 0) {
        return Optional.empty();
      }
    }
  }

  /**
   * Tells what happens to a job, until it is over, through lost connections.
   *
   * @param fromSequence the first event wanted; those that the node has not kept are left out
   */
  public void watch(JobId job, long fromSequence, Consumer<JobEvent> told)
      throws CommandException, InterruptedException {
    AtomicLong next = new AtomicLong(fromSequence);
    Question<Boolean> all =
        () -> {
          watchOnce(job, next, told);
          return true;
        };
    persistently(all);
  }

  private void watchOnce(JobId job, AtomicLong next, Consumer<JobEvent> told)
      throws IOException, CommandException, InterruptedException {
    try (P2pStream stream = host.open(node, ClientService.PROTOCOL, DIAL_TIME_MAX)) {
      stream.readTimeout(QUIET_TIME_MAX);
      ClientMessage request = new ClientMessage.Watch(job, next.get());
      stream
          .output()
          .write(Frames.frame(FrameKind.CLIENT_REQUEST, WireCodec.encodeMessage(request)));
      stream.output().flush();
      Optional<JobEvent> event = eventOf(stream);
      while (event.isPresent()) {
        if (event.get().sequence() < next.get()) {
          throw broken("it told of event " + event.get().sequence() + " twice");
        }
        next.set(event.get().sequence() + 1);
        told.accept(event.get());
        event = eventOf(stream);
      }
    }
  }

  /** The next event; nothing when there will be no more. */
  private Optional<JobEvent> eventOf(P2pStream stream) throws IOException, CommandException {
    try {
      var frame = Frames.read(FrameKind.CLIENT, stream.input());
      return frame.isEmpty()
          ? Optional.empty()
          : Optional.of(expected(WireCodec.decodeMessage(frame.get()), JobEvent.class));
    } catch (MalformedMessageException e) {
      throw broken(String.valueOf(e.getMessage()));
    }
  }

  /** Ends a job; what came of it says {@link #status}. */
  public void cancel(JobId job, String reason) throws CommandException, InterruptedException {
    Signed cancel =
        user.sign(SigningDomain.CANCEL, WireCodec.encodeCancel(new Cancel(job.digest(), reason)));
    once(new ClientMessage.CancelJob(cancel), Ack.class);
  }

  public CapabilityReport capacity() throws CommandException, InterruptedException {
    return once(new ClientMessage.GetComputeCapacity(), CapabilityReport.class);
  }

  /** Says whether the node takes new work from now on: what it can do then. For its owner alone. */
  public CapabilityReport accept(boolean accepting) throws CommandException, InterruptedException {
    return once(new ClientMessage.SetAccepting(accepting), CapabilityReport.class);
  }

  public List<DecisionLine> explain(JobId job) throws CommandException, InterruptedException {
    return all(
        first -> new ClientMessage.Explain(job, Optional.empty(), first),
        ClientMessage.Explanation.class,
        ClientMessage.Explanation::lines,
        ClientMessage.Explanation::more);
  }

  public List<TreeLine> tree(JobId job) throws CommandException, InterruptedException {
    return all(
        first -> new ClientMessage.GetTree(job, first),
        ClientMessage.Tree.class,
        ClientMessage.Tree::lines,
        ClientMessage.Tree::more);
  }

  /** What guests of a job logged; of one plan node, where one is given. */
  public TaskLog.Kept logs(JobId job, Optional<PlanNode> of)
      throws CommandException, InterruptedException {
    AtomicLong cut = new AtomicLong();
    List<LoggedLine> lines =
        all(
            first -> new ClientMessage.GetLogs(job, of, first),
            ClientMessage.Logs.class,
            logs -> {
              cut.set(logs.cut());
              return logs.lines();
            },
            ClientMessage.Logs::more);
    return new TaskLog.Kept(lines, cut.get());
  }

  public List<JobSummary> jobs() throws CommandException, InterruptedException {
    return all(
        ClientMessage.ListJobs::new,
        ClientMessage.Jobs.class,
        ClientMessage.Jobs::jobs,
        ClientMessage.Jobs::more);
  }

  public List<PeerSummary> peers() throws CommandException, InterruptedException {
    return all(
        ClientMessage.ListPeers::new,
        ClientMessage.Peers.class,
        ClientMessage.Peers::peers,
        ClientMessage.Peers::more);
  }

  private <P extends ClientMessage, R> List<R> all(
      Function<Integer, ClientMessage> request,
      Class<P> kind,
      Function<P, List<R>> rows,
      Function<P, Boolean> more)
      throws CommandException, InterruptedException {
    List<R> all = new ArrayList<>();
    for (int page = 0; page < PAGES_MAX; page++) {
      P answer = once(request.apply(all.size()), kind);
      all.addAll(rows.apply(answer));
      if (!more.apply(answer) || rows.apply(answer).isEmpty()) {
        break;
      }
    }
    return all;
  }

  /** One question, and one answer. */
  private <M extends ClientMessage> M once(ClientMessage request, Class<M> kind)
      throws CommandException, InterruptedException {
    try {
      return ask(request, ANSWER_TIME_MAX, kind);
    } catch (IOException e) {
      throw notConnected("the connection to " + node + " was lost: " + e.getMessage());
    }
  }

  /** A question that does no harm when it is asked again. */
  @FunctionalInterface
  private interface Question<M> {
    M ask() throws IOException, CommandException, InterruptedException;
  }

  private <M> M persistently(Question<M> question) throws CommandException, InterruptedException {
    IOException last = null;
    long pauseMillis = PAUSE_MILLIS_MIN;
    for (int dial = 0; dial <= DIALS_MAX; dial++) {
      try {
        host.connect(address, DIAL_TIME_MAX);
        return question.ask();
      } catch (IOException e) {
        last = e;
      }
      if (dial < DIALS_MAX) {
        pause.millis(pauseMillis);
        pauseMillis = Math.min(PAUSE_MILLIS_MAX, 2 * pauseMillis);
      }
    }
    throw notConnected(
        "the connection to "
            + node
            + " was lost, and dialing it "
            + DIALS_MAX
            + " times did not help: "
            + (last == null ? "" : last.getMessage()));
  }

  private <M extends ClientMessage> M ask(ClientMessage request, Duration patience, Class<M> kind)
      throws IOException, CommandException, InterruptedException {
    try (P2pStream stream = host.open(node, ClientService.PROTOCOL, DIAL_TIME_MAX)) {
      stream.readTimeout(patience);
      stream
          .output()
          .write(Frames.frame(FrameKind.CLIENT_REQUEST, WireCodec.encodeMessage(request)));
      stream.output().flush();
      return answer(stream, kind);
    }
  }

  private <M extends ClientMessage> M answer(P2pStream stream, Class<M> kind)
      throws IOException, CommandException {
    try {
      var frame = Frames.read(FrameKind.CLIENT, stream.input());
      if (frame.isEmpty()) {
        throw new IOException("it closed the stream without an answer");
      }
      return expected(WireCodec.decodeMessage(frame.get()), kind);
    } catch (MalformedMessageException e) {
      throw broken(String.valueOf(e.getMessage()));
    }
  }

  private <M extends ClientMessage> M expected(Message message, Class<M> kind)
      throws CommandException {
    return switch (message) {
      case Refused refused -> throw refusal(refused);
      case ClientMessage answer when kind.isInstance(answer) -> kind.cast(answer);
      case Message other -> throw broken("it answered by " + other.getClass().getSimpleName());
    };
  }

  private CommandException refusal(Refused refused) {
    String again =
        refused.retryAfterMillis() == 0
            ? ""
            : "; try again in " + Quantities.seconds(refused.retryAfterMillis() / 1e3);
    return new CommandException(
        ExitCode.REFUSED,
        "refused by " + node + " (" + refused.code().words() + "): " + refused.sentence() + again);
  }

  private CommandException broken(String sentence) {
    return new CommandException(
        ExitCode.FAILURE, "node " + node + " does not keep to the protocol: " + sentence);
  }

  @Override
  public void close() {
    data.close();
    host.close();
  }
}

package io.banyan.node;

import io.banyan.compute.Sandbox;
import io.banyan.node.data.DataClient;
import io.banyan.node.data.FetchException;
import io.banyan.node.data.RefusalListener;
import io.banyan.node.journal.JobEnding;
import io.banyan.node.journal.JournaledJob;
import io.banyan.p2p.P2pStream;
import io.banyan.p2p.StreamHandler;
import io.banyan.schema.Accepted;
import io.banyan.schema.Ack;
import io.banyan.schema.Cancel;
import io.banyan.schema.CapabilityReport;
import io.banyan.schema.ClientMessage;
import io.banyan.schema.DataMessage;
import io.banyan.schema.DecisionLine;
import io.banyan.schema.FrameKind;
import io.banyan.schema.Frames;
import io.banyan.schema.JobEvent;
import io.banyan.schema.JobId;
import io.banyan.schema.JobResult;
import io.banyan.schema.JobStatus;
import io.banyan.schema.LoggedLine;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.Manifest;
import io.banyan.schema.Message;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Priority;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Refused;
import io.banyan.schema.Refused.Code;
import io.banyan.schema.Signed;
import io.banyan.schema.TaskMessage;
import io.banyan.schema.TreeLine;
import io.banyan.schema.Value;
import io.banyan.schema.WireCodec;
import io.banyan.trust.Identity;
import io.banyan.trust.Signatures;
import io.banyan.trust.SigningDomain;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * {@code /banyan/client/1}: what users ask of a node. A stream carries one request and what answers
 * it; the asker keeps his side open for as long as he wants the answer.
 *
 * <p>Safe for any thread; each stream has a virtual thread of its own, which may wait.
 *
 * <p>Long, because it lists every request that there is, with who may make it.
 */
public final class ClientService implements StreamHandler {
  public static final String PROTOCOL = "/banyan/client/1";

  /** What one user has open at once: a few commands, each with one that waits. */
  public static final int STREAMS_PER_PEER_MAX = 32;

  /** A request is one frame, sent at once. */
  private static final Duration REQUEST_TIME_MAX = Duration.ofSeconds(30);

  /** What a job takes to end that has not begun: a record in the journal. */
  private static final long SHED_MILLIS_MAX = 5_000;

  private final JobBook book;
  private final JobDriver driver;
  private final Identity node;
  private final Admission admission;
  private final JobIntake intake;
  private final DataClient client;
  private final InstantSource clock;
  private final RefusalListener listener;
  private final long retentionMillis;
  private final ConcurrentSkipListMap<Code, AtomicLong> refusals = new ConcurrentSkipListMap<>();

  /**
   * A service for the jobs in {@code book}.
   *
   * @param node who signs acceptances; the key that {@code admission} names
   * @param fetch brings jobs from those who hand them in
   * @param sandbox looks at their modules
   */
  public ClientService(
      JobBook book,
      JobDriver driver,
      Identity node,
      Admission admission,
      DataClient client,
      Sandbox sandbox,
      InstantSource clock) {
    this(book, driver, node, admission, client, sandbox, clock, RefusalListener.NONE);
  }

  /** As the other, and {@code listener} hears of every refusal. */
  public ClientService(
      JobBook book,
      JobDriver driver,
      Identity node,
      Admission admission,
      DataClient client,
      Sandbox sandbox,
      InstantSource clock,
      RefusalListener listener) {
    this.listener = listener;
    this.book = book;
    this.driver = driver;
    this.node = node;
    this.admission = admission;
    this.intake = new JobIntake(sandbox);
    this.client = client;
    this.clock = clock;
    this.retentionMillis = book.retention().time().toMillis();
  }

  /** How often something was refused, by the kind of refusal. */
  public SortedMap<Code, Long> refusals() {
    SortedMap<Code, Long> counts = new TreeMap<>();
    refusals.forEach((code, count) -> counts.put(code, count.get()));
    return counts;
  }

  @Override
  public void serve(P2pStream stream) throws IOException, InterruptedException {
    stream.readTimeout(REQUEST_TIME_MAX);
    Replies replies = new Replies(stream);
    try {
      Optional<ByteBuffer> frame = Frames.read(FrameKind.CLIENT_REQUEST, stream.input());
      if (frame.isPresent()) {
        answer(WireCodec.decodeMessage(frame.get()), stream, replies);
      }
    } catch (MalformedMessageException e) {
      refuse(new Refusal(Code.INVALID, String.valueOf(e.getMessage())), replies);
    } catch (Refusal refusal) {
      refuse(refusal, replies);
    }
  }

  private void refuse(Refusal refusal, Replies replies) throws IOException {
    refusals.computeIfAbsent(refusal.refused().code(), _ -> new AtomicLong()).incrementAndGet();
    listener.refused(refusal.refused(), replies.stream().remote());
    replies.send(refusal.refused());
  }

  private void answer(Message message, P2pStream stream, Replies replies)
      throws IOException, Refusal, InterruptedException {
    switch (message) {
      case ClientMessage request -> answer(request, stream, replies);
      case TaskMessage _, DataMessage _ -> throw noRequest(message);
    }
  }

  private void answer(ClientMessage request, P2pStream stream, Replies replies)
      throws IOException, Refusal, InterruptedException {
    PublicKey asker = stream.remote().key();
    switch (request) {
      case ClientMessage.SubmitJob(Signed manifest) -> replies.send(submit(manifest, stream));
      case ClientMessage.GetJobStatus(JobId job) -> replies.send(status(job, asker));
      case ClientMessage.Watch(JobId job, long from) -> {
        requireAsker(job, asker);
        watch(job, from, stream, replies);
      }
      case ClientMessage.GetJobResult(JobId job, long timeoutMillis) -> {
        requireAsker(job, asker);
        book.awaitEnd(job, timeoutMillis, Departure.of(stream, book::wake)::isGone);
        replies.send(result(job, asker));
      }
      case ClientMessage.CancelJob(Signed cancel) -> replies.send(cancel(cancel));
      case ClientMessage.GetComputeCapacity() -> replies.send(driver.capacity());
      case ClientMessage.SetAccepting(boolean accepting) -> {
        requireOwner(asker);
        driver.accept(accepting);
        replies.send(driver.capacity());
      }
      case ClientMessage.Explain(JobId job, Optional<PlanNode> of, int first) ->
          replies.send(explain(job, of, first, asker));
      case ClientMessage.GetTree(JobId job, int first) -> {
        requireAsker(job, asker);
        List<TreeLine> lines =
            book.ending(job).isPresent() ? book.story(job).tree() : driver.tree(job);
        replies.send(page(lines, first, ClientMessage.Tree::new));
      }
      case ClientMessage.GetLogs(JobId job, Optional<PlanNode> of, int first) -> {
        requireAsker(job, asker);
        TaskLog.Kept kept = book.ending(job).isPresent() ? book.logs(job) : driver.logs(job);
        List<LoggedLine> lines =
            kept.lines().stream().filter(line -> of.map(line.node()::equals).orElse(true)).toList();
        replies.send(
            page(lines, first, (rows, more) -> new ClientMessage.Logs(rows, more, kept.cut())));
      }
      case ClientMessage.GetReceipt(JobId job) -> {
        requireAsker(job, asker);
        replies.send(receipt(job));
      }
      case ClientMessage.ListJobs(int first) -> {
        requireKnown(asker);
        replies.send(
            page(
                book.jobs(submitter -> admission.mayAsk(asker, submitter)),
                first,
                ClientMessage.Jobs::new));
      }
      case ClientMessage.ListPeers(int first) -> {
        requireKnown(asker);
        replies.send(page(driver.peers(), first, ClientMessage.Peers::new));
      }
      case ClientMessage.JobAccepted _,
          JobStatus _,
          JobEvent _,
          JobResult _,
          Ack _,
          CapabilityReport _,
          ClientMessage.Explanation _,
          ClientMessage.ReceiptReady _,
          ClientMessage.Jobs _,
          ClientMessage.Peers _,
          ClientMessage.Tree _,
          ClientMessage.Logs _,
          Refused _ ->
          throw noRequest(request);
    }
  }

  private static Refusal noRequest(Message message) {
    return new Refusal(
        Code.UNSUPPORTED, message.getClass().getSimpleName() + " is not asked for on " + PROTOCOL);
  }

  private void requireKnown(PublicKey asker) throws Refusal {
    if (!admission.knows(asker)) {
      throw new Refusal(
          Code.NOT_ALLOWED,
          "this node does not answer "
              + asker
              + "; who runs it can allow that by --allow "
              + asker);
    }
  }

  private void requireOwner(PublicKey asker) throws Refusal {
    if (!asker.equals(admission.owner())) {
      throw new Refusal(
          Code.NOT_ALLOWED,
          "you, " + asker + ", are not the node's owner; --key names another key");
    }
  }

  private void requireAsker(JobId job, PublicKey asker) throws Refusal {
    PublicKey submitter = book.submitter(job).orElseThrow(() -> unknown(job));
    if (!admission.mayAsk(asker, submitter)) {
      throw new Refusal(
          Code.NOT_ALLOWED,
          "job "
              + job
              + " is neither yours, "
              + asker
              + ", nor are you the node's owner; --key names another key");
    }
  }

  private static Refusal unknown(JobId job) {
    return new Refusal(
        Code.NOT_FOUND, "no job " + job + " is kept here: its retention is over, or it never was");
  }

  private ClientMessage submit(Signed signed, P2pStream stream)
      throws IOException, Refusal, InterruptedException {
    PublicKey asker = stream.remote().key();
    Manifest manifest = admission.admit(signed, asker, driver.capacity(), clock.millis());
    JobId job = JobId.of(signed);
    return switch (room(job, asker, manifest.routing().priority())) {
      case JobBook.Reservation.Known(Signed accepted) -> new ClientMessage.JobAccepted(accepted);
      case JobBook.Reservation.Full(String sentence, long retryAfterMillis, var _) ->
          throw new Refusal(Code.BUSY, sentence, retryAfterMillis);
      case JobBook.Reservation.Granted(var folder) -> {
        boolean accepted = false;
        try {
          PreparedJob prepared =
              intake.take(
                  signed,
                  manifest,
                  BlobFetch.over(client.beside(stream)),
                  stream.remote(),
                  folder,
                  book::tidy);
          Signed acceptance = accept(prepared);
          accepted = true;
          driver.begin(prepared, folder);
          if (book.ending(job).isPresent()) { // cancelled by somebody quick
            driver.cancel(job, "it was cancelled before it began");
          }
          yield new ClientMessage.JobAccepted(acceptance);
        } catch (IOException e) {
          throw notStored(e);
        } finally {
          if (!accepted) {
            book.giveUp(job);
          }
        }
      }
    };
  }

  /** Room for a job, if need be where one of lower priority has not begun. */
  private JobBook.Reservation room(JobId job, PublicKey asker, Priority priority)
      throws Refusal, InterruptedException {
    JobBook.Reservation reservation = reserve(job, asker, priority);
    if (!(reservation instanceof JobBook.Reservation.Full full) || full.victims().isEmpty()) {
      return reservation;
    }
    Optional<JobId> victim = driver.shed(full.victims());
    if (victim.isEmpty()) {
      return reservation;
    }
    book.awaitEnd(victim.get(), SHED_MILLIS_MAX, () -> false);
    return reserve(job, asker, priority); // somebody else may have been quicker
  }

  private JobBook.Reservation reserve(JobId job, PublicKey asker, Priority priority)
      throws Refusal, InterruptedException {
    try {
      return book.reserve(job, asker, priority);
    } catch (IOException e) {
      throw notStored(e);
    }
  }

  /** Whose fault it was: what a fetch came to is the submitter's, all else is this node's. */
  private Refusal notStored(IOException e) {
    if (e instanceof FetchException) {
      return new Refusal(Code.INVALID, "the job could not be fetched: " + e.getMessage());
    }
    String reason =
        e instanceof FileSystemException f && f.getReason() != null
            ? f.getReason()
            : String.valueOf(e.getMessage());
    String sentence = "this node failed to store the job: " + reason;
    return book.usableBytes() < JobIntake.FREE_BYTES_MIN
        ? new Refusal(Code.NO_SPACE, sentence)
        : new Refusal(Code.BUSY, sentence, JobBook.BUSY_RETRY_MILLIS);
  }

  private Signed accept(PreparedJob job) throws IOException {
    long nowMillis = clock.millis();
    Signed accepted =
        node.sign(
            SigningDomain.ACCEPTED,
            WireCodec.encodeAccepted(new Accepted(job.id(), nowMillis, retentionMillis)));
    try {
      book.accept(
          new JournaledJob(job.id(), job.signed(), accepted, nowMillis, Optional.empty()),
          job.draft().manifest());
    } catch (IOException | RuntimeException e) {
      if (job.draft().input().isPresent()) {
        job.draft().input().get().close();
      }
      throw e;
    }
    return accepted;
  }

  private JobStatus status(JobId job, PublicKey asker) throws Refusal {
    requireAsker(job, asker);
    return book.status(job).orElseThrow(() -> unknown(job));
  }

  private void watch(JobId job, long from, P2pStream stream, Replies replies)
      throws IOException, InterruptedException {
    Departure departure = Departure.of(stream, book::wake);
    long next = from;
    while (true) {
      List<JobEvent> events = book.awaitEvents(job, next, departure::isGone);
      if (events.isEmpty()) {
        return;
      }
      for (JobEvent event : events) {
        replies.send(event);
      }
      next = events.getLast().sequence() + 1;
    }
  }

  private ClientMessage result(JobId job, PublicKey asker) throws IOException, Refusal {
    JobEnding ending = book.ending(job).orElse(null);
    if (ending instanceof JobEnding.Completed(Value _, var output, var receipt)) {
      return new JobResult(job, new JobResult.Whole(new Value.Blob(output), receipt));
    }
    if (ending instanceof JobEnding.Partial) {
      return PartialAnswer.read(book.folder(job).orElseThrow(() -> unknown(job)).pieces());
    }
    return status(job, asker);
  }

  private Ack cancel(Signed signed) throws IOException, Refusal {
    if (!Signatures.hold(SigningDomain.CANCEL, signed)) {
      throw new Refusal(Code.INVALID, "the signature of the cancel does not hold");
    }
    Cancel cancel;
    try {
      cancel = WireCodec.decodeCancel(signed.payload());
    } catch (MalformedMessageException e) {
      throw new Refusal(Code.INVALID, "the cancel: " + e.getMessage());
    }
    JobId job = new JobId(cancel.link());
    requireAsker(job, signed.signer()); // who brings it does not count
    if (book.end(job, new JobEnding.Cancelled(), book.progressOf(job), driver.tree(job))) {
      driver.cancel(job, cancel.reason());
    }
    return new Ack(signed.digest());
  }

  private ClientMessage.ReceiptReady receipt(JobId job) throws Refusal {
    if (book.ending(job).orElse(null) instanceof JobEnding.Completed(Value _, var _, var receipt)) {
      return new ClientMessage.ReceiptReady(job, receipt);
    }
    String state = book.status(job).orElseThrow(() -> unknown(job)).state().words();
    throw new Refusal(Code.NOT_FOUND, "job " + job + " has no receipt: it is " + state);
  }

  private ClientMessage.Explanation explain(
      JobId job, Optional<PlanNode> of, int first, PublicKey asker) throws IOException, Refusal {
    List<DecisionLine> lines =
        decisions(job, asker).stream()
            .filter(line -> of.map(line.node()::equals).orElse(true))
            .toList();
    return page(lines, first, ClientMessage.Explanation::new);
  }

  /** The owner may also ask what was decided here for a job that was submitted elsewhere. */
  private List<DecisionLine> decisions(JobId job, PublicKey asker) throws IOException, Refusal {
    if (book.submitter(job).isPresent()) {
      requireAsker(job, asker);
      return book.story(job).decisions();
    }
    List<DecisionLine> lines = asker.equals(admission.owner()) ? driver.decisions(job) : List.of();
    if (lines.isEmpty()) {
      throw unknown(job);
    }
    return lines;
  }

  /** Makes an answer of some rows, and of whether there are more. */
  @FunctionalInterface
  private interface Page<T, M> {
    M of(List<T> rows, boolean more);
  }

  private static <T, M> M page(List<T> rows, int first, Page<T, M> page) {
    List<T> shown = rows.stream().skip(first).limit(ClientMessage.ROWS_MAX).toList();
    return page.of(shown, rows.size() > (long) first + shown.size());
  }

  /** One side of a stream. */
  private record Replies(P2pStream stream) {
    void send(ClientMessage message) throws IOException {
      stream.output().write(Frames.frame(FrameKind.CLIENT, WireCodec.encodeMessage(message)));
      stream.output().flush();
    }
  }
}

package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.node.data.TestingHost;
import io.banyan.node.data.TestingHosts;
import io.banyan.node.journal.JobEnding;
import io.banyan.p2p.P2pStream;
import io.banyan.schema.Accepted;
import io.banyan.schema.Ack;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Bytes;
import io.banyan.schema.CallLimits;
import io.banyan.schema.Cancel;
import io.banyan.schema.CapabilityReport;
import io.banyan.schema.ClientMessage;
import io.banyan.schema.Digest;
import io.banyan.schema.FrameKind;
import io.banyan.schema.Frames;
import io.banyan.schema.Heartbeat;
import io.banyan.schema.JobEvent;
import io.banyan.schema.JobId;
import io.banyan.schema.JobResult;
import io.banyan.schema.JobState;
import io.banyan.schema.JobStatus;
import io.banyan.schema.Manifest;
import io.banyan.schema.MemoPolicy;
import io.banyan.schema.Message;
import io.banyan.schema.PeerId;
import io.banyan.schema.PeerSummary;
import io.banyan.schema.Priority;
import io.banyan.schema.Profile;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Refused;
import io.banyan.schema.Refused.Code;
import io.banyan.schema.Routing;
import io.banyan.schema.Signed;
import io.banyan.schema.Standing;
import io.banyan.schema.Value;
import io.banyan.schema.Verification;
import io.banyan.schema.WireCodec;
import io.banyan.trust.Identity;
import io.banyan.trust.Signatures;
import io.banyan.trust.SigningDomain;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node answers its users, over streams in memory. Long, for the many requests. */
class ClientServiceTest {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final byte[] INPUT = "one\ntwo\nthree\n".getBytes(StandardCharsets.US_ASCII);
  private static final Identity NODE = TestingRun.identity(9);
  private static final Identity USER = TestingRun.identity(1);
  private static final Identity OWNER = TestingRun.identity(2);
  private static final Identity STRANGER = TestingRun.identity(3);

  private final TestingHosts hosts = new TestingHosts();
  private final AtomicLong nowMillis = new AtomicLong(System.currentTimeMillis());
  private final InstantSource clock = () -> Instant.ofEpochMilli(nowMillis.get());

  @TempDir private Path folder;
  private TestingNode node;
  private TestingHost user;
  private TestingHost owner;
  private TestingHost stranger;
  private UserData userData;

  @BeforeEach
  void connect() throws IOException {
    node =
        new TestingNode(
            hosts,
            NODE,
            OWNER.publicKey(),
            new Allow.Keys(List.of(USER.publicKey(), OWNER.publicKey())),
            folder,
            clock);
    user = dial(USER);
    owner = dial(OWNER);
    stranger = dial(STRANGER);
    userData = new UserData(user);
  }

  private TestingHost dial(Identity identity) {
    TestingHost host = hosts.host(identity.publicKey().peerId());
    hosts.connect(host, node.host);
    return host;
  }

  @AfterEach
  void close() throws IOException {
    node.close();
    userData.close();
    hosts.close();
  }

  private static byte[] guest() {
    return TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT).bytes();
  }

  private PreparedJob job(byte[] guest) throws Exception {
    return with(draft(guest), m -> m).sign(USER);
  }

  /** For this node, whatever else is asked. */
  private JobDraft draft(byte[] guest) throws Exception {
    JobDraft draft = new TestingRun(folder).draft(guest, INPUT, "lines", 4);
    return new JobDraft(
        Wish.of(draft.manifest()).entry(NODE.publicKey()).manifest(),
        draft.cuts(),
        draft.module(),
        draft.configuration(),
        draft.input(),
        draft.inputTree());
  }

  private static JobDraft with(JobDraft draft, UnaryOperator<Wish> change) {
    return new JobDraft(
        change.apply(Wish.of(draft.manifest())).manifest(),
        draft.cuts(),
        draft.module(),
        draft.configuration(),
        draft.input(),
        draft.inputTree());
  }

  private void offer(PreparedJob job) throws IOException {
    userData.offer(job, Files.readAllBytes(folder.resolve("module.wasm")), node.host.id(), _ -> {});
  }

  private ClientMessage ask(TestingHost asker, Message request) throws Exception {
    try (P2pStream stream = open(asker, request)) {
      return next(stream).orElseThrow();
    }
  }

  private P2pStream open(TestingHost asker, Message request) throws Exception {
    P2pStream stream = asker.open(node.host.id(), ClientService.PROTOCOL, PATIENCE);
    stream.readTimeout(PATIENCE);
    stream.output().write(Frames.frame(FrameKind.CLIENT_REQUEST, WireCodec.encodeMessage(request)));
    stream.output().flush();
    return stream;
  }

  private static Optional<ClientMessage> next(P2pStream stream) throws Exception {
    Optional<ByteBuffer> frame = Frames.read(FrameKind.CLIENT, stream.input());
    return frame.isEmpty()
        ? Optional.empty()
        : Optional.of((ClientMessage) WireCodec.decodeMessage(frame.get()));
  }

  private void refused(Code code, String sentence, TestingHost asker, Message request)
      throws Exception {
    Refused refused = assertInstanceOf(Refused.class, ask(asker, request));
    assertEquals(sentence, refused.sentence());
    assertEquals(code, refused.code());
  }

  private JobId submit(PreparedJob job) throws Exception {
    offer(job);
    ClientMessage answer = ask(user, new ClientMessage.SubmitJob(job.signed()));
    assertInstanceOf(ClientMessage.JobAccepted.class, answer, answer.toString());
    return job.id();
  }

  private JobId complete(PreparedJob job) throws Exception {
    submit(job);
    assertInstanceOf(JobResult.class, ask(user, new ClientMessage.GetJobResult(job.id(), 300_000)));
    return job.id();
  }

  private JobId held() throws Exception {
    node.driver.holding = true;
    return submit(job(guest()));
  }

  private ClientMessage.CancelJob cancel(JobId job, Identity by) {
    return new ClientMessage.CancelJob(
        by.sign(SigningDomain.CANCEL, WireCodec.encodeCancel(new Cancel(job.digest(), "enough"))));
  }

  @Test
  void acceptedJobIsStoredAndSignedFor() throws Exception {
    node.driver.holding = true;
    PreparedJob job = job(guest());
    offer(job);

    ClientMessage.JobAccepted answer =
        assertInstanceOf(
            ClientMessage.JobAccepted.class, ask(user, new ClientMessage.SubmitJob(job.signed())));

    assertTrue(Signatures.hold(SigningDomain.ACCEPTED, answer.accepted()));
    assertEquals(NODE.publicKey(), answer.accepted().signer());
    Accepted accepted = WireCodec.decodeAccepted(answer.accepted().payload());
    assertEquals(new Accepted(job.id(), nowMillis.get(), 24 * 3_600_000L), accepted);
    TestingDriver.Begun begun = node.driver.begun.take();
    assertEquals(job.id(), begun.job().id());
    assertArrayEquals(INPUT, Files.readAllBytes(begun.folder().input()));
    assertArrayEquals(guest(), Files.readAllBytes(begun.folder().module()));
    assertEquals(
        job.draft().cuts().orElseThrow().count(), begun.job().draft().cuts().orElseThrow().count());
  }

  @Test
  void submittingTwiceIsTheSameAcceptanceAndOneBeginning() throws Exception {
    node.driver.holding = true;
    PreparedJob job = job(guest());
    offer(job);
    ClientMessage.SubmitJob submit = new ClientMessage.SubmitJob(job.signed());

    ClientMessage first = ask(user, submit);
    nowMillis.addAndGet(5_000);

    assertEquals(first, ask(user, submit));
    assertEquals(1, node.driver.begun.size());
  }

  @Test
  void sameJobHandedInAtOnceBeginsOnce() throws Exception {
    node.driver.holding = true;
    PreparedJob job = job(guest());
    offer(job);
    List<CompletableFuture<ClientMessage>> answers =
        IntStream.range(0, 8)
            .mapToObj(
                _ ->
                    CompletableFuture.supplyAsync(
                        () -> {
                          try {
                            return ask(user, new ClientMessage.SubmitJob(job.signed()));
                          } catch (Exception e) {
                            throw new IllegalStateException(e);
                          }
                        },
                        task -> Thread.ofVirtual().start(task)))
            .toList();

    assertEquals(1, answers.stream().map(CompletableFuture::join).distinct().count());
    assertEquals(1, node.driver.begun.size());
  }

  @Test
  void resultIsTheOutputInOnePieceAndAReceiptSignedByTheNode() throws Exception {
    JobId job = complete(job(guest()));

    JobResult result =
        assertInstanceOf(JobResult.class, ask(user, new ClientMessage.GetJobResult(job, 0)));
    FetchedAnswer answer = FetchedAnswer.fetch(userData, node.host.id(), result, folder);

    assertArrayEquals(INPUT, Files.readAllBytes(answer.output()));
    AnswerCheck.Found found = AnswerCheck.check(job, answer.receipt(), answer.output());
    assertEquals(NODE.publicKey(), found.manifest().entry());
    assertEquals(
        new ClientMessage.ReceiptReady(job, result.receipt()),
        ask(user, new ClientMessage.GetReceipt(job)));
  }

  @Test
  void ropeIsAnAnswerInOnePieceToo() throws Exception {
    JobId job = complete(job(TestingGuest.of(TestingGuest.ECHO).bytes()));

    JobResult result =
        assertInstanceOf(JobResult.class, ask(owner, new ClientMessage.GetJobResult(job, 0)));
    FetchedAnswer answer = FetchedAnswer.fetch(userData, node.host.id(), result, folder);

    assertArrayEquals(INPUT, Files.readAllBytes(answer.output()));
    AnswerCheck.Found found = AnswerCheck.check(job, answer.receipt(), answer.output());
    assertInstanceOf(Value.Rope.class, found.receipt().value());
  }

  @Test
  void waitForAResultEndsWithItsTime() throws Exception {
    JobId job = held();

    JobStatus status =
        assertInstanceOf(JobStatus.class, ask(user, new ClientMessage.GetJobResult(job, 1)));

    assertEquals(JobState.PENDING, status.state());
    assertEquals("integrity checked, execution not audited", status.verification());
  }

  @Test
  void watcherSeesEveryEventInOrderUpToTheEnd() throws Exception {
    JobId job = held();
    try (P2pStream stream = open(user, new ClientMessage.Watch(job, 0))) {
      node.book.moved(job, JobState.COMPUTING);
      JobEvent first = (JobEvent) next(stream).orElseThrow();
      node.book.progress(job, new JobProgressNow(1, 3, 0, OptionalLong.of(5)));
      node.book.decided(job, TestingDriver.decision(node.driver.begun.peek().job()));
      node.book.atNode(
          job,
          new JobEvent.AtNode(
              JobEvent.NodeEventKind.LENT,
              TestingDriver.decision(node.driver.begun.peek().job()).node(),
              STRANGER.publicKey().peerId(),
              "for a test"));
      node.book.end(job, new JobEnding.TimedOut(), JobProgressNow.NONE, List.of());
      List<JobEvent> events = new ArrayList<>(List.of(first));
      for (Optional<ClientMessage> event = next(stream); event.isPresent(); event = next(stream)) {
        events.add((JobEvent) event.get());
      }

      assertEquals(List.of(0L, 1L, 2L, 3L), events.stream().map(JobEvent::sequence).toList());
      assertEquals(
          JobState.COMPUTING, ((JobEvent.Moved) events.getFirst().what()).status().state());
      assertInstanceOf(JobEvent.Decided.class, events.get(1).what());
      assertInstanceOf(JobEvent.AtNode.class, events.get(2).what());
      JobStatus last = ((JobEvent.Moved) events.getLast().what()).status();
      assertEquals(JobState.TIMEOUT, last.state());
      assertEquals(Optional.of("its time was over"), last.failure());
    }
    try (P2pStream late = open(owner, new ClientMessage.Watch(job, 3))) {
      assertEquals(3, ((JobEvent) next(late).orElseThrow()).sequence());
      assertEquals(Optional.empty(), next(late));
    }
  }

  @Test
  void watcherWhoGoesIsNotWaitedFor() throws Exception {
    JobId job = held();
    P2pStream stream = open(user, new ClientMessage.Watch(job, 0));
    node.book.moved(job, JobState.ASSIGNED);
    next(stream);

    stream.closeWrite();

    assertEquals(Optional.empty(), next(stream)); // the node ended it
    stream.close();
  }

  @Test
  void cancelOfSubmitterOrOwnerEndsTheJobOnce() throws Exception {
    JobId job = held();
    ClientMessage.CancelJob cancel = cancel(job, OWNER);

    assertEquals(new Ack(cancel.cancel().digest()), ask(owner, cancel));
    assertEquals(job, node.driver.cancelled.take());
    assertEquals(JobState.CANCELLED, status(job).state());
    assertInstanceOf(Ack.class, ask(user, cancel(job, USER)));
    assertTrue(node.driver.cancelled.isEmpty(), "the second one has nothing to do");
    assertFalse(node.book.end(job, new JobEnding.TimedOut(), JobProgressNow.NONE, List.of()));
  }

  private JobStatus status(JobId job) throws Exception {
    return assertInstanceOf(JobStatus.class, ask(user, new ClientMessage.GetJobStatus(job)));
  }

  @Test
  void cancelThatComesTooLateChangesNothing() throws Exception {
    JobId job = complete(job(guest()));

    assertInstanceOf(Ack.class, ask(user, cancel(job, USER)));

    assertEquals(JobState.COMPLETE, status(job).state());
  }

  @Test
  void forgedCancelIsRefused() throws Exception {
    JobId job = held();
    Signed honest = cancel(job, USER).cancel();
    Signed forged = new Signed(OWNER.publicKey(), honest.signature(), honest.payload());

    refused(
        Code.INVALID,
        "the signature of the cancel does not hold",
        user,
        new ClientMessage.CancelJob(forged));
    refused(Code.NOT_ALLOWED, notYours(job, STRANGER), stranger, cancel(job, STRANGER));
    assertEquals(JobState.PENDING, status(job).state());
  }

  private static String notYours(JobId job, Identity asker) {
    return "job "
        + job
        + " is neither yours, "
        + asker.publicKey()
        + ", nor are you the node's owner; --key names another key";
  }

  @Test
  void strangerLearnsNothingOfAJob() throws Exception {
    JobId job = held();

    for (ClientMessage request :
        List.of(
            new ClientMessage.GetJobStatus(job),
            new ClientMessage.GetJobResult(job, 300_000),
            new ClientMessage.Watch(job, 0),
            new ClientMessage.Explain(job, Optional.empty(), 0),
            new ClientMessage.GetTree(job, 0),
            new ClientMessage.GetReceipt(job))) {
      refused(Code.NOT_ALLOWED, notYours(job, STRANGER), stranger, request);
    }
    String nobody =
        "this node does not answer "
            + STRANGER.publicKey()
            + "; who runs it can allow that by --allow "
            + STRANGER.publicKey();
    refused(Code.NOT_ALLOWED, nobody, stranger, new ClientMessage.ListJobs(0));
    refused(Code.NOT_ALLOWED, nobody, stranger, new ClientMessage.ListPeers(0));
    assertEquals(Map.of(Code.NOT_ALLOWED, 8L), node.service.refusals());
  }

  @Test
  void strangerCannotFetchAnAnswer() throws Exception {
    JobId job = complete(job(guest()));
    JobResult result = (JobResult) ask(user, new ClientMessage.GetJobResult(job, 0));
    try (UserData thief = new UserData(stranger)) {
      CommandException refused =
          assertThrows(
              CommandException.class,
              () -> FetchedAnswer.fetch(thief, node.host.id(), result, folder));

      assertTrue(refused.getMessage().contains("not allowed"), refused.getMessage());
      assertTrue(
          node.refused.values().stream().allMatch(by -> by.contains(STRANGER.publicKey().peerId())),
          "who runs the node hears of it");
      assertFalse(node.refused.isEmpty());
    }
  }

  @Test
  void unknownJobIsNotFound() throws Exception {
    JobId job = new JobId(Digest.sha256());

    refused(
        Code.NOT_FOUND,
        "no job " + job + " is kept here: its retention is over, or it never was",
        user,
        new ClientMessage.GetJobStatus(job));
    refused(
        Code.NOT_FOUND,
        "no job " + job + " is kept here: its retention is over, or it never was",
        user,
        cancel(job, USER));
  }

  @Test
  void jobWithoutAnAnswerHasNoReceipt() throws Exception {
    JobId job = held();

    refused(
        Code.NOT_FOUND,
        "job " + job + " has no receipt: it is pending",
        user,
        new ClientMessage.GetReceipt(job));
  }

  @Test
  void ownerSeesAllJobsAndAUserHisOwn() throws Exception {
    JobId job = held();

    ClientMessage.Jobs mine = (ClientMessage.Jobs) ask(user, new ClientMessage.ListJobs(0));
    ClientMessage.Jobs all = (ClientMessage.Jobs) ask(owner, new ClientMessage.ListJobs(0));

    assertEquals(List.of(job), mine.jobs().stream().map(row -> row.job()).toList());
    assertEquals(mine, all);
    assertEquals(
        new ClientMessage.Jobs(List.of(), false), ask(owner, new ClientMessage.ListJobs(1)));
  }

  @Test
  void peersComeInPages() throws Exception {
    node.driver.peers =
        IntStream.range(0, ClientMessage.ROWS_MAX + 1).mapToObj(ClientServiceTest::peer).toList();

    ClientMessage.Peers first = (ClientMessage.Peers) ask(user, new ClientMessage.ListPeers(0));
    ClientMessage.Peers rest =
        (ClientMessage.Peers) ask(user, new ClientMessage.ListPeers(ClientMessage.ROWS_MAX));

    assertEquals(ClientMessage.ROWS_MAX, first.peers().size());
    assertTrue(first.more());
    assertEquals(1, rest.peers().size());
    assertFalse(rest.more());
  }

  private static PeerSummary peer(int number) {
    byte[] key = ByteBuffer.allocate(32).putInt(number).array();
    return new PeerSummary(
        new PeerId(new PublicKey(Bytes.of(key))),
        Optional.empty(),
        true,
        Standing.NEW,
        "unknown",
        0,
        0,
        0,
        0);
  }

  @Test
  void capacityIsToldToAnybody() throws Exception {
    assertEquals(
        node.driver.capacity(),
        assertInstanceOf(
            CapabilityReport.class, ask(stranger, new ClientMessage.GetComputeCapacity())));
  }

  @Test
  void storyOfAJobOutlivesItsEnd() throws Exception {
    PreparedJob job = job(guest());
    complete(job);

    ClientMessage.Explanation why =
        (ClientMessage.Explanation)
            ask(user, new ClientMessage.Explain(job.id(), Optional.empty(), 0));
    ClientMessage.Tree tree =
        (ClientMessage.Tree) ask(user, new ClientMessage.GetTree(job.id(), 0));

    assertEquals(new ClientMessage.Explanation(List.of(TestingDriver.decision(job)), false), why);
    assertEquals(node.driver.tree(job.id()), tree.lines());
    assertEquals(
        new ClientMessage.Explanation(List.of(), false),
        ask(user, new ClientMessage.Explain(job.id(), Optional.empty(), 1)));
  }

  @Test
  void whatIsNoRequestIsRefused() throws Exception {
    refused(
        Code.UNSUPPORTED,
        "Heartbeat is not asked for on /banyan/client/1",
        user,
        new Heartbeat(0, 0, List.of()));
    refused(
        Code.UNSUPPORTED,
        "Ack is not asked for on /banyan/client/1",
        user,
        new Ack(Digest.sha256()));
    try (P2pStream stream = user.open(node.host.id(), ClientService.PROTOCOL, PATIENCE)) {
      stream.output().write(new byte[] {0, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8});
      stream.output().flush();
      assertEquals(Code.INVALID, ((Refused) next(stream).orElseThrow()).code());
    }
    assertEquals(Map.of(Code.INVALID, 1L, Code.UNSUPPORTED, 2L), node.service.refusals());
  }

  private void refusedJob(Code code, String sentence, UnaryOperator<Wish> change) throws Exception {
    PreparedJob job = with(draft(guest()), change).sign(USER);
    offer(job);
    refused(code, sentence, user, new ClientMessage.SubmitJob(job.signed()));
    assertTrue(node.driver.begun.isEmpty());
    try (var left = Files.list(folder.resolve("data").resolve("jobs"))) {
      assertEquals(0, left.count(), "a folder of a job that was refused");
    }
  }

  @Test
  void manifestThatIsNotForThisNodeOrNotNowIsRefused() throws Exception {
    refusedJob(
        Code.NOT_ALLOWED,
        "the manifest is for the node " + OWNER.publicKey() + ", this is " + NODE.publicKey(),
        wish -> wish.entry(OWNER.publicKey()));
    refusedJob(
        Code.INVALID,
        "the manifest was made 301 s in the future; a clock is wrong, here or there",
        wish -> wish.times(nowMillis.get() + 301_000, nowMillis.get() + 400_000));
    refusedJob(
        Code.EXPIRED,
        "the manifest ended 7 s ago by this node's clock",
        wish -> wish.times(1_000, nowMillis.get() - 7_000));
  }

  @Test
  void whatThisNodeDoesNotKnowIsRefused() throws Exception {
    refusedJob(
        Code.UNSUPPORTED,
        "profile 2 is not known here, 1 is",
        wish -> wish.profile(new Profile("2")));
    refusedJob(
        Code.UNSUPPORTED,
        "verification copies:2: this node does not audit yet; --verify none is what there is",
        wish -> wish.verification(new Verification.Copies(2)));
    refusedJob(
        Code.UNSUPPORTED,
        "partial answers: a job is finished here whole, or not at all",
        wish -> wish.partialPermille(900));
  }

  @Test
  void whatIsOverThisNodesMaximaIsRefused() throws Exception {
    node.driver.limits = new CallLimits(999, 64L << 20, 1 << 20, 16L << 20, 300_000);
    refusedJob(
        Code.OVER_LIMIT,
        "fuel of a call (--leaf-fuel): " + TestingRun.LIMITS.fuel() + ", this node's limit is 999",
        wish -> wish);
    long fuel = TestingRun.LIMITS.fuel();
    node.driver.limits = new CallLimits(fuel, 64L << 20, 1 << 20, 16L << 20, 1_000);
    refusedJob(
        Code.OVER_LIMIT,
        "time of a call in ms (--leaf-time): 300000, this node's limit is 1000",
        wish -> wish);
    node.driver.limits = new CallLimits(fuel, 64L << 20, 1 << 20, 1, 300_000);
    refusedJob(
        Code.OVER_LIMIT,
        "output of a call in bytes (--leaf-output): 16777216, this node's limit is 1",
        wish -> wish);
    node.driver.limits = new CallLimits(fuel, 1 << 20, 1 << 20, 16L << 20, 300_000);
    refusedJob(
        Code.OVER_LIMIT,
        "memory of a call in bytes (--memory): 67108864, this node's limit is 1048576",
        wish -> wish);
    node.driver.limits = TestingRun.LIMITS;
    node.driver.inputBytesMax = 13;
    refusedJob(Code.OVER_LIMIT, "input in bytes: 14, this node's limit is 13", wish -> wish);
    node.driver.inputBytesMax = 14;
    node.driver.leavesMax = 3;
    refusedJob(Code.OVER_LIMIT, "leaves (--chunk): 4, this node's limit is 3", wish -> wish);
    node.driver.leavesMax = 4;
    node.driver.accepting = false;
    refusedJob(Code.DRAINING, "this node takes no new jobs: it is about to stop", wish -> wish);
  }

  @Test
  void submitterWhoIsNotAllowedIsToldTheFlag() throws Exception {
    PreparedJob job = draft(guest()).sign(STRANGER);

    refused(
        Code.NOT_ALLOWED,
        "this node takes no jobs of "
            + STRANGER.publicKey()
            + "; who runs it can allow them by --allow "
            + STRANGER.publicKey()
            + ", or by --allow any",
        stranger,
        new ClientMessage.SubmitJob(job.signed()));
  }

  @Test
  void manifestOfSomebodyElseIsNoBearerToken() throws Exception {
    PreparedJob job = job(guest());

    refused(
        Code.NOT_ALLOWED,
        "the manifest is signed by " + USER.publicKey() + ", and handed in by " + OWNER.publicKey(),
        owner,
        new ClientMessage.SubmitJob(job.signed()));
  }

  @Test
  void manifestThatWasNotSignedIsRefused() throws Exception {
    Signed honest = job(guest()).signed();
    byte[] signature = honest.signature().toArray();
    signature[5] ^= 1;

    refused(
        Code.INVALID,
        "the manifest's signature does not hold",
        user,
        new ClientMessage.SubmitJob(
            new Signed(USER.publicKey(), Bytes.of(signature), honest.payload())));
  }

  @Test
  void payloadThatIsNoManifestIsRefused() throws Exception {
    Refused refused =
        (Refused)
            ask(user, new ClientMessage.SubmitJob(USER.sign(SigningDomain.MANIFEST, new byte[16])));

    assertEquals(Code.INVALID, refused.code());
    assertTrue(refused.sentence().startsWith("the manifest: "), refused.sentence());
  }

  @Test
  void moduleThatCannotRunIsRefusedAndLeavesNothing() throws Exception {
    JobDraft draft = draft(guest());
    Files.write(folder.resolve("module.wasm"), new byte[] {1, 2, 3});
    refusedModule(draft);
  }

  private void refusedModule(JobDraft draft) throws Exception {
    PreparedJob job = with(draft, wish -> wish.module(BlobRef.of(new byte[] {1, 2, 3}))).sign(USER);
    offer(job);
    Refused refused = (Refused) ask(user, new ClientMessage.SubmitJob(job.signed()));

    assertEquals(Code.INVALID, refused.code());
    assertTrue(refused.sentence().startsWith("the module: "), refused.sentence());
    try (var left = Files.list(folder.resolve("data").resolve("jobs"))) {
      assertEquals(0, left.count());
    }
  }

  @Test
  void jobWhoseFilesDoNotComeIsRefused() throws Exception {
    PreparedJob job = job(guest()); // nobody offers them

    Refused refused = (Refused) ask(user, new ClientMessage.SubmitJob(job.signed()));

    assertEquals(Code.INVALID, refused.code());
    assertTrue(refused.sentence().startsWith("the job could not be fetched: "), refused.sentence());
    assertEquals(List.of(USER.publicKey().peerId()), List.copyOf(node.refused.get(refused)));
  }

  @Test
  void diskThatFailsIsTheNodesFaultAndNotTheSubmitters() throws Exception {
    PreparedJob job = job(guest());
    offer(job);
    Path jobs = folder.resolve("data").resolve("jobs");
    Files.delete(jobs);
    Files.createFile(jobs); // where no folder can be made

    Refused refused = (Refused) ask(user, new ClientMessage.SubmitJob(job.signed()));

    assertEquals(Code.BUSY, refused.code());
    assertTrue(
        refused.sentence().startsWith("this node failed to store the job: "), refused.sentence());
  }

  @Test
  void submitterHasALimitOnJobsAtATime() throws Exception {
    node.driver.holding = true;
    for (int i = 0; i < JobBook.LIVE_PER_SUBMITTER_MAX; i++) {
      submit(job(guest()));
    }

    PreparedJob one = job(guest());
    Refused refused = (Refused) ask(user, new ClientMessage.SubmitJob(one.signed()));

    assertEquals(
        new Refused(Code.BUSY, "you have 16 jobs here that are not done, limit 16", 5_000),
        refused);
    ask(user, cancel(node.driver.begun.take().job().id(), USER));
    submit(one);
  }

  @Test
  void nodeHasALimitOnJobsAtATime() throws Exception {
    for (int i = 0; i < JobBook.LIVE_MAX; i++) {
      node.book.reserve(
          new JobId(Digest.sha256(new byte[] {(byte) i})),
          TestingRun.identity(100 + i).publicKey(),
          Priority.NORMAL);
    }

    Refused refused = (Refused) ask(user, new ClientMessage.SubmitJob(job(guest()).signed()));

    assertEquals(Code.BUSY, refused.code());
    assertEquals("this node has 64 jobs, limit 64", refused.sentence());
  }

  private PreparedJob job(Priority priority, int number) throws Exception {
    byte[] guest = TestingGuest.of(TestingGuest.ECHO + " ".repeat(number)).bytes();
    Routing routing = new Routing(priority, List.of(), List.of(), false);
    return with(draft(guest), wish -> wish.routing(routing)).sign(USER);
  }

  @Test
  void jobOfHigherPriorityTakesThePlaceOfTheNewestOfTheLowestThatHasNotBegun() throws Exception {
    node.driver.holding = true;
    List<JobId> low = new ArrayList<>();
    for (int i = 0; i < JobBook.LIVE_PER_SUBMITTER_MAX - 1; i++) {
      PreparedJob job = job(Priority.LOW, i);
      submit(job);
      low.add(job.id());
    }
    PreparedJob normal = job(Priority.NORMAL, 20);
    submit(normal);
    node.driver.unbegun.addAll(low.subList(3, 12));
    node.driver.unbegun.add(normal.id());

    Refused equal =
        (Refused) ask(user, new ClientMessage.SubmitJob(job(Priority.LOW, 21).signed()));
    submit(job(Priority.HIGH, 22));

    assertEquals(Code.BUSY, equal.code());
    for (int i = 0; i < low.size(); i++) {
      assertEquals(
          i == 11 ? JobState.FAILED : JobState.PENDING,
          node.book.status(low.get(i)).orElseThrow().state(),
          "job " + i);
    }
    assertFalse(node.book.ending(normal.id()).isPresent());
  }

  @Test
  void fullNodeSaysWhenThereMayBeRoom() throws Exception {
    node.driver.holding = true;
    List<JobId> jobs = new ArrayList<>();
    for (int i = 0; i < JobBook.LIVE_PER_SUBMITTER_MAX; i++) {
      PreparedJob job = job(Priority.NORMAL, i);
      submit(job);
      jobs.add(job.id());
    }
    node.book.moved(jobs.get(4), JobState.COMPUTING);
    nowMillis.addAndGet(3_000);
    node.book.progress(jobs.get(4), new JobProgressNow(3, 12, 0, OptionalLong.empty()));

    Refused refused =
        (Refused) ask(user, new ClientMessage.SubmitJob(job(Priority.NORMAL, 30).signed()));

    assertEquals(9_000, refused.retryAfterMillis());
  }

  /** A manifest that is changed part by part. */
  private record Wish(Manifest manifest) {
    static Wish of(Manifest manifest) {
      return new Wish(manifest);
    }

    Wish entry(PublicKey entry) {
      return changed(
          manifest.profile(),
          manifest.createdMillis(),
          manifest.endMillis(),
          entry,
          manifest.module(),
          manifest.verification(),
          manifest.routing(),
          manifest.partialPermille());
    }

    Wish times(long created, long end) {
      return changed(
          manifest.profile(),
          created,
          end,
          manifest.entry(),
          manifest.module(),
          manifest.verification(),
          manifest.routing(),
          manifest.partialPermille());
    }

    Wish profile(Profile profile) {
      return changed(
          profile,
          manifest.createdMillis(),
          manifest.endMillis(),
          manifest.entry(),
          manifest.module(),
          manifest.verification(),
          manifest.routing(),
          manifest.partialPermille());
    }

    Wish module(BlobRef module) {
      return changed(
          manifest.profile(),
          manifest.createdMillis(),
          manifest.endMillis(),
          manifest.entry(),
          module,
          manifest.verification(),
          manifest.routing(),
          manifest.partialPermille());
    }

    Wish verification(Verification verification) {
      return changed(
          manifest.profile(),
          manifest.createdMillis(),
          manifest.endMillis(),
          manifest.entry(),
          manifest.module(),
          verification,
          manifest.routing(),
          manifest.partialPermille());
    }

    Wish routing(Routing routing) {
      return changed(
          manifest.profile(),
          manifest.createdMillis(),
          manifest.endMillis(),
          manifest.entry(),
          manifest.module(),
          manifest.verification(),
          routing,
          manifest.partialPermille());
    }

    Wish partialPermille(int partialPermille) {
      return changed(
          manifest.profile(),
          manifest.createdMillis(),
          manifest.endMillis(),
          manifest.entry(),
          manifest.module(),
          manifest.verification(),
          manifest.routing(),
          partialPermille);
    }

    private Wish changed(
        Profile profile,
        long created,
        long end,
        PublicKey entry,
        BlobRef module,
        Verification verification,
        Routing routing,
        int partialPermille) {
      return new Wish(
          new Manifest(
              profile,
              manifest.token(),
              created,
              end,
              entry,
              module,
              manifest.input(),
              manifest.params(),
              manifest.shared(),
              manifest.splitRule(),
              manifest.chunkBytes(),
              manifest.limits(),
              manifest.budget(),
              manifest.retries(),
              verification,
              routing,
              partialPermille,
              MemoPolicy.PRIVATE,
              0));
    }
  }
}

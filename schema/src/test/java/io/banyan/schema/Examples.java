package io.banyan.schema;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** One fixed value of each kind that travels. Their bytes are golden: values here never change. */
final class Examples {
  static final PublicKey USER = key(1);
  static final PeerId ENTRY = key(2).peerId();
  static final PeerId CHILD = key(3).peerId();
  static final JobId JOB = new JobId(digest(10));
  static final Digest KEY = digest(11);
  static final Digest LEASE_DIGEST = digest(12);
  static final BlobRef MODULE = new BlobRef(digest(13), 12_345);
  static final BlobRef INPUT = new BlobRef(digest(14), 1L << 30);
  static final BlobRef OUTPUT = new BlobRef(digest(15), 789);
  static final String ADDRESS = "/ip4/127.0.0.1/tcp/4001";

  static final PlanNode CELLS = new PlanNode.Cells(new Interval(256, 512));
  static final PlanNode PART = new PlanNode.Part(List.of(3, 4095));
  static final PlanNode PARTS = new PlanNode.Parts(List.of(7), new Interval(16, 32));

  static final Manifest MANIFEST =
      new Manifest(
          Profile.ONE,
          run(Manifest.TOKEN_LENGTH, 5),
          1_790_000_000_000L,
          1_790_000_600_000L,
          key(2),
          MODULE,
          INPUT,
          run(33, 6),
          List.of(new BlobRef(digest(16), 1), new BlobRef(digest(17), 1L << 40)),
          new SplitRule.ByRecords(4096),
          1 << 20,
          CallLimits.DEFAULT,
          new Budget(1L << 40, 1024, 1L << 34, 256 << 20, 8, 300_000),
          3,
          new Verification.Copies(3),
          new Routing(Priority.HIGH, List.of(ENTRY, CHILD), List.of("zone=a", "gpu"), true),
          900,
          MemoPolicy.SHARED,
          12.5);

  static final Lease LEASE =
      new Lease(
          JOB,
          CELLS,
          KEY,
          256L << 20,
          512L << 20,
          Optional.empty(),
          CHILD,
          1,
          JOB.digest(),
          new Budget(1L << 38, 256, 1L << 30, 256 << 20, 7, 120_000),
          3,
          60_000,
          0,
          1_790_000_300_000L,
          List.of(ADDRESS, "/ip6/::1/tcp/4002"),
          List.of(new Lease.Hint(digest(18), ENTRY)));

  static final Lease PART_LEASE =
      new Lease(
          JOB,
          PART,
          KEY,
          0,
          0,
          Optional.of(new Lease.LeasedPart(new BlobRef(digest(39), 1L << 20), 3L << 20)),
          CHILD,
          0,
          LEASE_DIGEST,
          new Budget(1L << 38, 256, 1L << 30, 256 << 20, 7, 120_000),
          1,
          60_000,
          0,
          1_790_000_300_000L,
          List.of(),
          List.of());

  static final Claim CLAIM =
      new Claim(
          Profile.ONE,
          KEY,
          GuestFunction.EXECUTE,
          digest(19),
          OUTPUT.digest(),
          OUTPUT.length(),
          123_456_789,
          new Outcome.Completed());

  static final Claim MERGE =
      new Claim(
          Profile.ONE,
          KEY,
          GuestFunction.MERGE,
          digest(20),
          OUTPUT.digest(),
          OUTPUT.length(),
          1,
          new Outcome.Completed());

  static final Claim TRAPPED =
      new Claim(
          Profile.ONE,
          KEY,
          GuestFunction.EXECUTE,
          digest(19),
          Digest.ZERO,
          0,
          42,
          new Outcome.Trapped(TrapKind.INTEGER_DIVIDE_BY_ZERO));

  static final Receipt RAN =
      new Receipt(
          JOB,
          KEY,
          LEASE_DIGEST,
          new Value.Blob(OUTPUT),
          digest(21),
          256,
          1L << 36,
          new Receipt.Ran());

  static final Receipt MERGED =
      new Receipt(
          JOB,
          KEY,
          LEASE_DIGEST,
          new Value.Rope(digest(22), 1L << 33),
          digest(23),
          512,
          1L << 37,
          Receipt.Merged.over(List.of(digest(24), digest(40), digest(41))));

  static final TaskFailure TASK_FAILURE = new TaskFailure(LEASE_DIGEST, CELLS, TRAPPED);
  static final Cancel CANCEL = new Cancel(LEASE_DIGEST, "the submitter has what it wants");
  static final Accepted ACCEPTED = new Accepted(JOB, 1_790_000_000_500L, 86_400_000);
  static final Refused REFUSED =
      new Refused(Refused.Code.BUSY, "queue of priority normal is full (64)", 2_000);

  static final JobStatus STATUS =
      new JobStatus(
          JOB,
          JobState.VERIFYING,
          1000,
          1024,
          1L << 41,
          1_790_000_001_000L,
          1_790_000_099_000L,
          OptionalLong.of(4_200),
          Optional.empty(),
          "provisional: 12 of 51 checks are owed");

  static final DecisionLine DECISION =
      new DecisionLine(
          LEASE_DIGEST,
          PARTS,
          DecisionLine.Role.MANAGER,
          1L << 30,
          12.5,
          2e9,
          0.5,
          6.7,
          7.3,
          "5 children are expected to finish 4.1 times sooner");
  private static final LoggedLine LOGGED =
      new LoggedLine(CELLS, GuestFunction.EXECUTE, CHILD, 2, "half of it is done");

  private Examples() {}

  static Map<String, Message> messages() {
    Map<String, Message> all = new LinkedHashMap<>();
    CapabilityReport.JobLimits limits =
        new CapabilityReport.JobLimits(CallLimits.DEFAULT, 1L << 40, 1 << 20);
    all.put(
        "capabilityReport",
        new CapabilityReport(
            "banyan/0.1.0",
            1,
            List.of(new Profile("2"), Profile.ONE),
            8,
            5,
            1_000_000_000L,
            3L << 30,
            17,
            List.of("zone=a"),
            limits,
            true));
    all.put(
        "leaseOffer", new TaskMessage.LeaseOffer(signed(300), List.of(signed(200), signed(208))));
    all.put("leaseReplyTaken", new LeaseReply(LEASE_DIGEST, new LeaseReply.Taken(1_500)));
    all.put("leaseReplyRefused", new LeaseReply(LEASE_DIGEST, REFUSED));
    all.put("result", new TaskMessage.Result(LEASE_DIGEST, signed(240)));
    failures().forEach((name, kind) -> all.put("failure" + name, new Failure(LEASE_DIGEST, kind)));
    all.put(
        "heartbeat",
        new Heartbeat(
            99,
            3,
            List.of(
                new Heartbeat.LeaseProgress(LEASE_DIGEST, 17, 256, 1L << 34),
                new Heartbeat.LeaseProgress(digest(25), 0, 0, 0))));
    all.put("cancelLease", new TaskMessage.CancelLease(signed(88)));
    all.put(
        "orphan",
        new TaskMessage.Orphan(
            JOB,
            List.of(
                new TaskMessage.Finished(KEY, new Value.Blob(OUTPUT)),
                new TaskMessage.Finished(digest(26), new Value.Rope(digest(27), 9)))));
    all.put("proofRequest", new TaskMessage.ProofRequest(LEASE_DIGEST, KEY, GuestFunction.EXECUTE));
    all.put("proofReplyLeaf", new ProofReply(LEASE_DIGEST, leafProof()));
    all.put("proofReplyMerge", new ProofReply(LEASE_DIGEST, mergeProof()));
    all.put("proofReplyRefused", new ProofReply(LEASE_DIGEST, REFUSED));
    all.put("ack", new Ack(LEASE_DIGEST));
    all.put("blobRequest", new DataMessage.BlobRequest(INPUT, 65_535, 65_538, LEASE_DIGEST));
    all.put(
        "blobReply",
        new DataMessage.BlobReply(
            INPUT, 0, 3 << 16, new RangeProof(0, 3, List.of(digest(28), digest(29)))));
    List<Named> parts = List.of(OUTPUT, new Value.Rope(digest(30), 11));
    all.put("ropeRequest", new DataMessage.RopeRequest(Value.Rope.over(parts), JOB.digest()));
    all.put("ropeReply", new DataMessage.RopeReply(Value.Rope.over(parts), parts));
    all.put("entriesRequest", new DataMessage.EntriesRequest(LEASE_DIGEST, 4_096, 512));
    all.put("entriesReply", new DataMessage.EntriesReply(LEASE_DIGEST, 4_096, 500, true));
    all.put("refused", REFUSED);
    clientMessages(all);
    return Collections.unmodifiableMap(all);
  }

  private static Map<String, Failure.Kind> failures() {
    Map<String, Failure.Kind> all = new LinkedHashMap<>();
    all.put("Node", new Failure.NodeFailure("out of memory: 256 MiB were promised"));
    all.put("Task", new Failure.TaskFailed(signed(320)));
    all.put("Validation", new Failure.ValidationFailure("block 17 is not the input's"));
    all.put("Timeout", new Failure.TimeoutFailure(60_000));
    all.put("Limit", new Failure.LimitExceeded(Failure.BudgetKind.LEAVES, "256 leaves are run"));
    all.put("Refused", REFUSED);
    return all;
  }

  private static void clientMessages(Map<String, Message> all) {
    all.put("submitJob", new ClientMessage.SubmitJob(signed(304)));
    all.put("jobAccepted", new ClientMessage.JobAccepted(signed(72)));
    all.put("getJobStatus", new ClientMessage.GetJobStatus(JOB));
    all.put("jobStatus", STATUS);
    all.put(
        "jobStatusFailed",
        new JobStatus(
            JOB,
            JobState.FAILED,
            1,
            0,
            7,
            0,
            1_790_000_099_000L,
            OptionalLong.empty(),
            Optional.of("execute of plan node 0 trapped: integer divide by zero"),
            ""));
    all.put("watch", new ClientMessage.Watch(JOB, 12));
    all.put("jobEventMoved", new JobEvent(JOB, 12, 5, new JobEvent.Moved(STATUS)));
    all.put("jobEventDecided", new JobEvent(JOB, 13, 6, new JobEvent.Decided(DECISION)));
    all.put(
        "jobEventAtNode",
        new JobEvent(
            JOB,
            14,
            7,
            new JobEvent.AtNode(
                JobEvent.NodeEventKind.FAILED, PART, CHILD, "attempt 2", 1.5, 1L << 34, 2)));
    all.put("getJobResult", new ClientMessage.GetJobResult(JOB, 30_000));
    all.put(
        "jobResultWhole", new JobResult(JOB, new JobResult.Whole(new Value.Blob(OUTPUT), MODULE)));
    all.put(
        "jobResultPartial",
        new JobResult(
            JOB,
            new JobResult.Partial(
                List.of(
                    new JobResult.Piece(CELLS, new Value.Blob(OUTPUT)),
                    new JobResult.Piece(PART, new Value.Rope(digest(22), 1L << 33))),
                List.of(new PlanNode.Cells(new Interval(512, 700)), PART),
                new BlobRef(digest(23), 789 + (1L << 33)))));
    all.put("cancelJob", new ClientMessage.CancelJob(signed(96)));
    all.put("getComputeCapacity", new ClientMessage.GetComputeCapacity());
    all.put("setAccepting", new ClientMessage.SetAccepting(true));
    all.put("explainJob", new ClientMessage.Explain(JOB, Optional.empty(), 0));
    all.put("explainNode", new ClientMessage.Explain(JOB, Optional.of(CELLS), 512));
    all.put("explanation", new ClientMessage.Explanation(List.of(DECISION, DECISION), true));
    all.put("getTree", new ClientMessage.GetTree(JOB, 512));
    all.put(
        "tree",
        new ClientMessage.Tree(
            List.of(
                new TreeLine(
                    new PlanNode.Cells(new Interval(0, 1024)),
                    ENTRY,
                    Optional.empty(),
                    0,
                    TreeLine.State.RUNNING,
                    768,
                    1024,
                    9.25),
                new TreeLine(
                    CELLS,
                    CHILD,
                    Optional.of(ENTRY),
                    1,
                    TreeLine.State.LOST,
                    17,
                    256,
                    6.5,
                    1L << 34,
                    2,
                    Optional.of("it was not heard"))),
            true));
    all.put("getLogsOfJob", new ClientMessage.GetLogs(JOB, Optional.empty(), 512));
    all.put("getLogsOfNode", new ClientMessage.GetLogs(JOB, Optional.of(CELLS), 0));
    all.put("logs", new ClientMessage.Logs(List.of(LOGGED, LOGGED), true, 3));
    all.put("taskLogs", new TaskMessage.TaskLogs(LEASE_DIGEST, List.of(LOGGED), 4));
    all.put("getReceipt", new ClientMessage.GetReceipt(JOB));
    all.put("receiptReady", new ClientMessage.ReceiptReady(JOB, OUTPUT));
    all.put("listJobs", new ClientMessage.ListJobs(512));
    all.put(
        "jobs",
        new ClientMessage.Jobs(
            List.of(new JobSummary(JOB, USER, JobState.COMPUTING, 17, 1024, 3, 4)), false));
    all.put("listPeers", new ClientMessage.ListPeers(0));
    all.put(
        "peers",
        new ClientMessage.Peers(
            List.of(
                new PeerSummary(
                    CHILD,
                    Optional.of(ADDRESS),
                    true,
                    Standing.TRUSTED,
                    "banyan/0.1.0",
                    350,
                    1_000_000_000L,
                    2,
                    4,
                    true),
                new PeerSummary(
                    ENTRY, Optional.empty(), false, Standing.NEW, "unknown", 0, 0, 0, 0, false)),
            true));
  }

  static Map<String, ReceiptEntry> receiptEntries() {
    Claim split =
        new Claim(
            Profile.ONE,
            KEY,
            GuestFunction.SPLIT,
            digest(31),
            digest(32),
            800,
            5,
            new Outcome.Completed());
    Map<String, ReceiptEntry> all = new LinkedHashMap<>();
    all.put("entryManifest", new ReceiptEntry.ManifestEntry(signed(300)));
    all.put("entryLease", new ReceiptEntry.LeaseEntry(signed(200)));
    all.put("entryReceipt", new ReceiptEntry.ReceiptOfLease(signed(240)));
    all.put("entryExecute", new ReceiptEntry.StepEntry(new Step(CELLS, CLAIM)));
    all.put("entryMerge", new ReceiptEntry.StepEntry(new Step(PARTS, MERGE)));
    all.put("entryTrapped", new ReceiptEntry.StepEntry(new Step(PART, TRAPPED)));
    all.put(
        "entrySplit",
        new ReceiptEntry.StepEntry(
            new Step(PART, split, List.of(OUTPUT, new BlobRef(digest(33), 11)))));
    all.put("entryFailure", new ReceiptEntry.FailureEntry(signed(320)));
    all.put("entryEnd", new ReceiptEntry.ReceiptEnd(signed(240)));
    return Collections.unmodifiableMap(all);
  }

  /** The claim of one leaf, the third child of its parent, the first of its grandparent. */
  static InclusionProof leafProof() {
    return new InclusionProof(
        CLAIM,
        Optional.empty(),
        List.of(
            new InclusionProof.Level(List.of(digest(34)), 2, 3, List.of(digest(35))),
            new InclusionProof.Level(List.of(), 0, 2, List.of(digest(36)))));
  }

  /** A merge of a part that was split before. */
  static InclusionProof mergeProof() {
    return new InclusionProof(
        MERGE,
        Optional.of(new InclusionProof.Beside(List.of(digest(37)), 1, 16, digest(38))),
        List.of());
  }

  static Digest digest(int seed) {
    return Digest.sha256(new byte[] {(byte) seed});
  }

  static PublicKey key(int seed) {
    return new PublicKey(Bytes.of(digest(100 + seed).bytes()));
  }

  /** Signed by nobody: the wire does not look. */
  static Signed signed(int payloadBytes) {
    return new Signed(USER, run(Signed.SIGNATURE_LENGTH, 7), run(payloadBytes, 8));
  }

  static Bytes run(int length, int first) {
    byte[] run = new byte[length];
    for (int i = 0; i < length; i++) {
      run[i] = (byte) (first + i);
    }
    return Bytes.of(run);
  }
}

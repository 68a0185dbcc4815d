package io.banyan.schema;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The longest value of each kind whose length its bounds decide. */
final class Longest {
  private static final String SENTENCE = "x".repeat(Rules.SENTENCE_BYTES_MAX);
  private static final String ADDRESS = "/" + "x".repeat(Rules.ADDRESS_LENGTH_MAX - 1);
  private static final String LABEL = "x".repeat(Routing.LABEL_LENGTH_MAX);
  private static final Profile PROFILE = new Profile("x".repeat(PlanCodec.PROFILE_LENGTH_MAX));
  private static final PlanNode NODE =
      new PlanNode.Parts(
          Collections.nCopies(Limits.SPLIT_DEPTH_MAX - 1, 4095), new Interval(0, 4096));
  private static final PlanNode PART =
      new PlanNode.Part(Collections.nCopies(Limits.SPLIT_DEPTH_MAX, 4095));
  private static final Digest DIGEST = Examples.KEY;
  private static final BlobRef BLOB = new BlobRef(DIGEST, 1L << 40);
  private static final Refused REFUSED = new Refused(Refused.Code.BUSY, SENTENCE, 0);

  private static final JobStatus STATUS =
      new JobStatus(
          Examples.JOB,
          JobState.FAILED,
          0,
          0,
          0,
          0,
          0,
          OptionalLong.of(1),
          Optional.of(SENTENCE),
          SENTENCE);

  private static final DecisionLine DECISION =
      new DecisionLine(DIGEST, NODE, DecisionLine.Role.WORKER, 1, 1, 1, 1, 1, 1, SENTENCE);

  private static final BlobRef PIECES =
      new BlobRef(DIGEST, JobResult.Partial.PIECES_MAX * BLOB.length());

  private static final LoggedLine LOGGED =
      new LoggedLine(NODE, GuestFunction.EXECUTE, Examples.CHILD, LoggedLine.LEVEL_MAX, SENTENCE);

  private static final PeerSummary PEER =
      new PeerSummary(
          Examples.CHILD,
          Optional.of(ADDRESS),
          true,
          Standing.NEW,
          "x".repeat(Rules.VERSION_LENGTH_MAX),
          1,
          1,
          1,
          1,
          true);

  private Longest() {}

  static Manifest manifest() {
    Manifest some = Examples.MANIFEST;
    return new Manifest(
        PROFILE,
        some.token(),
        some.createdMillis(),
        some.endMillis(),
        some.entry(),
        some.module(),
        some.input(),
        Bytes.of(new byte[Limits.PARAMS_BYTES_MAX]),
        Collections.nCopies(Limits.SHARED_BLOBS_MAX, BLOB),
        some.splitRule(),
        some.chunkBytes(),
        some.limits(),
        some.budget(),
        some.retries(),
        some.verification(),
        new Routing(
            Priority.HIGH,
            Collections.nCopies(Routing.PEERS_MAX, Examples.CHILD),
            Collections.nCopies(Routing.LABELS_MAX, LABEL),
            true),
        some.partialPermille(),
        some.memo(),
        some.operationWeight());
  }

  static Lease lease() {
    Lease some = Examples.LEASE;
    return new Lease(
        some.job(),
        PART,
        some.key(),
        0,
        0,
        Optional.of(new Lease.LeasedPart(BLOB, 1L << 40)),
        some.child(),
        some.attempt(),
        some.parent(),
        some.grant(),
        some.tries(),
        some.durationMillis(),
        1,
        some.notAfterMillis(),
        Collections.nCopies(Lease.ADDRESSES_MAX, ADDRESS),
        Collections.nCopies(Lease.HINTS_MAX, new Lease.Hint(DIGEST, Examples.CHILD)));
  }

  private static Claim claim(GuestFunction function) {
    return new Claim(
        PROFILE,
        DIGEST,
        function,
        DIGEST,
        Digest.ZERO,
        0,
        1,
        new Outcome.Failed("x".repeat(Outcome.Failed.MESSAGE_BYTES_MAX)));
  }

  static List<WireValues.Encoded> values() {
    Claim split =
        new Claim(
            PROFILE, DIGEST, GuestFunction.SPLIT, DIGEST, DIGEST, 1, 1, new Outcome.Completed());
    return List.of(
        WireValues.of(manifest()),
        WireValues.of(lease()),
        WireValues.of(new TaskFailure(DIGEST, NODE, claim(GuestFunction.EXECUTE))),
        WireValues.of(
            new Receipt(
                Examples.JOB,
                DIGEST,
                DIGEST,
                new Value.Blob(BLOB),
                DIGEST,
                1,
                1,
                new Receipt.Merged(DIGEST, Receipt.Merged.LENT_MAX))),
        WireValues.of(new Cancel(DIGEST, SENTENCE)),
        WireValues.of(
            new ReceiptEntry.StepEntry(
                new Step(NODE, split, Collections.nCopies(Limits.PARTS_MAX, BLOB)))),
        WireValues.of(new ReceiptEntry.ReceiptEnd(Examples.signed(WireLimits.RECEIPT_BYTES_MAX))));
  }

  static List<Message> messages() {
    Signed manifest = Examples.signed(WireLimits.MANIFEST_BYTES_MAX);
    Signed cancel = Examples.signed(WireLimits.CANCEL_BYTES_MAX);
    List<Message> all =
        List.of(
            new CapabilityReport(
                "x".repeat(Rules.VERSION_LENGTH_MAX),
                1,
                Collections.nCopies(CapabilityReport.PROFILES_MAX, PROFILE),
                1,
                1,
                1,
                1,
                1,
                Collections.nCopies(Routing.LABELS_MAX, LABEL),
                new CapabilityReport.JobLimits(CallLimits.DEFAULT, 1, 1),
                true),
            new TaskMessage.LeaseOffer(
                manifest,
                Collections.nCopies(
                    WireLimits.CHAIN_MAX, Examples.signed(WireLimits.LEASE_BYTES_MAX))),
            new LeaseReply(DIGEST, REFUSED),
            new TaskMessage.Result(DIGEST, Examples.signed(WireLimits.RECEIPT_BYTES_MAX)),
            new Failure(
                DIGEST, new Failure.TaskFailed(Examples.signed(WireLimits.TASK_FAILURE_BYTES_MAX))),
            new Heartbeat(
                1,
                1,
                Collections.nCopies(
                    Heartbeat.LEASES_MAX, new Heartbeat.LeaseProgress(DIGEST, 1, 1, 1))),
            new TaskMessage.CancelLease(cancel),
            new TaskMessage.Orphan(
                Examples.JOB,
                Collections.nCopies(
                    TaskMessage.Orphan.FINISHED_MAX,
                    new TaskMessage.Finished(DIGEST, new Value.Blob(BLOB)))),
            new ProofReply(DIGEST, proof()),
            new DataMessage.BlobReply(
                BLOB,
                0,
                1 << 16,
                new RangeProof(0, 1, Collections.nCopies(RangeProof.OUTSIDE_MAX, DIGEST))),
            ropeReply(),
            REFUSED,
            new ClientMessage.SubmitJob(manifest),
            new ClientMessage.JobAccepted(Examples.signed(WireLimits.ACCEPTED_BYTES_MAX)),
            STATUS,
            new JobEvent(Examples.JOB, 1, 1, new JobEvent.Moved(STATUS)),
            new JobResult(
                Examples.JOB,
                new JobResult.Partial(
                    Collections.nCopies(
                        JobResult.Partial.PIECES_MAX,
                        new JobResult.Piece(NODE, new Value.Blob(BLOB))),
                    Collections.nCopies(JobResult.Partial.MISSING_MAX, NODE),
                    PIECES)),
            new ClientMessage.CancelJob(cancel),
            new ClientMessage.Explain(Examples.JOB, Optional.of(NODE), 1),
            new ClientMessage.Explanation(
                Collections.nCopies(ClientMessage.ROWS_MAX, DECISION), true),
            new ClientMessage.Tree(
                Collections.nCopies(
                    ClientMessage.ROWS_MAX,
                    new TreeLine(
                        PART,
                        Examples.CHILD,
                        Optional.of(Examples.ENTRY),
                        Limits.HOPS_MAX,
                        TreeLine.State.LOST,
                        1,
                        1,
                        1,
                        1,
                        1,
                        Optional.of(SENTENCE))),
                true),
            new ClientMessage.Logs(Collections.nCopies(ClientMessage.ROWS_MAX, LOGGED), true, 1),
            new TaskMessage.TaskLogs(
                DIGEST, Collections.nCopies(TaskMessage.TaskLogs.LINES_MAX, LOGGED), 1),
            new ClientMessage.Jobs(
                Collections.nCopies(
                    ClientMessage.ROWS_MAX,
                    new JobSummary(Examples.JOB, Examples.USER, JobState.PENDING, 1, 1, 1, 1)),
                true),
            new ClientMessage.Peers(Collections.nCopies(ClientMessage.ROWS_MAX, PEER), true));
    all.forEach(Longest::requireComesBack);
    return all;
  }

  /** As many things as fit in as few bytes: what a decoder makes most of. */
  static List<Message> densest() {
    PlanNode root = new PlanNode.Part(List.of());
    Value blob = new Value.Blob(BLOB);
    return List.of(
        new JobResult(
            Examples.JOB,
            new JobResult.Partial(
                Collections.nCopies(JobResult.Partial.PIECES_MAX, new JobResult.Piece(root, blob)),
                Collections.nCopies(JobResult.Partial.MISSING_MAX, root),
                PIECES)),
        new ClientMessage.Explanation(
            Collections.nCopies(
                ClientMessage.ROWS_MAX,
                new DecisionLine(DIGEST, root, DecisionLine.Role.WORKER, 1, 1, 1, 1, 1, 1, "")),
            true),
        new ClientMessage.Tree(
            Collections.nCopies(
                ClientMessage.ROWS_MAX,
                new TreeLine(
                    root, Examples.CHILD, Optional.empty(), 0, TreeLine.State.LOST, 1, 1, 1)),
            true),
        new ClientMessage.Peers(
            Collections.nCopies(
                ClientMessage.ROWS_MAX,
                new PeerSummary(
                    Examples.CHILD, Optional.of("/"), true, Standing.NEW, "x", 1, 1, 1, 1, false)),
            true));
  }

  private static void requireComesBack(Message message) {
    try {
      WireValues.of(message).decoded();
    } catch (MalformedMessageException e) {
      throw new AssertionError(message.getClass().getSimpleName(), e);
    }
  }

  private static InclusionProof proof() {
    InclusionProof.Level level =
        new InclusionProof.Level(
            Collections.nCopies(InclusionProof.OWN_MAX, DIGEST),
            0,
            16,
            Collections.nCopies(InclusionProof.PATH_MAX, DIGEST));
    return new InclusionProof(
        claim(GuestFunction.MERGE),
        Optional.of(new InclusionProof.Beside(List.of(DIGEST), 1, 16, DIGEST)),
        Collections.nCopies(InclusionProof.LEVELS_MAX, level));
  }

  private static DataMessage.RopeReply ropeReply() {
    List<Named> parts = Collections.nCopies(Limits.FAN_OUT, BLOB);
    return new DataMessage.RopeReply(Value.Rope.over(parts), parts);
  }
}

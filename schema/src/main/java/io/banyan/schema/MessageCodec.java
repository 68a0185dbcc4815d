package io.banyan.schema;

import io.banyan.schema.wire.BanyanWire;

/** The union of all messages: which kind, how long it may be, who writes and reads it. */
final class MessageCodec {
  private static final int KIB = 1 << 10;

  private MessageCodec() {}

  /**
   * The longest message of each kind: what its bounds come to, and as much again for the fields
   * that a later version appends, where that is not a MiB.
   */
  private static int bytesMax(BanyanWire.Message.Which kind) {
    return switch (kind) {
      case EXPLANATION, LOGS, TREE, JOB_RESULT -> 1024 * KIB;
      case PEERS, LEASE_OFFER -> 512 * KIB;
      case SUBMIT_JOB, JOBS, ORPHAN, TASK_LOGS -> 256 * KIB;
      case CAPABILITY_REPORT, HEARTBEAT, PROOF_REPLY -> 16 * KIB;
      case BLOB_REPLY, ROPE_REPLY, JOB_STATUS, JOB_EVENT -> 8 * KIB;
      case RESULT, FAILURE, CANCEL_LEASE, CANCEL_JOB, LEASE_REPLY, REFUSED, JOB_ACCEPTED -> 8 * KIB;
      case PROOF_REQUEST,
          ACK,
          BLOB_REQUEST,
          ROPE_REQUEST,
          ENTRIES_REQUEST,
          ENTRIES_REPLY,
          GET_JOB_STATUS,
          WATCH,
          GET_JOB_RESULT,
          GET_COMPUTE_CAPACITY,
          SET_ACCEPTING,
          EXPLAIN,
          GET_TREE,
          GET_LOGS,
          GET_RECEIPT,
          RECEIPT_READY,
          LIST_JOBS,
          LIST_PEERS ->
          KIB;
      case UNSET, _NOT_IN_SCHEMA -> throw Fields.unset("kind of message");
    };
  }

  static void write(BanyanWire.Message.Builder to, Message message) {
    switch (message) {
      case TaskMessage task -> writeTask(to, task);
      case DataMessage data -> writeData(to, data);
      case ClientMessage client -> writeClient(to, client);
    }
  }

  private static void writeTask(BanyanWire.Message.Builder to, TaskMessage message) {
    switch (message) {
      case CapabilityReport report -> TaskCodec.write(to.initCapabilityReport(), report);
      case TaskMessage.LeaseOffer offer -> TaskCodec.write(to.initLeaseOffer(), offer);
      case LeaseReply reply -> TaskCodec.write(to.initLeaseReply(), reply);
      case TaskMessage.Result result -> TaskCodec.write(to.initResult(), result);
      case Failure failure -> TaskCodec.write(to.initFailure(), failure);
      case Heartbeat heartbeat -> TaskCodec.write(to.initHeartbeat(), heartbeat);
      case TaskMessage.TaskLogs logs -> TaskCodec.write(to.initTaskLogs(), logs);
      case TaskMessage.CancelLease(Signed cancel) ->
          to.initCancelLease().setCancel(cancel.toBytes());
      case TaskMessage.Orphan orphan -> TaskCodec.write(to.initOrphan(), orphan);
      case TaskMessage.ProofRequest request -> TaskCodec.write(to.initProofRequest(), request);
      case ProofReply reply -> TaskCodec.write(to.initProofReply(), reply);
      case Ack(Digest digest) -> to.initAck().setDigest(digest.bytes());
    }
  }

  private static void writeData(BanyanWire.Message.Builder to, DataMessage message) {
    switch (message) {
      case DataMessage.BlobRequest request -> DataCodec.write(to.initBlobRequest(), request);
      case DataMessage.BlobReply reply -> DataCodec.write(to.initBlobReply(), reply);
      case DataMessage.RopeRequest request -> DataCodec.write(to.initRopeRequest(), request);
      case DataMessage.RopeReply reply -> DataCodec.write(to.initRopeReply(), reply);
      case DataMessage.EntriesRequest request -> DataCodec.write(to.initEntriesRequest(), request);
      case DataMessage.EntriesReply reply -> DataCodec.write(to.initEntriesReply(), reply);
      case Refused refused -> TaskCodec.write(to.initRefused(), refused);
    }
  }

  private static void writeClient(BanyanWire.Message.Builder to, ClientMessage message) {
    switch (message) {
      case ClientMessage.SubmitJob submit -> ClientCodec.write(to.initSubmitJob(), submit);
      case ClientMessage.JobAccepted(Signed accepted) ->
          to.initJobAccepted().setAccepted(accepted.toBytes());
      case ClientMessage.GetJobStatus(JobId job) ->
          to.initGetJobStatus().setJob(job.digest().bytes());
      case JobStatus status -> ClientCodec.write(to.initJobStatus(), status);
      case ClientMessage.Watch watch -> ClientCodec.write(to.initWatch(), watch);
      case JobEvent event -> ClientCodec.write(to.initJobEvent(), event);
      case ClientMessage.GetJobResult get -> ClientCodec.write(to.initGetJobResult(), get);
      case JobResult result -> ClientCodec.write(to.initJobResult(), result);
      case ClientMessage.CancelJob(Signed cancel) -> to.initCancelJob().setCancel(cancel.toBytes());
      case Ack(Digest digest) -> to.initAck().setDigest(digest.bytes());
      case ClientMessage.GetComputeCapacity() -> to.initGetComputeCapacity();
      case ClientMessage.SetAccepting(boolean accepting) ->
          to.initSetAccepting().setAccepting(accepting);
      case CapabilityReport report -> TaskCodec.write(to.initCapabilityReport(), report);
      case ClientMessage.Explain explain -> ClientCodec.write(to.initExplain(), explain);
      case ClientMessage.Explanation lines -> ClientCodec.write(to.initExplanation(), lines);
      case ClientMessage.GetReceipt(JobId job) -> to.initGetReceipt().setJob(job.digest().bytes());
      case ClientMessage.ReceiptReady ready -> ClientCodec.write(to.initReceiptReady(), ready);
      case ClientMessage.ListJobs(int first) -> to.initListJobs().setFirst(first);
      case ClientMessage.Jobs jobs -> ClientCodec.write(to.initJobs(), jobs);
      case ClientMessage.ListPeers(int first) -> to.initListPeers().setFirst(first);
      case ClientMessage.Peers peers -> ClientCodec.write(to.initPeers(), peers);
      case ClientMessage.GetTree get -> ClientCodec.write(to.initGetTree(), get);
      case ClientMessage.Tree tree -> ClientCodec.write(to.initTree(), tree);
      case ClientMessage.GetLogs get -> ClientCodec.write(to.initGetLogs(), get);
      case ClientMessage.Logs logs -> ClientCodec.write(to.initLogs(), logs);
      case Refused refused -> TaskCodec.write(to.initRefused(), refused);
    }
  }

  /**
   * The message, unless it is longer than its kind may be.
   *
   * @param length of the whole, in bytes
   */
  static Message message(BanyanWire.Message.Reader from, int length) {
    BanyanWire.Message.Which kind = from.which();
    if (length > bytesMax(kind)) {
      throw new IllegalArgumentException(
          "message " + kind + " is " + length + " bytes long, limit " + bytesMax(kind));
    }
    return switch (kind) {
      case CAPABILITY_REPORT -> TaskCodec.capabilityReport(from.getCapabilityReport());
      case LEASE_OFFER -> TaskCodec.leaseOffer(from.getLeaseOffer());
      case LEASE_REPLY -> TaskCodec.leaseReply(from.getLeaseReply());
      case RESULT -> TaskCodec.result(from.getResult());
      case FAILURE -> TaskCodec.failure(from.getFailure());
      case HEARTBEAT -> TaskCodec.heartbeat(from.getHeartbeat());
      case CANCEL_LEASE -> TaskCodec.cancelLease(from.getCancelLease());
      case ORPHAN -> TaskCodec.orphan(from.getOrphan());
      case PROOF_REQUEST -> TaskCodec.proofRequest(from.getProofRequest());
      case PROOF_REPLY -> TaskCodec.proofReply(from.getProofReply());
      case ACK -> TaskCodec.ack(from.getAck());
      case BLOB_REQUEST -> DataCodec.blobRequest(from.getBlobRequest());
      case BLOB_REPLY -> DataCodec.blobReply(from.getBlobReply());
      case ROPE_REQUEST -> DataCodec.ropeRequest(from.getRopeRequest());
      case ROPE_REPLY -> DataCodec.ropeReply(from.getRopeReply());
      case ENTRIES_REQUEST -> DataCodec.entriesRequest(from.getEntriesRequest());
      case ENTRIES_REPLY -> DataCodec.entriesReply(from.getEntriesReply());
      case REFUSED -> TaskCodec.refused(from.getRefused());
      case SUBMIT_JOB -> ClientCodec.submitJob(from.getSubmitJob());
      case JOB_ACCEPTED -> ClientCodec.jobAccepted(from.getJobAccepted());
      case GET_JOB_STATUS ->
          new ClientMessage.GetJobStatus(Fields.job(from.getGetJobStatus().getJob()));
      case JOB_STATUS -> ClientCodec.jobStatus(from.getJobStatus());
      case WATCH -> ClientCodec.watch(from.getWatch());
      case JOB_EVENT -> ClientCodec.jobEvent(from.getJobEvent());
      case GET_JOB_RESULT -> ClientCodec.getJobResult(from.getGetJobResult());
      case JOB_RESULT -> ClientCodec.jobResult(from.getJobResult());
      case CANCEL_JOB -> ClientCodec.cancelJob(from.getCancelJob());
      case GET_COMPUTE_CAPACITY -> new ClientMessage.GetComputeCapacity();
      case SET_ACCEPTING -> new ClientMessage.SetAccepting(from.getSetAccepting().getAccepting());
      case EXPLAIN -> ClientCodec.explain(from.getExplain());
      case EXPLANATION -> ClientCodec.explanation(from.getExplanation());
      case GET_RECEIPT -> new ClientMessage.GetReceipt(Fields.job(from.getGetReceipt().getJob()));
      case RECEIPT_READY -> ClientCodec.receiptReady(from.getReceiptReady());
      case LIST_JOBS -> new ClientMessage.ListJobs(from.getListJobs().getFirst());
      case JOBS -> ClientCodec.jobs(from.getJobs());
      case LIST_PEERS -> new ClientMessage.ListPeers(from.getListPeers().getFirst());
      case PEERS -> ClientCodec.peers(from.getPeers());
      case GET_TREE -> ClientCodec.getTree(from.getGetTree());
      case TREE -> ClientCodec.tree(from.getTree());
      case GET_LOGS -> ClientCodec.getLogs(from.getGetLogs());
      case LOGS -> ClientCodec.logs(from.getLogs());
      case TASK_LOGS -> TaskCodec.logs(from.getTaskLogs());
      case UNSET, _NOT_IN_SCHEMA -> throw Fields.unset("kind of message");
    };
  }

  static void write(BanyanWire.ReceiptEntry.Builder to, ReceiptEntry entry) {
    switch (entry) {
      case ReceiptEntry.ManifestEntry(Signed manifest) -> to.setManifest(manifest.toBytes());
      case ReceiptEntry.LeaseEntry(Signed lease) -> to.setLease(lease.toBytes());
      case ReceiptEntry.ReceiptOfLease(Signed receipt) -> to.setReceipt(receipt.toBytes());
      case ReceiptEntry.StepEntry(Step step) -> PlanCodec.write(to.initStep(), step);
      case ReceiptEntry.FailureEntry(Signed failure) -> to.setFailure(failure.toBytes());
      case ReceiptEntry.ReceiptEnd(Signed receipt) -> to.setEnd(receipt.toBytes());
    }
  }

  static ReceiptEntry receiptEntry(BanyanWire.ReceiptEntry.Reader from) {
    return switch (from.which()) {
      case MANIFEST ->
          new ReceiptEntry.ManifestEntry(
              Fields.signed("manifest", from.getManifest(), WireLimits.MANIFEST_BYTES_MAX));
      case LEASE ->
          new ReceiptEntry.LeaseEntry(
              Fields.signed("lease", from.getLease(), WireLimits.LEASE_BYTES_MAX));
      case RECEIPT ->
          new ReceiptEntry.ReceiptOfLease(
              Fields.signed("receipt", from.getReceipt(), WireLimits.RECEIPT_BYTES_MAX));
      case STEP -> new ReceiptEntry.StepEntry(PlanCodec.step(from.getStep()));
      case FAILURE ->
          new ReceiptEntry.FailureEntry(
              Fields.signed("task failure", from.getFailure(), WireLimits.TASK_FAILURE_BYTES_MAX));
      case END ->
          new ReceiptEntry.ReceiptEnd(
              Fields.signed("receipt", from.getEnd(), WireLimits.RECEIPT_BYTES_MAX));
      case UNSET, _NOT_IN_SCHEMA -> throw Fields.unset("entry of a job receipt");
    };
  }
}

package io.banyan.schema;

import io.banyan.schema.wire.BanyanWire;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.capnproto.Data;
import org.capnproto.DataList;
import org.capnproto.StructList;
import org.capnproto.Text;

/** The messages of {@code /banyan/task/1}, one by one. */
final class TaskCodec {
  private TaskCodec() {}

  static void write(BanyanWire.CapabilityReport.Builder to, CapabilityReport report) {
    to.setAgentVersion(report.agentVersion());
    to.setProtocolVersion(report.protocolVersion());
    Fields.put(
        to.initProfiles(report.profiles().size()),
        report.profiles().stream().map(Profile::id).toList());
    to.setWorkers(report.workers());
    to.setFreeWorkers(report.freeWorkers());
    to.setFuelPerSecond(report.fuelPerSecond());
    to.setMemoryBytes(report.memoryBytes());
    to.setQueueLength(report.queueLength());
    Fields.put(to.initLabels(report.labels().size()), report.labels());
    BanyanWire.JobLimits.Builder limits = to.initLimits();
    PlanCodec.write(limits.initCall(), report.limits().call());
    limits.setInputBytesMax(report.limits().inputBytesMax());
    limits.setLeavesMax(report.limits().leavesMax());
    to.setAccepting(report.accepting());
  }

  static CapabilityReport capabilityReport(BanyanWire.CapabilityReport.Reader from) {
    List<String> profiles =
        Fields.texts(
            "profiles",
            from.getProfiles(),
            CapabilityReport.PROFILES_MAX,
            PlanCodec.PROFILE_LENGTH_MAX);
    BanyanWire.JobLimits.Reader limits = from.getLimits();
    return new CapabilityReport(
        version(from.getAgentVersion()),
        from.getProtocolVersion(),
        profiles.stream().map(Profile::new).toList(),
        from.getWorkers(),
        from.getFreeWorkers(),
        from.getFuelPerSecond(),
        from.getMemoryBytes(),
        from.getQueueLength(),
        Fields.texts("labels", from.getLabels(), Routing.LABELS_MAX, Routing.LABEL_LENGTH_MAX),
        new CapabilityReport.JobLimits(
            PlanCodec.callLimits(limits.getCall()),
            limits.getInputBytesMax(),
            limits.getLeavesMax()),
        from.getAccepting());
  }

  static String version(Text.Reader from) {
    return Fields.text("agent version", from, Rules.VERSION_LENGTH_MAX);
  }

  static void write(BanyanWire.LeaseOffer.Builder to, TaskMessage.LeaseOffer offer) {
    byte[] manifest = offer.manifest().toBytes();
    Fields.put(to.initManifest(manifest.length), ByteBuffer.wrap(manifest));
    DataList.Builder chain = to.initChain(offer.chain().size());
    for (int i = 0; i < offer.chain().size(); i++) {
      chain.set(i, new Data.Reader(offer.chain().get(i).toBytes()));
    }
  }

  static TaskMessage.LeaseOffer leaseOffer(BanyanWire.LeaseOffer.Reader from) {
    return new TaskMessage.LeaseOffer(
        Fields.signed("manifest", from.getManifest(), WireLimits.MANIFEST_BYTES_MAX),
        Fields.signeds(
            "leases in a chain",
            from.getChain(),
            WireLimits.CHAIN_MAX,
            WireLimits.LEASE_BYTES_MAX));
  }

  static void write(BanyanWire.LeaseReply.Builder to, LeaseReply reply) {
    to.setLease(reply.lease().bytes());
    switch (reply.answer()) {
      case LeaseReply.Taken(long estimatedMillis) ->
          to.initAnswer().initAccepted().setEstimatedMillis(estimatedMillis);
      case Refused refused -> write(to.initAnswer().initRefused(), refused);
    }
  }

  static LeaseReply leaseReply(BanyanWire.LeaseReply.Reader from) {
    BanyanWire.LeaseReply.Answer.Reader answer = from.getAnswer();
    return new LeaseReply(
        lease(from.getLease()),
        switch (answer.which()) {
          case ACCEPTED -> new LeaseReply.Taken(answer.getAccepted().getEstimatedMillis());
          case REFUSED -> refused(answer.getRefused());
          case UNSET, _NOT_IN_SCHEMA -> throw Fields.unset("answer to a lease offer");
        });
  }

  static Digest lease(Data.Reader from) {
    return Fields.digest("digest of a lease", from);
  }

  static void write(BanyanWire.Refused.Builder to, Refused refused) {
    to.setCode(Fields.named(BanyanWire.RefusedCode.class, refused.code()));
    to.setSentence(refused.sentence());
    to.setRetryAfterMillis(refused.retryAfterMillis());
  }

  static Refused refused(BanyanWire.Refused.Reader from) {
    return new Refused(
        Fields.named(Refused.Code.class, from.getCode()),
        Fields.sentence("refusal", from.getSentence()),
        from.getRetryAfterMillis());
  }

  static void write(BanyanWire.Result.Builder to, TaskMessage.Result result) {
    to.setLease(result.lease().bytes());
    byte[] receipt = result.receipt().toBytes();
    Fields.put(to.initReceipt(receipt.length), ByteBuffer.wrap(receipt));
  }

  static TaskMessage.Result result(BanyanWire.Result.Reader from) {
    return new TaskMessage.Result(
        lease(from.getLease()),
        Fields.signed("receipt", from.getReceipt(), WireLimits.RECEIPT_BYTES_MAX));
  }

  static void write(BanyanWire.Failure.Builder to, Failure failure) {
    to.setLease(failure.lease().bytes());
    BanyanWire.Failure.Kind.Builder kind = to.initKind();
    switch (failure.kind()) {
      case Failure.NodeFailure(String sentence) -> kind.setNodeFailure(sentence);
      case Failure.TaskFailed(Signed signed) -> kind.setTaskFailure(signed.toBytes());
      case Failure.ValidationFailure(String sentence) -> kind.setValidationFailure(sentence);
      case Failure.TimeoutFailure(long millis) -> kind.setTimeoutFailure(millis);
      case Failure.LimitExceeded(Failure.BudgetKind which, String sentence) -> {
        BanyanWire.BudgetExceeded.Builder exceeded = kind.initLimitExceeded();
        exceeded.setWhich(Fields.named(BanyanWire.BudgetKind.class, which));
        exceeded.setSentence(sentence);
      }
      case Refused refused -> write(kind.initRefused(), refused);
    }
  }

  static Failure failure(BanyanWire.Failure.Reader from) {
    return new Failure(lease(from.getLease()), kind(from.getKind()));
  }

  private static Failure.Kind kind(BanyanWire.Failure.Kind.Reader from) {
    return switch (from.which()) {
      case NODE_FAILURE ->
          new Failure.NodeFailure(Fields.sentence("node failure", from.getNodeFailure()));
      case TASK_FAILURE ->
          new Failure.TaskFailed(
              Fields.signed(
                  "task failure", from.getTaskFailure(), WireLimits.TASK_FAILURE_BYTES_MAX));
      case VALIDATION_FAILURE ->
          new Failure.ValidationFailure(
              Fields.sentence("validation failure", from.getValidationFailure()));
      case TIMEOUT_FAILURE -> new Failure.TimeoutFailure(from.getTimeoutFailure());
      case LIMIT_EXCEEDED -> limitExceeded(from.getLimitExceeded());
      case REFUSED -> refused(from.getRefused());
      case UNSET, _NOT_IN_SCHEMA -> throw Fields.unset("kind of failure");
    };
  }

  private static Failure.LimitExceeded limitExceeded(BanyanWire.BudgetExceeded.Reader from) {
    return new Failure.LimitExceeded(
        Fields.named(Failure.BudgetKind.class, from.getWhich()),
        Fields.sentence("exceeded limit", from.getSentence()));
  }

  static void write(BanyanWire.Heartbeat.Builder to, Heartbeat heartbeat) {
    to.setSequence(heartbeat.sequence());
    to.setFreeWorkers(heartbeat.freeWorkers());
    StructList.Builder<BanyanWire.LeaseProgress.Builder> leases =
        to.initLeases(heartbeat.leases().size());
    for (int i = 0; i < heartbeat.leases().size(); i++) {
      Heartbeat.LeaseProgress progress = heartbeat.leases().get(i);
      leases.get(i).setLease(progress.lease().bytes());
      leases.get(i).setLeavesDone(progress.leavesDone());
      leases.get(i).setLeavesTotal(progress.leavesTotal());
      leases.get(i).setFuel(progress.fuel());
    }
  }

  static void write(BanyanWire.TaskLogs.Builder to, TaskMessage.TaskLogs logs) {
    to.setLease(logs.lease().bytes());
    write(to.initLines(logs.lines().size()), logs.lines());
    to.setCut(logs.cut());
  }

  static TaskMessage.TaskLogs logs(BanyanWire.TaskLogs.Reader from) {
    return new TaskMessage.TaskLogs(
        Fields.digest("lease", from.getLease()),
        Fields.list(
            "logged lines", from.getLines(), TaskMessage.TaskLogs.LINES_MAX, TaskCodec::loggedLine),
        from.getCut());
  }

  static void write(StructList.Builder<BanyanWire.LoggedLine.Builder> to, List<LoggedLine> lines) {
    for (int i = 0; i < lines.size(); i++) {
      LoggedLine line = lines.get(i);
      BanyanWire.LoggedLine.Builder one = to.get(i);
      PlanCodec.write(one.initNode(), line.node());
      one.setFunction(Fields.named(BanyanWire.GuestFunction.class, line.function()));
      one.setPeer(Fields.bytes(line.peer()));
      one.setLevel(line.level());
      one.setText(line.text());
    }
  }

  static LoggedLine loggedLine(BanyanWire.LoggedLine.Reader from) {
    return new LoggedLine(
        PlanCodec.planNode(from.getNode()),
        Fields.named(GuestFunction.class, from.getFunction()),
        Fields.peer(from.getPeer()),
        from.getLevel(),
        Fields.sentence("logged line", from.getText()));
  }

  static Heartbeat heartbeat(BanyanWire.Heartbeat.Reader from) {
    return new Heartbeat(
        from.getSequence(),
        from.getFreeWorkers(),
        Fields.list(
            "leases in a heartbeat", from.getLeases(), Heartbeat.LEASES_MAX, TaskCodec::progress));
  }

  private static Heartbeat.LeaseProgress progress(BanyanWire.LeaseProgress.Reader from) {
    return new Heartbeat.LeaseProgress(
        lease(from.getLease()), from.getLeavesDone(), from.getLeavesTotal(), from.getFuel());
  }

  static TaskMessage.CancelLease cancelLease(BanyanWire.CancelLease.Reader from) {
    return new TaskMessage.CancelLease(
        Fields.signed("cancel", from.getCancel(), WireLimits.CANCEL_BYTES_MAX));
  }

  static void write(BanyanWire.Orphan.Builder to, TaskMessage.Orphan orphan) {
    to.setJob(orphan.job().digest().bytes());
    StructList.Builder<BanyanWire.Orphan.Finished.Builder> finished =
        to.initFinished(orphan.finished().size());
    for (int i = 0; i < orphan.finished().size(); i++) {
      finished.get(i).setKey(orphan.finished().get(i).key().bytes());
      PlanCodec.write(finished.get(i).initValue(), orphan.finished().get(i).value());
    }
  }

  static TaskMessage.Orphan orphan(BanyanWire.Orphan.Reader from) {
    return new TaskMessage.Orphan(
        Fields.job(from.getJob()),
        Fields.list(
            "finished plan nodes",
            from.getFinished(),
            TaskMessage.Orphan.FINISHED_MAX,
            TaskCodec::finished));
  }

  private static TaskMessage.Finished finished(BanyanWire.Orphan.Finished.Reader from) {
    return new TaskMessage.Finished(
        Fields.digest("key", from.getKey()), PlanCodec.value(from.getValue()));
  }

  static void write(BanyanWire.ProofRequest.Builder to, TaskMessage.ProofRequest request) {
    to.setLease(request.lease().bytes());
    to.setKey(request.key().bytes());
    to.setFunction(Fields.named(BanyanWire.GuestFunction.class, request.function()));
  }

  static TaskMessage.ProofRequest proofRequest(BanyanWire.ProofRequest.Reader from) {
    return new TaskMessage.ProofRequest(
        lease(from.getLease()),
        Fields.digest("key", from.getKey()),
        PlanCodec.function(from.getFunction()));
  }

  static void write(BanyanWire.ProofReply.Builder to, ProofReply reply) {
    to.setLease(reply.lease().bytes());
    switch (reply.answer()) {
      case InclusionProof proof -> write(to.initAnswer().initProof(), proof);
      case Refused refused -> write(to.initAnswer().initRefused(), refused);
    }
  }

  private static void write(BanyanWire.InclusionProof.Builder to, InclusionProof proof) {
    PlanCodec.write(to.initClaim(), proof.claim());
    if (proof.beside().isPresent()) {
      InclusionProof.Beside at = proof.beside().get();
      BanyanWire.InclusionProof.Beside.Builder beside = to.initBeside();
      beside.setOthers(Fields.concatenated(at.others()));
      beside.setIndex(at.index());
      beside.setChildren(at.children());
      beside.setChildrenRoot(at.childrenRoot().bytes());
    }
    StructList.Builder<BanyanWire.InclusionProof.Level.Builder> levels =
        to.initLevels(proof.levels().size());
    for (int i = 0; i < proof.levels().size(); i++) {
      InclusionProof.Level level = proof.levels().get(i);
      levels.get(i).setOwn(Fields.concatenated(level.own()));
      levels.get(i).setIndex(level.index());
      levels.get(i).setChildren(level.children());
      levels.get(i).setPath(Fields.concatenated(level.path()));
    }
  }

  static ProofReply proofReply(BanyanWire.ProofReply.Reader from) {
    BanyanWire.ProofReply.Answer.Reader answer = from.getAnswer();
    return new ProofReply(
        lease(from.getLease()),
        switch (answer.which()) {
          case PROOF -> inclusionProof(answer.getProof());
          case REFUSED -> refused(answer.getRefused());
          case UNSET, _NOT_IN_SCHEMA -> throw Fields.unset("answer to a proof request");
        });
  }

  private static InclusionProof inclusionProof(BanyanWire.InclusionProof.Reader from) {
    return new InclusionProof(
        PlanCodec.claim(from.getClaim()),
        from.hasBeside() ? Optional.of(beside(from.getBeside())) : Optional.empty(),
        Fields.list(
            "levels of a proof", from.getLevels(), InclusionProof.LEVELS_MAX, TaskCodec::level));
  }

  private static InclusionProof.Beside beside(BanyanWire.InclusionProof.Beside.Reader from) {
    return new InclusionProof.Beside(
        Fields.digests("claims beside a claim", from.getOthers(), InclusionProof.OWN_MAX - 1),
        from.getIndex(),
        from.getChildren(),
        Fields.digest("root over children", from.getChildrenRoot()));
  }

  private static InclusionProof.Level level(BanyanWire.InclusionProof.Level.Reader from) {
    return new InclusionProof.Level(
        Fields.digests("own claims", from.getOwn(), InclusionProof.OWN_MAX),
        from.getIndex(),
        from.getChildren(),
        Fields.digests("hashes in a path", from.getPath(), InclusionProof.PATH_MAX));
  }

  static Ack ack(BanyanWire.Ack.Reader from) {
    return new Ack(Fields.digest("acknowledged digest", from.getDigest()));
  }
}

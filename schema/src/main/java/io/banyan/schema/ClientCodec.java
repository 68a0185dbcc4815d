package io.banyan.schema;

import io.banyan.schema.wire.BanyanWire;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import org.capnproto.StructList;

/** The messages of {@code /banyan/client/1}, one by one. */
final class ClientCodec {
  private ClientCodec() {}

  static void write(BanyanWire.SubmitJob.Builder to, ClientMessage.SubmitJob submit) {
    byte[] manifest = submit.manifest().toBytes();
    Fields.put(to.initManifest(manifest.length), ByteBuffer.wrap(manifest));
  }

  static ClientMessage.SubmitJob submitJob(BanyanWire.SubmitJob.Reader from) {
    return new ClientMessage.SubmitJob(
        Fields.signed("manifest", from.getManifest(), WireLimits.MANIFEST_BYTES_MAX));
  }

  static ClientMessage.JobAccepted jobAccepted(BanyanWire.JobAccepted.Reader from) {
    return new ClientMessage.JobAccepted(
        Fields.signed("acceptance", from.getAccepted(), WireLimits.ACCEPTED_BYTES_MAX));
  }

  static void write(BanyanWire.JobStatus.Builder to, JobStatus status) {
    to.setJob(status.job().digest().bytes());
    to.setState(Fields.named(BanyanWire.JobState.class, status.state()));
    to.setLeavesDone(status.leavesDone());
    to.setLeavesTotal(status.leavesTotal());
    to.setFuel(status.fuel());
    to.setStartedMillis(status.startedMillis());
    to.setUpdatedMillis(status.updatedMillis());
    to.setRemainingKnown(status.remainingMillis().isPresent());
    to.setRemainingMillis(status.remainingMillis().orElse(0));
    status.failure().ifPresent(to::setFailure);
    to.setVerification(status.verification());
  }

  static JobStatus jobStatus(BanyanWire.JobStatus.Reader from) {
    return new JobStatus(
        Fields.job(from.getJob()),
        Fields.named(JobState.class, from.getState()),
        from.getLeavesDone(),
        from.getLeavesTotal(),
        from.getFuel(),
        from.getStartedMillis(),
        from.getUpdatedMillis(),
        from.getRemainingKnown()
            ? OptionalLong.of(from.getRemainingMillis())
            : OptionalLong.empty(),
        from.hasFailure()
            ? Optional.of(Fields.sentence("failure", from.getFailure()))
            : Optional.empty(),
        Fields.sentence("verification", from.getVerification()));
  }

  static void write(BanyanWire.Watch.Builder to, ClientMessage.Watch watch) {
    to.setJob(watch.job().digest().bytes());
    to.setFromSequence(watch.fromSequence());
  }

  static ClientMessage.Watch watch(BanyanWire.Watch.Reader from) {
    return new ClientMessage.Watch(Fields.job(from.getJob()), from.getFromSequence());
  }

  static void write(BanyanWire.JobEvent.Builder to, JobEvent event) {
    to.setJob(event.job().digest().bytes());
    to.setSequence(event.sequence());
    to.setAtMillis(event.atMillis());
    BanyanWire.JobEvent.What.Builder what = to.initWhat();
    switch (event.what()) {
      case JobEvent.Moved(JobStatus status) -> write(what.initStatus(), status);
      case JobEvent.Decided(DecisionLine line) -> write(what.initDecided(), line);
      case JobEvent.AtNode(
              JobEvent.NodeEventKind kind,
              PlanNode node,
              PeerId peer,
              String sentence,
              double seconds,
              long fuel,
              int attempt) -> {
        BanyanWire.NodeEvent.Builder at = what.initNode();
        at.setKind(Fields.named(BanyanWire.NodeEventKind.class, kind));
        PlanCodec.write(at.initNode(), node);
        at.setPeer(Fields.bytes(peer));
        at.setSentence(sentence);
        at.setSeconds(seconds);
        at.setFuel(fuel);
        at.setAttempt(attempt);
      }
    }
  }

  static JobEvent jobEvent(BanyanWire.JobEvent.Reader from) {
    return new JobEvent(
        Fields.job(from.getJob()), from.getSequence(), from.getAtMillis(), what(from.getWhat()));
  }

  private static JobEvent.What what(BanyanWire.JobEvent.What.Reader from) {
    return switch (from.which()) {
      case STATUS -> new JobEvent.Moved(jobStatus(from.getStatus()));
      case DECIDED -> new JobEvent.Decided(decisionLine(from.getDecided()));
      case NODE -> atNode(from.getNode());
      case UNSET, _NOT_IN_SCHEMA -> throw Fields.unset("event of a job");
    };
  }

  private static JobEvent.AtNode atNode(BanyanWire.NodeEvent.Reader from) {
    return new JobEvent.AtNode(
        Fields.named(JobEvent.NodeEventKind.class, from.getKind()),
        PlanCodec.planNode(from.getNode()),
        Fields.peer(from.getPeer()),
        Fields.sentence("event", from.getSentence()),
        from.getSeconds(),
        from.getFuel(),
        from.getAttempt());
  }

  static void write(BanyanWire.GetJobResult.Builder to, ClientMessage.GetJobResult get) {
    to.setJob(get.job().digest().bytes());
    to.setTimeoutMillis(get.timeoutMillis());
  }

  static ClientMessage.GetJobResult getJobResult(BanyanWire.GetJobResult.Reader from) {
    return new ClientMessage.GetJobResult(Fields.job(from.getJob()), from.getTimeoutMillis());
  }

  static void write(BanyanWire.JobResult.Builder to, JobResult result) {
    to.setJob(result.job().digest().bytes());
    switch (result.answer()) {
      case JobResult.Whole(Value value, BlobRef receipt) -> {
        PlanCodec.write(to.initAnswer().initWhole(), value);
        PlanCodec.write(to.initReceipt(), receipt);
      }
      case JobResult.Partial partial -> write(to.initAnswer().initPartial(), partial);
    }
  }

  private static void write(BanyanWire.JobResult.Partial.Builder to, JobResult.Partial partial) {
    StructList.Builder<BanyanWire.JobResult.Piece.Builder> pieces =
        to.initPieces(partial.pieces().size());
    for (int i = 0; i < partial.pieces().size(); i++) {
      PlanCodec.write(pieces.get(i).initNode(), partial.pieces().get(i).node());
      PlanCodec.write(pieces.get(i).initValue(), partial.pieces().get(i).value());
    }
    StructList.Builder<BanyanWire.PlanNode.Builder> missing =
        to.initMissing(partial.missing().size());
    for (int i = 0; i < partial.missing().size(); i++) {
      PlanCodec.write(missing.get(i), partial.missing().get(i));
    }
    PlanCodec.write(to.initBytes(), partial.bytes());
  }

  static JobResult jobResult(BanyanWire.JobResult.Reader from) {
    BanyanWire.JobResult.Answer.Reader answer = from.getAnswer();
    return new JobResult(
        Fields.job(from.getJob()),
        switch (answer.which()) {
          case WHOLE ->
              new JobResult.Whole(
                  PlanCodec.value(answer.getWhole()), PlanCodec.blobRef(from.getReceipt()));
          case PARTIAL -> partial(answer.getPartial());
          case UNSET, _NOT_IN_SCHEMA -> throw Fields.unset("answer of a job");
        });
  }

  private static JobResult.Partial partial(BanyanWire.JobResult.Partial.Reader from) {
    return new JobResult.Partial(
        Fields.list(
            "pieces of an answer",
            from.getPieces(),
            JobResult.Partial.PIECES_MAX,
            ClientCodec::piece),
        Fields.list(
            "gaps in an answer",
            from.getMissing(),
            JobResult.Partial.MISSING_MAX,
            PlanCodec::planNode),
        PlanCodec.blobRef(from.getBytes()));
  }

  private static JobResult.Piece piece(BanyanWire.JobResult.Piece.Reader from) {
    return new JobResult.Piece(
        PlanCodec.planNode(from.getNode()), PlanCodec.value(from.getValue()));
  }

  static ClientMessage.CancelJob cancelJob(BanyanWire.CancelJob.Reader from) {
    return new ClientMessage.CancelJob(
        Fields.signed("cancel", from.getCancel(), WireLimits.CANCEL_BYTES_MAX));
  }

  static void write(BanyanWire.Explain.Builder to, ClientMessage.Explain explain) {
    to.setJob(explain.job().digest().bytes());
    explain.node().ifPresent(node -> PlanCodec.write(to.initNode(), node));
    to.setFirstLine(explain.firstLine());
  }

  static ClientMessage.Explain explain(BanyanWire.Explain.Reader from) {
    return new ClientMessage.Explain(
        Fields.job(from.getJob()),
        from.hasNode() ? Optional.of(PlanCodec.planNode(from.getNode())) : Optional.empty(),
        from.getFirstLine());
  }

  static void write(BanyanWire.Explanation.Builder to, ClientMessage.Explanation explanation) {
    StructList.Builder<BanyanWire.DecisionLine.Builder> lines =
        to.initLines(explanation.lines().size());
    for (int i = 0; i < explanation.lines().size(); i++) {
      write(lines.get(i), explanation.lines().get(i));
    }
    to.setMore(explanation.more());
  }

  static ClientMessage.Explanation explanation(BanyanWire.Explanation.Reader from) {
    return new ClientMessage.Explanation(
        Fields.list(
            "decision lines", from.getLines(), ClientMessage.ROWS_MAX, ClientCodec::decisionLine),
        from.getMore());
  }

  private static void write(BanyanWire.DecisionLine.Builder to, DecisionLine line) {
    to.setLink(line.link().bytes());
    PlanCodec.write(to.initNode(), line.node());
    to.setRole(Fields.named(BanyanWire.Role.class, line.role()));
    to.setDataSize(line.dataSize());
    to.setOperationWeight(line.operationWeight());
    to.setAvailableCapacity(line.availableCapacity());
    to.setThresholdSeconds(line.thresholdSeconds());
    to.setPredictedSeconds(line.predictedSeconds());
    to.setActualSeconds(line.actualSeconds());
    to.setReason(line.reason());
  }

  private static DecisionLine decisionLine(BanyanWire.DecisionLine.Reader from) {
    return new DecisionLine(
        Fields.digest("link", from.getLink()),
        PlanCodec.planNode(from.getNode()),
        Fields.named(DecisionLine.Role.class, from.getRole()),
        from.getDataSize(),
        from.getOperationWeight(),
        from.getAvailableCapacity(),
        from.getThresholdSeconds(),
        from.getPredictedSeconds(),
        from.getActualSeconds(),
        Fields.sentence("reason", from.getReason()));
  }

  static void write(BanyanWire.GetTree.Builder to, ClientMessage.GetTree get) {
    to.setJob(get.job().digest().bytes());
    to.setFirstLine(get.firstLine());
  }

  static ClientMessage.GetTree getTree(BanyanWire.GetTree.Reader from) {
    return new ClientMessage.GetTree(Fields.job(from.getJob()), from.getFirstLine());
  }

  static void write(BanyanWire.Tree.Builder to, ClientMessage.Tree tree) {
    StructList.Builder<BanyanWire.TreeLine.Builder> lines = to.initLines(tree.lines().size());
    for (int i = 0; i < tree.lines().size(); i++) {
      write(lines.get(i), tree.lines().get(i));
    }
    to.setMore(tree.more());
  }

  private static void write(BanyanWire.TreeLine.Builder to, TreeLine line) {
    PlanCodec.write(to.initNode(), line.node());
    to.setPeer(Fields.bytes(line.peer()));
    line.lender().ifPresent(lender -> to.setLender(Fields.bytes(lender)));
    to.setDepth(line.depth());
    to.setState(Fields.named(BanyanWire.LeaseState.class, line.state()));
    to.setLeaves(line.leaves());
    to.setLeavesBelow(line.leavesBelow());
    to.setSeconds(line.seconds());
    to.setFuel(line.fuel());
    to.setAttempt(line.attempt());
    line.failure().ifPresent(to::setFailure);
  }

  static ClientMessage.Tree tree(BanyanWire.Tree.Reader from) {
    return new ClientMessage.Tree(
        Fields.list(
            "lines of a tree", from.getLines(), ClientMessage.ROWS_MAX, ClientCodec::treeLine),
        from.getMore());
  }

  private static TreeLine treeLine(BanyanWire.TreeLine.Reader from) {
    return new TreeLine(
        PlanCodec.planNode(from.getNode()),
        Fields.peer(from.getPeer()),
        from.hasLender() ? Optional.of(Fields.peer(from.getLender())) : Optional.empty(),
        from.getDepth(),
        Fields.named(TreeLine.State.class, from.getState()),
        from.getLeaves(),
        from.getLeavesBelow(),
        from.getSeconds(),
        from.getFuel(),
        from.getAttempt(),
        from.hasFailure()
            ? Optional.of(Fields.sentence("failure", from.getFailure()))
            : Optional.empty());
  }

  static void write(BanyanWire.GetLogs.Builder to, ClientMessage.GetLogs get) {
    to.setJob(get.job().digest().bytes());
    get.node().ifPresent(node -> PlanCodec.write(to.initNode(), node));
    to.setFirstLine(get.firstLine());
  }

  static ClientMessage.GetLogs getLogs(BanyanWire.GetLogs.Reader from) {
    return new ClientMessage.GetLogs(
        Fields.job(from.getJob()),
        from.hasNode() ? Optional.of(PlanCodec.planNode(from.getNode())) : Optional.empty(),
        from.getFirstLine());
  }

  static void write(BanyanWire.Logs.Builder to, ClientMessage.Logs logs) {
    TaskCodec.write(to.initLines(logs.lines().size()), logs.lines());
    to.setMore(logs.more());
    to.setCut(logs.cut());
  }

  static ClientMessage.Logs logs(BanyanWire.Logs.Reader from) {
    return new ClientMessage.Logs(
        Fields.list("logged lines", from.getLines(), ClientMessage.ROWS_MAX, TaskCodec::loggedLine),
        from.getMore(),
        from.getCut());
  }

  static void write(BanyanWire.ReceiptReady.Builder to, ClientMessage.ReceiptReady ready) {
    to.setJob(ready.job().digest().bytes());
    PlanCodec.write(to.initReceipt(), ready.receipt());
  }

  static ClientMessage.ReceiptReady receiptReady(BanyanWire.ReceiptReady.Reader from) {
    return new ClientMessage.ReceiptReady(
        Fields.job(from.getJob()), PlanCodec.blobRef(from.getReceipt()));
  }

  static void write(BanyanWire.Jobs.Builder to, ClientMessage.Jobs jobs) {
    StructList.Builder<BanyanWire.JobSummary.Builder> rows = to.initJobs(jobs.jobs().size());
    for (int i = 0; i < jobs.jobs().size(); i++) {
      write(rows.get(i), jobs.jobs().get(i));
    }
    to.setMore(jobs.more());
  }

  private static void write(BanyanWire.JobSummary.Builder to, JobSummary job) {
    to.setJob(job.job().digest().bytes());
    to.setSubmitter(job.submitter().bytes().toArray());
    to.setState(Fields.named(BanyanWire.JobState.class, job.state()));
    to.setLeavesDone(job.leavesDone());
    to.setLeavesTotal(job.leavesTotal());
    to.setCreatedMillis(job.createdMillis());
    to.setUpdatedMillis(job.updatedMillis());
  }

  static ClientMessage.Jobs jobs(BanyanWire.Jobs.Reader from) {
    return new ClientMessage.Jobs(
        Fields.list("jobs", from.getJobs(), ClientMessage.ROWS_MAX, ClientCodec::jobSummary),
        from.getMore());
  }

  private static JobSummary jobSummary(BanyanWire.JobSummary.Reader from) {
    return new JobSummary(
        Fields.job(from.getJob()),
        Fields.key(from.getSubmitter()),
        Fields.named(JobState.class, from.getState()),
        from.getLeavesDone(),
        from.getLeavesTotal(),
        from.getCreatedMillis(),
        from.getUpdatedMillis());
  }

  static void write(BanyanWire.Peers.Builder to, ClientMessage.Peers peers) {
    StructList.Builder<BanyanWire.PeerSummary.Builder> rows = to.initPeers(peers.peers().size());
    for (int i = 0; i < peers.peers().size(); i++) {
      write(rows.get(i), peers.peers().get(i));
    }
    to.setMore(peers.more());
  }

  private static void write(BanyanWire.PeerSummary.Builder to, PeerSummary peer) {
    to.setPeer(Fields.bytes(peer.peer()));
    peer.address().ifPresent(to::setAddress);
    to.setConnected(peer.connected());
    to.setStanding(Fields.named(BanyanWire.Standing.class, peer.standing()));
    to.setAgentVersion(peer.agentVersion());
    to.setRoundTripMicros(peer.roundTripMicros());
    to.setFuelPerSecond(peer.fuelPerSecond());
    to.setFreeWorkers(peer.freeWorkers());
    to.setLeases(peer.leases());
    to.setDraining(peer.draining());
  }

  static ClientMessage.Peers peers(BanyanWire.Peers.Reader from) {
    return new ClientMessage.Peers(
        Fields.list("peers", from.getPeers(), ClientMessage.ROWS_MAX, ClientCodec::peerSummary),
        from.getMore());
  }

  private static PeerSummary peerSummary(BanyanWire.PeerSummary.Reader from) {
    return new PeerSummary(
        Fields.peer(from.getPeer()),
        from.hasAddress()
            ? Optional.of(Fields.text("address", from.getAddress(), Rules.ADDRESS_LENGTH_MAX))
            : Optional.empty(),
        from.getConnected(),
        Fields.named(Standing.class, from.getStanding()),
        TaskCodec.version(from.getAgentVersion()),
        from.getRoundTripMicros(),
        from.getFuelPerSecond(),
        from.getFreeWorkers(),
        from.getLeases(),
        from.getDraining());
  }
}

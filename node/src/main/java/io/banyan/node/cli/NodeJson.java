package io.banyan.node.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.banyan.node.JobBook;
import io.banyan.node.TaskLog;
import io.banyan.schema.CallLimits;
import io.banyan.schema.CapabilityReport;
import io.banyan.schema.DecisionLine;
import io.banyan.schema.JobEvent;
import io.banyan.schema.JobId;
import io.banyan.schema.JobStatus;
import io.banyan.schema.JobSummary;
import io.banyan.schema.LoggedLine;
import io.banyan.schema.PeerId;
import io.banyan.schema.PeerSummary;
import io.banyan.schema.TreeLine;
import java.util.List;
import java.util.function.Function;

/** What a node answers, for programs. */
final class NodeJson {
  private NodeJson() {}

  static JsonObject status(JobStatus status) {
    JsonObject json = new JsonObject();
    json.addProperty("job", status.job().toString());
    json.addProperty("state", status.state().name());
    json.addProperty("leavesDone", status.leavesDone());
    json.addProperty("leavesTotal", status.leavesTotal());
    json.addProperty("fuel", status.fuel());
    json.addProperty("startedMillis", status.startedMillis());
    json.addProperty("updatedMillis", status.updatedMillis());
    status.remainingMillis().ifPresent(millis -> json.addProperty("remainingMillis", millis));
    status.failure().ifPresent(cause -> json.addProperty("cause", cause));
    json.addProperty("verification", status.verification());
    return json;
  }

  static JsonObject tree(JobId job, List<TreeLine> lines) {
    JsonObject json = new JsonObject();
    json.addProperty("job", job.toString());
    json.addProperty("verification", JobBook.VERIFICATION);
    json.addProperty("peers", lines.stream().map(TreeLine::peer).distinct().count());
    json.addProperty("depth", lines.stream().mapToInt(TreeLine::depth).max().orElse(0));
    json.add("tree", DelegationTree.of(lines).json());
    return json;
  }

  static JsonObject decisions(JobId job, List<DecisionLine> lines, List<TreeLine> leases) {
    JsonObject json = new JsonObject();
    json.addProperty("job", job.toString());
    json.add("decisions", array(lines, NodeJson::decision));
    json.add("leases", array(leases, NodeJson::lease));
    return json;
  }

  private static JsonObject lease(TreeLine line) {
    JsonObject json = new JsonObject();
    json.addProperty("node", line.node().toString());
    json.addProperty("peer", line.peer().toString());
    json.addProperty("depth", line.depth());
    json.addProperty("state", line.state().name());
    json.addProperty("leaves", line.leavesBelow());
    json.addProperty("seconds", line.seconds());
    json.addProperty("fuel", line.fuel());
    json.addProperty("attempt", line.attempt());
    line.failure().ifPresent(why -> json.addProperty("failure", why));
    return json;
  }

  static JsonObject logs(JobId job, TaskLog.Kept kept) {
    JsonObject json = new JsonObject();
    json.addProperty("job", job.toString());
    json.add("lines", array(kept.lines(), NodeJson::logged));
    json.addProperty("cut", kept.cut());
    return json;
  }

  private static JsonObject logged(LoggedLine line) {
    JsonObject json = new JsonObject();
    json.addProperty("node", line.node().toString());
    json.addProperty("function", line.function().exportName());
    json.addProperty("peer", line.peer().toString());
    json.addProperty("level", GuestLogs.level(line.level()));
    json.addProperty("text", line.text());
    return json;
  }

  static JsonObject event(JobEvent event) {
    JsonObject json = new JsonObject();
    json.addProperty("job", event.job().toString());
    json.addProperty("sequence", event.sequence());
    json.addProperty("atMillis", event.atMillis());
    switch (event.what()) {
      case JobEvent.Moved(JobStatus status) -> json.add("status", status(status));
      case JobEvent.Decided(DecisionLine line) -> json.add("decision", decision(line));
      case JobEvent.AtNode at -> json.add("lease", atNode(at));
    }
    return json;
  }

  private static JsonObject atNode(JobEvent.AtNode at) {
    JsonObject json = new JsonObject();
    json.addProperty("kind", at.kind().name());
    json.addProperty("node", at.node().toString());
    json.addProperty("peer", at.peer().toString());
    json.addProperty("sentence", at.sentence());
    json.addProperty("seconds", at.seconds());
    json.addProperty("fuel", at.fuel());
    json.addProperty("attempt", at.attempt());
    return json;
  }

  static JsonObject decision(DecisionLine line) {
    JsonObject json = new JsonObject();
    json.addProperty("link", line.link().toString());
    json.addProperty("node", line.node().toString());
    json.addProperty("role", line.role().name());
    json.addProperty("dataSize", line.dataSize());
    json.addProperty("operationWeight", line.operationWeight());
    json.addProperty("availableCapacity", line.availableCapacity());
    json.addProperty("complexityScoreSeconds", NodeText.scoreSeconds(line));
    json.addProperty("thresholdSeconds", line.thresholdSeconds());
    json.addProperty("predictedSeconds", line.predictedSeconds());
    json.addProperty("actualSeconds", line.actualSeconds());
    json.addProperty("reason", line.reason());
    return json;
  }

  static JsonObject jobs(List<JobSummary> jobs) {
    JsonObject json = new JsonObject();
    json.add("jobs", array(jobs, NodeJson::job));
    return json;
  }

  private static JsonObject job(JobSummary job) {
    JsonObject json = new JsonObject();
    json.addProperty("job", job.job().toString());
    json.addProperty("submitter", job.submitter().toString());
    json.addProperty("state", job.state().name());
    json.addProperty("leavesDone", job.leavesDone());
    json.addProperty("leavesTotal", job.leavesTotal());
    json.addProperty("createdMillis", job.createdMillis());
    json.addProperty("updatedMillis", job.updatedMillis());
    return json;
  }

  static JsonObject peers(List<PeerSummary> peers) {
    JsonObject json = new JsonObject();
    json.add("peers", array(peers, NodeJson::peer));
    return json;
  }

  private static JsonObject peer(PeerSummary peer) {
    JsonObject json = new JsonObject();
    json.addProperty("peer", peer.peer().toString());
    peer.address().ifPresent(address -> json.addProperty("address", address));
    json.addProperty("connected", peer.connected());
    json.addProperty("standing", peer.standing().name());
    json.addProperty("agentVersion", peer.agentVersion());
    json.addProperty("roundTripMicros", peer.roundTripMicros());
    json.addProperty("fuelPerSecond", peer.fuelPerSecond());
    json.addProperty("freeWorkers", peer.freeWorkers());
    json.addProperty("leases", peer.leases());
    json.addProperty("draining", peer.draining());
    return json;
  }

  static JsonObject capacity(PeerId node, CapabilityReport report) {
    JsonObject json = new JsonObject();
    json.addProperty("node", node.toString());
    json.addProperty("agentVersion", report.agentVersion());
    json.addProperty("protocolVersion", report.protocolVersion());
    JsonArray profiles = new JsonArray();
    report.profiles().forEach(profile -> profiles.add(profile.id()));
    json.add("profiles", profiles);
    json.addProperty("workers", report.workers());
    json.addProperty("freeWorkers", report.freeWorkers());
    json.addProperty("fuelPerSecond", report.fuelPerSecond());
    json.addProperty("memoryBytes", report.memoryBytes());
    json.addProperty("queueLength", report.queueLength());
    JsonArray labels = new JsonArray();
    report.labels().forEach(labels::add);
    json.add("labels", labels);
    json.add("limits", limits(report.limits()));
    json.addProperty("accepting", report.accepting());
    return json;
  }

  private static JsonObject limits(CapabilityReport.JobLimits limits) {
    JsonObject json = new JsonObject();
    CallLimits call = limits.call();
    json.addProperty("callFuel", call.fuel());
    json.addProperty("callMemoryBytes", call.memoryBytesMax());
    json.addProperty("callDepthBytes", call.depthBytesMax());
    json.addProperty("callOutputBytes", call.outputBytesMax());
    json.addProperty("callMillis", call.wallMillis());
    json.addProperty("inputBytes", limits.inputBytesMax());
    json.addProperty("leaves", limits.leavesMax());
    return json;
  }

  private static <T> JsonArray array(List<T> rows, Function<T, JsonObject> row) {
    JsonArray array = new JsonArray();
    rows.forEach(one -> array.add(row.apply(one)));
    return array;
  }
}

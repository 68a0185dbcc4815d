package io.banyan.node.cli;

import io.banyan.node.JobBook;
import io.banyan.node.Quantities;
import io.banyan.schema.CallLimits;
import io.banyan.schema.CapabilityReport;
import io.banyan.schema.DecisionLine;
import io.banyan.schema.JobEvent;
import io.banyan.schema.JobStatus;
import io.banyan.schema.JobSummary;
import io.banyan.schema.LoggedLine;
import io.banyan.schema.PeerId;
import io.banyan.schema.PeerSummary;
import io.banyan.schema.Profile;
import io.banyan.schema.TreeLine;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a node answers, in lines for people. */
final class NodeText {
  private NodeText() {}

  static List<String> status(JobStatus status) {
    List<String> lines = new ArrayList<>();
    lines.add("job          " + status.job());
    lines.add("state        " + status.state().words());
    lines.add("leaves       " + leaves(status.leavesDone(), status.leavesTotal()));
    lines.add("fuel         " + Quantities.fuel(status.fuel()));
    if (status.startedMillis() > 0) {
      lines.add("started      " + time(status.startedMillis()));
    }
    lines.add("changed      " + time(status.updatedMillis()));
    status
        .remainingMillis()
        .ifPresent(millis -> lines.add("remaining    " + Quantities.seconds(millis / 1e3)));
    status.failure().ifPresent(cause -> lines.add("cause        " + cause));
    lines.add("verification " + status.verification());
    return lines;
  }

  private static String leaves(long done, long total) {
    return done + " of " + (total == 0 ? "?" : Long.toString(total));
  }

  private static String time(long millis) {
    return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  static String job(JobSummary job) {
    return String.format(
        Locale.ROOT,
        "%s  %-9s  %s leaves  made %s  by %s",
        job.job(),
        job.state().words(),
        leaves(job.leavesDone(), job.leavesTotal()),
        time(job.createdMillis()),
        DelegationTree.shortName(job.submitter().peerId()));
  }

  static String peer(PeerSummary peer) {
    return peer.peer()
        + (!peer.connected() ? "  away     " : peer.draining() ? "  draining " : "  connected")
        + "  "
        + peer.standing().name().toLowerCase(Locale.ROOT)
        + "  "
        + (peer.roundTripMicros() == 0
            ? "round trip unknown"
            : "round trip " + Quantities.seconds(peer.roundTripMicros() / 1e6))
        + "  "
        + peer.freeWorkers()
        + " free workers  "
        + peer.leases()
        + " leases  "
        + (peer.fuelPerSecond() == 0
            ? "speed not measured yet"
            : Quantities.fuel(peer.fuelPerSecond()) + " fuel a second")
        + "  "
        + peer.agentVersion()
        + peer.address().map(address -> "  " + address).orElse("");
  }

  static List<String> capacity(PeerId node, CapabilityReport report) {
    CallLimits call = report.limits().call();
    return List.of(
        "node      " + node + ", " + report.agentVersion(),
        "profiles  " + String.join(", ", report.profiles().stream().map(Profile::id).toList()),
        "workers   " + report.freeWorkers() + " free of " + report.workers(),
        "speed     "
            + (report.fuelPerSecond() == 0
                ? "not measured yet"
                : Quantities.fuel(report.fuelPerSecond()) + " fuel a second by each worker"),
        "memory    " + Quantities.bytes(report.memoryBytes()) + " for all guests",
        "queue     " + report.queueLength() + " calls",
        "a call    up to "
            + Quantities.fuel(call.fuel())
            + " fuel, "
            + Quantities.bytes(call.memoryBytesMax())
            + " of memory, "
            + Quantities.bytes(call.outputBytesMax())
            + " of output, "
            + Quantities.seconds(call.wallMillis() / 1e3),
        "a job     up to "
            + Quantities.bytes(report.limits().inputBytesMax())
            + " of input, "
            + report.limits().leavesMax()
            + " leaves",
        "new work  " + (report.accepting() ? "is taken" : "is refused: the node is drained"));
  }

  /** A decision, and the figures behind it. */
  static List<String> decision(DecisionLine line) {
    return List.of(
        line.node()
            + " ("
            + line.link().abbreviated()
            + "): "
            + line.role().name().toLowerCase(Locale.ROOT)
            + ": "
            + line.reason(),
        "  " + score(line, "unit"));
  }

  /**
   * The ComplexityScore of a decision, spelled out.
   *
   * @param unit what the work is counted in: a byte, or a cell; a unit, where that is not known
   */
  static String score(DecisionLine line, String unit) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "ComplexityScore %.3g s = %.0f %ss × %s fuel a %s / %s fuel a second; threshold %.3g s",
            scoreSeconds(line),
            line.dataSize(),
            unit,
            Quantities.fuel(line.operationWeight()),
            unit,
            Quantities.fuel(line.availableCapacity()),
            line.thresholdSeconds()));
    if (line.predictedSeconds() > 0) {
      text.append(String.format(Locale.ROOT, "; predicted %.3g s", line.predictedSeconds()));
    }
    if (line.actualSeconds() > 0) {
      text.append(String.format(Locale.ROOT, "; real %.3g s", line.actualSeconds()));
    }
    return text.toString();
  }

  /** dataSize × operationWeight / availableCapacity; 0 where nothing can be said. */
  static double scoreSeconds(DecisionLine line) {
    return line.availableCapacity() == 0
        ? 0
        : line.dataSize() * line.operationWeight() / line.availableCapacity();
  }

  /** Something that happened, in a line. */
  static String event(JobEvent event) {
    String what =
        switch (event.what()) {
          case JobEvent.Moved(JobStatus status) ->
              status.state().words()
                  + ", "
                  + leaves(status.leavesDone(), status.leavesTotal())
                  + " leaves"
                  + status.failure().map(cause -> ": " + cause).orElse("");
          case JobEvent.Decided(DecisionLine line) ->
              line.node()
                  + " "
                  + line.role().name().toLowerCase(Locale.ROOT)
                  + ": "
                  + line.reason()
                  + "; "
                  + score(line, "unit");
          case JobEvent.AtNode at -> atNode(at);
        };
    return event.sequence() + "  " + Instant.ofEpochMilli(event.atMillis()) + "  " + what;
  }

  private static String atNode(JobEvent.AtNode at) {
    StringBuilder text = new StringBuilder();
    text.append(at.node())
        .append(' ')
        .append(at.kind().name().toLowerCase(Locale.ROOT))
        .append(": ")
        .append(DelegationTree.shortName(at.peer()))
        .append(": ")
        .append(at.sentence());
    spent(at.seconds(), at.fuel(), at.attempt()).forEach(each -> text.append(", ").append(each));
    return text.toString();
  }

  /** What is known of what a lease took. */
  private static List<String> spent(double seconds, long fuel, int attempt) {
    List<String> spent = new ArrayList<>();
    if (seconds > 0) {
      spent.add(Quantities.seconds(seconds));
    }
    if (fuel > 0) {
      spent.add(Quantities.fuel(fuel) + " fuel");
    }
    if (attempt > 0) {
      spent.add("retry " + attempt);
    }
    return spent;
  }

  /** What became of a lease, in a line. */
  static String lent(TreeLine line) {
    List<String> words = new ArrayList<>();
    words.add(
        line.node()
            + ": lent to "
            + DelegationTree.shortName(line.peer())
            + ", "
            + DelegationTree.words(line.state()));
    words.add(line.leavesBelow() + " leaves");
    words.addAll(spent(line.seconds(), line.fuel(), line.attempt()));
    line.failure().ifPresent(words::add);
    return String.join(", ", words);
  }

  /** A line that a guest logged. */
  static String logged(LoggedLine line) {
    return line.node()
        + " "
        + line.function().exportName()
        + " "
        + GuestLogs.level(line.level())
        + " by "
        + DelegationTree.shortName(line.peer())
        + ": "
        + Words.printable(line.text());
  }

  /** What stands under a tree. */
  static List<String> treeFooter(List<TreeLine> lines) {
    if (lines.isEmpty()) {
      return List.of("nothing is known of who works on it");
    }
    long peers = lines.stream().map(TreeLine::peer).distinct().count();
    int depth = lines.stream().mapToInt(TreeLine::depth).max().orElse(0);
    return List.of(
        peers
            + (peers == 1 ? " peer" : " peers")
            + ", depth "
            + depth
            + "; "
            + JobBook.VERIFICATION);
  }
}

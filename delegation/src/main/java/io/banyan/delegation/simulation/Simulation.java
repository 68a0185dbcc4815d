package io.banyan.delegation.simulation;

import io.banyan.delegation.JobEnd;
import io.banyan.delegation.Known;
import io.banyan.delegation.PlannedCall;
import io.banyan.schema.Bytes;
import io.banyan.schema.Claim;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.JobId;
import io.banyan.schema.LeaseReply;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Refused;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * One run of a {@link Scenario}: nodes, the network between them, and users who submit jobs. First
 * things go wrong, and nothing wrong may come of it (safety); then they do not any more, and every
 * job must end, and leave nothing behind (liveness).
 *
 * <p>Confined to one thread.
 */
final class Simulation {
  static final int ENTRY = 0;

  private static final long SECOND = 1_000_000_000;
  private static final long LOOK_NANOS = 5 * SECOND;

  /** All jobs must have ended so long after the last fault: one node alone takes half of it. */
  private static final long ENDED_AFTER_NANOS = 20_000 * SECOND;

  /** Nothing may be left so long after the last job: a child goes on for a minute alone. */
  private static final long QUIET_AFTER_NANOS = 200 * SECOND;

  /**
   * And so long where lenders have crashed: nobody can tell their children of the leases that were
   * forgotten, and they finish those.
   */
  private static final long QUIET_AFTER_CRASH_NANOS = 20_000 * SECOND;

  final Scenario scenario;
  final Cast cast;
  final Agenda agenda = new Agenda();
  final Story story;
  final VirtualNetwork network;
  final Envelope envelope;
  final SplittableRandom noise;
  private final List<VirtualNode> nodes = new ArrayList<>();
  private final Map<JobId, VirtualJob> jobs = new LinkedHashMap<>();
  private final Map<JobId, Oracle> oracles = new HashMap<>();
  private final Map<JobId, Long> acceptedNanos = new LinkedHashMap<>();
  private final Map<JobId, JobEnd> ends = new LinkedHashMap<>();
  private final Map<FaultKind, SplittableRandom> chances = new EnumMap<>(FaultKind.class);
  private final Set<Digest> finished = new HashSet<>(); // by key
  private final SplittableRandom choices;
  private final FaultPlan faults;
  private long endedNanos; // the last job
  private long calls;
  private long leaves;
  private long fetches;
  private long leases;
  private int mostOfOneNode;

  Simulation(Scenario scenario, Cast cast, boolean wholeStory) {
    this.scenario = scenario;
    this.cast = cast;
    this.story = new Story(agenda, wholeStory);
    this.network = new VirtualNetwork(this);
    this.envelope = new Envelope(this, scenario.wire());
    this.noise = scenario.draws().of("noise");
    this.choices = scenario.draws().of("choices");
    for (FaultKind kind : FaultKind.values()) {
      chances.put(kind, scenario.draws().of("chance of " + kind.words()));
    }
    for (Scenario.Member member : scenario.members()) {
      nodes.add(cast.node(this, nodes.size(), member));
    }
    for (Scenario.Pair pair : scenario.links()) {
      network.join(nodes.get(pair.one()), nodes.get(pair.other()), pair.latencyNanos());
    }
    scenario.jobs().forEach(job -> jobs.put(job.id(), job));
    this.faults = new FaultPlan(this);
  }

  /** The name of node {@code number}; names are in the order of numbers. */
  static PeerId peerId(int number) {
    byte[] key = ByteBuffer.allocate(PublicKey.LENGTH).putInt(number + 1).array();
    return new PeerId(new PublicKey(Bytes.of(key)));
  }

  static int number(PeerId id) {
    return id.key().bytes().asByteBuffer().getInt() - 1;
  }

  VirtualNode node(int number) {
    return nodes.get(number);
  }

  List<VirtualNode> nodes() {
    return nodes;
  }

  VirtualJob job(JobId id) {
    VirtualJob job = jobs.get(id);
    if (job == null) {
      throw new IllegalStateException("there is no job " + id);
    }
    return job;
  }

  /** What the job {@code id} should come to. */
  Oracle oracle(JobId id) {
    return oracles.computeIfAbsent(id, _ -> new Oracle(job(id), scenario.audited()));
  }

  /* Chance. */

  boolean isFaulty() {
    return agenda.nowNanos() < scenario.faults().untilNanos();
  }

  boolean strikes(FaultKind kind) {
    return strikes(kind, Violation.present(chances.get(kind), "chance of it"));
  }

  boolean strikes(FaultKind kind, SplittableRandom random) {
    int rate = scenario.faults().rate(kind);
    return rate > 0 && isFaulty() && random.nextInt(1000) < rate;
  }

  boolean tosses() {
    return choices.nextBoolean();
  }

  LeaseReply.Answer drawnRefusal() {
    return choices.nextBoolean()
        ? new Refused(Refused.Code.NOT_ALLOWED, "not here", 0)
        : new Refused(Refused.Code.BUSY, "not now", choices.nextInt(3000));
  }

  /** At once, when the machine says that the process is gone; or when its silence is noticed. */
  long noticedAfterNanos() {
    return choices.nextBoolean() ? choices.nextLong(SECOND / 10) : choices.nextLong(45 * SECOND);
  }

  /* Users. */

  private void submit(VirtualJob job) {
    if (acceptedNanos.containsKey(job.id())) {
      return;
    }
    VirtualNode entry = nodes.get(ENTRY);
    if (entry.isAlive()) {
      entry.submit(job);
    }
    agenda.in(SECOND, () -> submit(job));
  }

  void accepted(VirtualJob job) {
    acceptedNanos.putIfAbsent(job.id(), agenda.nowNanos());
  }

  private void cancel(VirtualJob job) {
    VirtualNode entry = nodes.get(ENTRY);
    if (entry.isAlive() && !ends.containsKey(job.id())) {
      story.note("job ", job.link().abbreviated(), " is cancelled");
      entry.cancel(job);
    }
  }

  /** A job has ended {@code end}, as its journal says. */
  void ended(VirtualJob job, JobEnd end) {
    JobEnd before = ends.putIfAbsent(job.id(), end);
    Violation.unless(
        before == null || before.equals(end),
        "job ",
        job.id(),
        " ended as ",
        before,
        ", and ",
        end);
    if (before == null) {
      endedNanos = agenda.nowNanos();
    }
  }

  /** What {@code key} names came to something, made of what is below it. */
  void finished(Digest key) {
    finished.add(key);
  }

  /** Whether that has happened anywhere. */
  boolean wasFinished(Digest key) {
    return finished.contains(key);
  }

  void countCall(PlannedCall call) {
    calls++;
    leaves += call.function() == GuestFunction.EXECUTE ? 1 : 0;
  }

  void countLease() {
    leases++;
  }

  void countFetches(int more) {
    fetches += more;
  }

  /* The run. */

  /** Runs until all is done, or something happens that must not. */
  Report run() {
    for (Connection connection : network.connections()) {
      agenda.at(choices.nextLong(SECOND), () -> network.connect(connection));
    }
    for (VirtualNode node : nodes) {
      node.beat(choices.nextLong(SECOND));
    }
    for (VirtualJob job : jobs.values()) {
      agenda.at(job.submitNanos(), () -> submit(job));
      job.cancelNanos().ifPresent(nanos -> agenda.at(nanos, () -> cancel(job)));
    }
    faults.begin();
    look();
    long latestNanos = scenario.faults().untilNanos() + ENDED_AFTER_NANOS;
    while (ends.size() < jobs.size()) {
      if (agenda.nowNanos() > latestNanos) {
        throw new Violation("jobs do not end: " + unfinished());
      }
      agenda.happen();
    }
    Report report = report();
    if (scenario.audited()) {
      jobs.values().forEach(this::validate);
      awaitQuiet();
    }
    return report;
  }

  /** Nobody goes on for ever for who is lost, nor keeps track of the whole network. */
  private void look() {
    for (VirtualNode node : nodes) {
      long longest = node.isAlive() ? node.holder().longestOrphanNanos() : 0;
      if (longest > VirtualHolder.ORPHAN_NANOS + LOOK_NANOS) {
        throw new Violation("node " + node.number + " works on for a lender long lost");
      }
      mostOfOneNode = Math.max(mostOfOneNode, node.kept());
    }
    agenda.in(LOOK_NANOS, this::look);
  }

  /** What was begun is given up everywhere. */
  private void awaitQuiet() {
    long fromNanos = Math.max(agenda.nowNanos(), scenario.faults().untilNanos());
    long lookNanos = fromNanos;
    while (true) {
      while (agenda.nextNanos() <= lookNanos) {
        agenda.happen();
      }
      List<String> unfinished = unfinished();
      if (unfinished.isEmpty() && nodes.stream().allMatch(VirtualNode::isAlive)) {
        return;
      }
      boolean crashes = nodes.stream().anyMatch(node -> node.lives() > 0);
      long patience = crashes ? QUIET_AFTER_CRASH_NANOS : QUIET_AFTER_NANOS;
      Violation.unless(lookNanos - fromNanos <= patience, "left behind: ", unfinished);
      lookNanos += SECOND;
    }
  }

  private List<String> unfinished() {
    return nodes.stream()
        .filter(VirtualNode::isAlive)
        .flatMap(node -> node.unfinished().stream())
        .toList();
  }

  private void validate(VirtualJob job) {
    Oracle oracle = oracle(job.id());
    JobEnd end = Violation.present(ends.get(job.id()), "end of a job");
    switch (end) {
      case JobEnd.Completed _ ->
          Violation.unless(
              isRight(job), "job ", job.id(), " does not come to what one node comes to");
      case JobEnd.TaskFailed(PlanNode planNode, Claim claim) ->
          Violation.unless(
              oracle
                  .failure(planNode)
                  .filter(
                      failure ->
                          failure.outcome().equals(claim.outcome())
                              && failure.function() == claim.function()
                              && failure.input().equals(claim.input()))
                  .isPresent(),
              "plan node ",
              planNode,
              " does not fail so when one node runs it: ",
              claim);
      case JobEnd.Cancelled() ->
          Violation.unless(job.cancelNanos().isPresent(), "nobody cancelled job ", job.id());
      case JobEnd.Partial partial -> requirePieces(job, oracle, partial);
      case JobEnd.PlanRefused _, JobEnd.NodeFailed _, JobEnd.TimedOut _, JobEnd.Shed() ->
          throw new Violation("job " + job.id() + " ended as " + end);
    }
  }

  /** Something of {@code job} fails, its user allowed for that, and all that is there is right. */
  private static void requirePieces(VirtualJob job, Oracle oracle, JobEnd.Partial partial) {
    int permille = job.manifest().partialPermille();
    Violation.unless(
        permille < 1000 && oracle.root().isEmpty(),
        "job ",
        job.id(),
        " wants ",
        permille,
        " permille, and ended as ",
        partial);
    long leaves = 0;
    for (JobEnd.Piece piece : partial.pieces()) {
      Oracle.Answer answer =
          oracle
              .answer(piece.node())
              .orElseThrow(() -> new Violation(piece.node() + " comes to nothing"));
      Violation.unless(answer.value().equals(piece.value()), piece, " is ", answer);
      leaves += answer.evidence().leaves();
    }
    Violation.unless(leaves == partial.leaves(), leaves, " leaves are in ", partial);
    for (PlanNode gap : partial.missing()) {
      for (JobEnd.Piece piece : partial.pieces()) {
        Violation.unless(
            !Known.isWithin(gap, piece.node()) && !Known.isWithin(piece.node(), gap),
            gap,
            " is missing, and there is ",
            piece);
      }
    }
  }

  /** Whether {@code job} has come to what one node comes to. */
  boolean isRight(VirtualJob job) {
    return ends.get(job.id()) instanceof JobEnd.Completed completed
        && oracle(job.id())
            .root()
            .filter(answer -> answer.value().equals(completed.value()))
            .filter(answer -> answer.evidence().equals(completed.evidence()))
            .isPresent();
  }

  private Report report() {
    long firstNanos = acceptedNanos.values().stream().mapToLong(nanos -> nanos).min().orElse(0);
    Map<String, Integer> howEnded = new LinkedHashMap<>();
    ends.values().forEach(end -> howEnded.merge(end.getClass().getSimpleName(), 1, Integer::sum));
    return new Report(
        howEnded,
        endedNanos - firstNanos,
        agenda.happened(),
        story.count(),
        network.letters(),
        network.beats(),
        fetches,
        calls,
        leaves,
        leases,
        nodes.stream().mapToInt(VirtualNode::lives).sum(),
        mostOfOneNode,
        story);
  }

  /** The digest of all that was told, where the story is whole. */
  Digest digest() {
    return story.digest();
  }
}

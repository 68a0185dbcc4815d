package io.banyan.delegation.simulation;

import io.banyan.delegation.CallReport;
import io.banyan.delegation.Command;
import io.banyan.delegation.Delivery;
import io.banyan.delegation.Event;
import io.banyan.delegation.InputRef;
import io.banyan.delegation.JobEnd;
import io.banyan.delegation.Known;
import io.banyan.delegation.Loan;
import io.banyan.delegation.PlannedCall;
import io.banyan.delegation.Task;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.Claim;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Interval;
import io.banyan.schema.Lease;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Step;
import io.banyan.schema.Value;
import io.banyan.trust.Evidence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Holds every command of one node against what it may be, at once: the invariants of a simulation.
 *
 * <p>Confined to the thread that simulates.
 */
final class Audit {
  /*
   * Longer than other files, because it is one list of rules over one state. What is written down
   * here is what a performer of the commands would have: tasks, calls, leases, blobs. It knows
   * nothing of how the brain comes to its commands.
   */

  private static final long SECOND = 1_000_000_000;
  private static final long SUSPECT_NANOS = 3 * SECOND; // design: three heartbeats missed
  private static final double DOUBT_PREDICTIONS = 2; // design: elapsed > 2 x predicted

  /** What was predicted in nanoseconds comes here in seconds, and so not to the last bit. */
  private static final long ROUNDED_NANOS = 1_000; // 1 µs

  private static final long RETRY_MILLIS_MIN = 100;
  private static final long RETRY_MILLIS_MAX = 60_000;
  private static final int CALLS_PER_WORKER = 2;
  private static final int ATTEMPTS_MAX = 600; // of one plan node with one busy peer: a minute

  private final VirtualNode node;
  private final Map<Digest, Case> cases = new LinkedHashMap<>(); // tasks under way
  private final TreeMap<Long, PlannedCall> calls = new TreeMap<>(); // out, and not interrupted
  private final Set<Long> everCalled = new HashSet<>();
  private final TreeMap<Long, Out> lent = new TreeMap<>(); // out, and not answered for good
  private final Map<Long, Out> everLent = new HashMap<>();
  private final Map<PeerId, Long> heardNanos = new HashMap<>(); // of those that have joined
  private final Map<PeerId, Long> busyUntilNanos = new HashMap<>();

  /** A lease that was lent. */
  private static final class Out {
    final Loan loan;
    final long doubtNanos;
    final boolean held; // already, as its peer says: it goes beside what others do
    boolean doubted; // by its peer's silence

    Out(Loan loan, boolean held, long nowNanos) {
      this.loan = loan;
      this.held = held;
      this.doubtNanos = doubtNanos(loan.predictedSeconds(), nowNanos);
    }
  }

  /** A task, with all that was said about it. */
  private static final class Case {
    final Task task;
    final Oracle oracle;
    final Map<PlanNode, Command.Record> records = new HashMap<>();
    final Map<PlanNode, Delivery> adopted = new HashMap<>();
    final Map<PlanNode, Known.Finished> reused = new HashMap<>();
    final Set<PlanNode> everDone = new HashSet<>();
    final Set<PeerId> barred = new HashSet<>();
    final Map<PlanNode, Set<PeerId>> heldBy = new HashMap<>(); // as they say
    final Map<BlobRef, Integer> store = new HashMap<>();
    long leavesSpent;
    long fuelSpent;
    long bytesSpent;

    Case(Task task, Oracle oracle) {
      this.task = task;
      this.oracle = oracle;
    }

    boolean isDone(PlanNode planNode) {
      return records.containsKey(planNode)
          || adopted.containsKey(planNode)
          || reused.containsKey(planNode);
    }

    void keep(List<BlobRef> blobs) {
      blobs.forEach(blob -> store.merge(blob, 1, Integer::sum));
    }

    void release(List<BlobRef> blobs) {
      for (BlobRef blob : blobs) {
        Violation.unless(store.containsKey(blob), "released, and not there: ", blob);
        store.computeIfPresent(blob, (_, count) -> count == 1 ? null : count - 1);
      }
    }

    boolean has(BlobRef blob) {
      return store.containsKey(blob)
          || (task.ground() instanceof Task.Ground.Part(BlobRef given, long _)
              && given.equals(blob));
    }
  }

  /** From when what was lent at {@code lentNanos} may be begun by somebody else. */
  static long doubtNanos(double predictedSeconds, long lentNanos) {
    return lentNanos + (long) (DOUBT_PREDICTIONS * predictedSeconds * 1e9) - ROUNDED_NANOS;
  }

  Audit(VirtualNode node) {
    this.node = node;
  }

  private long now() {
    return node.world.agenda.nowNanos();
  }

  /** {@code event} was told, and {@code commands} is what the brain wants done. */
  void told(Event event, List<Command> commands) {
    takeIn(event);
    Optional<Out> awaited =
        event instanceof Event.Delivered(long lease, var _)
            ? Optional.ofNullable(lent.remove(lease))
            : Optional.empty();
    Set<Long> adoptedNow = new HashSet<>();
    for (Command command : commands) {
      take(command, event, adoptedNow);
    }
    int most = CALLS_PER_WORKER * node.member.settings().workers();
    Violation.unless(calls.size() <= most, calls.size(), " calls are out, limit ", most);
    if (event instanceof Event.Delivered(long lease, Delivery delivery)) {
      settle(lease, delivery, awaited, adoptedNow);
    }
  }

  /* What is told. */

  private void takeIn(Event event) {
    switch (event) {
      case Event.Begun(Task task) ->
          cases.putIfAbsent(task.link(), new Case(task, node.world.oracle(task.job())));
      case Event.Executed(long call, CallReport report) -> {
        PlannedCall planned = calls.remove(call);
        Case of = planned == null ? null : cases.get(planned.link());
        if (of != null && report instanceof CallReport.Returned returned) {
          of.keep(returned.output());
          of.fuelSpent += returned.fuel();
        }
      }
      case Event.Delivered(long lease, Delivery delivery) -> delivered(lease, delivery);
      case Event.LeaseFailed(long lease, var _) -> lent.remove(lease);
      case Event.LeaseRefused refused -> refused(refused);
      case Event.PeerJoined joined -> heard(joined.peer());
      case Event.PeerHeard(PeerId peer, int _) -> heard(peer);
      case Event.PeerLeft(PeerId peer) -> {
        heardNanos.remove(peer);
        busyUntilNanos.remove(peer);
        doubt(peer);
      }
      case Event.PeerHolds(Digest link, PeerId peer, List<PlanNode> nodes) -> {
        Case of = cases.get(link);
        if (of != null) {
          nodes.forEach(held -> of.heldBy.computeIfAbsent(held, _ -> new HashSet<>()).add(peer));
        }
      }
      case Event.Cancelled _,
          Event.Shed _,
          Event.Woken _,
          Event.PeerChanged _,
          Event.LeaseProgressed _,
          Event.LeaseAccepted _ -> {}
    }
  }

  private void delivered(long lease, Delivery delivery) {
    Out out = Violation.present(everLent.get(lease), "such lease");
    Case of = cases.get(out.loan.link());
    if (of != null) {
      of.keep(right(of, out.loan.node(), delivery.value(), delivery.evidence()).blobs());
    }
  }

  /** What {@code planNode} comes to, which is what is said of it. */
  private static Oracle.Answer right(Case of, PlanNode planNode, Value value, Evidence evidence) {
    Oracle.Answer answer =
        of.oracle
            .answer(planNode)
            .orElseThrow(() -> new Violation("plan node " + planNode + " comes to nothing"));
    Violation.unless(
        answer.value().equals(value) && answer.evidence().equals(evidence),
        "plan node ",
        planNode,
        " comes to ",
        answer,
        ", not to ",
        value,
        " and ",
        evidence);
    return answer;
  }

  private void refused(Event.LeaseRefused refused) {
    Out out = lent.remove(refused.lease());
    if (out == null) {
      return;
    }
    PeerId peer = out.loan.peer();
    if (refused.everMore()) {
      Case of = cases.get(out.loan.link());
      if (of != null) {
        of.barred.add(peer);
      }
    } else if (heardNanos.containsKey(peer)) {
      long millis = Math.clamp(refused.retryAfterMillis(), RETRY_MILLIS_MIN, RETRY_MILLIS_MAX);
      busyUntilNanos.put(peer, now() + millis * 1_000_000);
    }
  }

  private void heard(PeerId peer) {
    if (isSilent(peer)) {
      doubt(peer);
    }
    heardNanos.put(peer, now());
  }

  private boolean isSilent(PeerId peer) {
    return !heardNanos.containsKey(peer) || now() - heardNanos.get(peer) >= SUSPECT_NANOS;
  }

  private void doubt(PeerId peer) {
    lent.values().stream()
        .filter(out -> out.loan.peer().equals(peer))
        .forEach(out -> out.doubted = true);
  }

  /* What is wanted. */

  private Case of(Digest link, Command command) {
    Case of = cases.get(link);
    if (of == null) {
      throw new Violation("a task that is not under way got " + command);
    }
    return of;
  }

  private void take(Command command, Event event, Set<Long> adoptedNow) {
    switch (command) {
      case Command.Execute(long call, PlannedCall planned) ->
          execute(of(planned.link(), command), call, planned);
      case Command.Interrupt(long call) ->
          Violation.unless(calls.remove(call) != null, "call ", call, " is not out");
      case Command.Lend(long lease, Loan loan) -> lend(of(loan.link(), command), lease, loan);
      case Command.Revoke(long lease, String _) ->
          Violation.unless(lent.remove(lease) != null, "lease ", lease, " is not out");
      case Command.Record record -> record(of(record.link(), command), record);
      case Command.Adopt(Digest link, PlanNode planNode, long lease) -> {
        boolean isTold = event instanceof Event.Delivered(long now, var _) && now == lease;
        Violation.unless(isTold, "adopted, and not delivered: ", planNode);
        adopt(of(link, command), planNode, ((Event.Delivered) event).delivery(), lease);
        adoptedNow.add(lease);
      }
      case Command.Reuse(Digest link, PlanNode planNode) -> reuse(of(link, command), planNode);
      case Command.Forget(Digest link, PlanNode planNode, Value value) ->
          forget(of(link, command), planNode, value);
      case Command.Release(Digest link, List<BlobRef> blobs) -> of(link, command).release(blobs);
      case Command.Explain(var decision) -> of(decision.link(), command);
      case Command.Finish(Digest link, JobEnd end) -> finish(of(link, command), end);
    }
  }

  private void execute(Case of, long call, PlannedCall planned) {
    Violation.unless(everCalled.add(call), "call ", call, " was given out twice");
    Violation.unless(!of.isDone(planned.node()), planned.words(), " is made of what is done");
    Violation.unless(
        !calls.containsValue(planned), planned.words(), " is made twice at the same time");
    switch (planned.input()) {
      case InputRef.InputRange _, InputRef.CellIndex _ -> {}
      case InputRef.Part(BlobRef part) ->
          Violation.unless(of.has(part), "needed, and not there: ", part);
      case InputRef.Values(List<BlobRef> values) -> {
        for (BlobRef value : values) {
          Violation.unless(of.has(value), "needed, and not there: ", value);
        }
      }
    }
    if (planned.function() != GuestFunction.MERGE) {
      requireNotLent(of, planned.node(), planned.words());
    }
    calls.put(call, planned);
    of.leavesSpent += planned.function() == GuestFunction.EXECUTE ? 1 : 0;
    requireWithinGrant(of);
  }

  private void lend(Case of, long lease, Loan loan) {
    PeerId peer = loan.peer();
    boolean held = of.heldBy.getOrDefault(loan.node(), Set.of()).contains(peer);
    Out out = new Out(loan, held, now());
    Violation.unless(everLent.put(lease, out) == null, "lease ", lease, " was lent twice");
    Violation.unless(!isSilent(peer), "lent to who was not heard for three heartbeats: ", loan);
    Violation.unless(!of.task.above().contains(peer), "lent upwards: ", loan);
    Violation.unless(!of.barred.contains(peer), "lent to who refuses it for good: ", loan);
    Violation.unless(
        busyUntilNanos.getOrDefault(peer, 0L) <= now(), "lent to who is busy still: ", loan);
    Violation.unless(loan.attempt() < ATTEMPTS_MAX, "lent again and again: ", loan);
    Violation.unless(
        !of.task.atEntry() || node.journal.accepted(of.task.link()),
        "lent before the journal had the job: ",
        loan);
    Violation.unless(!loan.node().equals(of.task.node()), "lent as a whole: ", loan);
    Violation.unless(!(loan.node() instanceof PlanNode.Parts), "lent a group: ", loan);
    Violation.unless(!of.isDone(loan.node()), "lent what is done: ", loan);
    Violation.unless(
        !of.task.known().covers(loan.node()) && !of.task.known().hasBelow(loan.node()),
        "lent what is known, or what something is known of: ",
        loan);
    if (!held) {
      requireNotLent(of, loan.node(), "a lease of " + loan.node());
    }
    loan.part()
        .ifPresent(part -> Violation.unless(of.has(part.bytes()), "lent, and not there: ", part));
    Budget grant = of.task.grant();
    Violation.unless(grant.covers(loan.grant()), loan, " is not covered by ", grant);
    Violation.unless(loan.grant().hops() < grant.hops(), "no hop was taken for ", loan);
    Violation.unless(loan.tries() <= of.task.tries(), "more tries than there are: ", loan);
    if (loan.second()) {
      requireFirst(of, loan);
    }
    lent.put(lease, out);
    requireWithinGrant(of);
  }

  /** Somebody else is at the same, and all that is tried twice is little. */
  private void requireFirst(Case of, Loan loan) {
    boolean isThere = false;
    long leaves = loan.grant().leaves();
    for (Out out : lent.values()) {
      if (out.loan.link().equals(loan.link())) {
        isThere |= out.loan.node().equals(loan.node()) && !out.loan.peer().equals(loan.peer());
        leaves += out.loan.second() ? out.loan.grant().leaves() : 0;
      }
    }
    Violation.unless(isThere, "a second lease without a first: ", loan);
    long most =
        switch (of.task.ground()) {
          case Task.Ground.Cells _ -> ((PlanNode.Cells) of.task.node()).interval().count();
          case Task.Ground.Part(BlobRef part, long _) ->
              Math.ceilDiv(part.length(), of.task.manifest().chunkBytes());
        };
    Violation.unless(
        leaves <= Math.max(1, most / 20), leaves, " leaves of ", most, " are tried twice: ", loan);
  }

  /** Nobody else is at {@code planNode}, or above it, who is not late or silent. */
  private void requireNotLent(Case of, PlanNode planNode, String words) {
    for (Out out : lent.values()) {
      boolean overlaps =
          out.loan.link().equals(of.task.link())
              && (isWithin(planNode, out.loan.node()) || isWithin(out.loan.node(), planNode));
      Violation.unless(
          !overlaps || out.held || isDoubted(out),
          words,
          " is begun though a peer is at it: ",
          out.loan);
    }
  }

  private boolean isDoubted(Out out) {
    return out.doubted || now() >= out.doubtNanos || isSilent(out.loan.peer());
  }

  private static boolean isWithin(PlanNode inner, PlanNode outer) {
    return switch (outer) {
      case PlanNode.Cells(Interval around) ->
          inner instanceof PlanNode.Cells(Interval at)
              && around.from() <= at.from()
              && at.to() <= around.to();
      case PlanNode.Part(List<Integer> around) -> startsWith(path(inner), around);
      case PlanNode.Parts _ -> false;
    };
  }

  private static List<Integer> path(PlanNode planNode) {
    return switch (planNode) {
      case PlanNode.Cells _ -> List.of(-1);
      case PlanNode.Part(List<Integer> path) -> path;
      case PlanNode.Parts(List<Integer> path, Interval _) -> path;
    };
  }

  private static boolean startsWith(List<Integer> path, List<Integer> beginning) {
    return path.size() >= beginning.size() && path.subList(0, beginning.size()).equals(beginning);
  }

  private void requireWithinGrant(Case of) {
    long leaves = of.leavesSpent;
    long fuel = of.fuelSpent;
    long bytes = of.bytesSpent;
    for (Out out : lent.values()) {
      if (out.loan.link().equals(of.task.link()) && !out.loan.second()) {
        leaves += out.loan.grant().leaves();
        fuel += out.loan.grant().fuel();
        bytes += out.loan.grant().bytes();
      }
    }
    Budget grant = of.task.grant();
    Violation.unless(
        leaves <= grant.leaves() && fuel <= grant.fuel() && bytes <= grant.bytes(),
        "leaves ",
        leaves,
        ", fuel ",
        fuel,
        ", bytes ",
        bytes,
        " of ",
        grant);
  }

  private void record(Case of, Command.Record record) {
    for (PlanNode child : record.children()) {
      Violation.unless(of.isDone(child), child, " comes behind ", record.node());
    }
    Violation.unless(of.everDone.add(record.node()), record.node(), " came to something twice");
    node.world.finished(of.oracle.key(record.node()));
    for (Step step : record.steps()) {
      Violation.unless(step.node().equals(record.node()), "a step of another node: ", record);
    }
    right(of, record.node(), record.value(), record.evidence());
    of.records.put(record.node(), record);
  }

  /** What was known is counted as if it were done now, and its blobs are needed once more. */
  private void reuse(Case of, PlanNode planNode) {
    Known.Finished known =
        of.task
            .known()
            .at(planNode)
            .orElseThrow(() -> new Violation("reused, and not known: " + planNode));
    Violation.unless(of.everDone.add(planNode), planNode, " came to something twice");
    requireNotLent(of, planNode, "what is known of " + planNode);
    Violation.unless(
        node.world.wasFinished(of.oracle.key(planNode)),
        planNode,
        " is known, and nobody finished it");
    of.keep(right(of, planNode, known.value(), known.evidence()).blobs());
    of.reused.put(planNode, known);
    of.leavesSpent += known.evidence().leaves();
    of.fuelSpent += known.evidence().fuel();
    requireWithinGrant(of);
  }

  private void adopt(Case of, PlanNode planNode, Delivery delivery, long lease) {
    Violation.unless(
        Violation.present(everLent.get(lease), "such lease").loan.node().equals(planNode),
        "adopted for another: ",
        planNode);
    Violation.unless(of.everDone.add(planNode), planNode, " came to something twice");
    of.adopted.put(planNode, delivery);
    of.leavesSpent += delivery.evidence().leaves();
    of.fuelSpent += delivery.evidence().fuel();
    of.bytesSpent += delivery.value().named().length();
  }

  private static void forget(Case of, PlanNode planNode, Value value) {
    Violation.unless(of.isDone(planNode), "forgotten, and not done: ", planNode);
    switch (value) {
      case Value.Blob(BlobRef ref) -> of.release(List.of(ref));
      case Value.Rope _ -> of.release(of.oracle.answer(planNode).orElseThrow().blobs());
      case Value.Empty() -> throw new Violation("nothing is forgotten");
    }
    forget(of, planNode);
  }

  private static void forget(Case of, PlanNode planNode) {
    if (of.adopted.remove(planNode) == null && of.reused.remove(planNode) == null) {
      Command.Record record = of.records.remove(planNode);
      if (record == null) {
        throw new Violation(planNode + " is below what was done, and was not");
      }
      record.children().forEach(child -> forget(of, child));
    }
  }

  /** What was delivered is used, unless there is no use for it. */
  private void settle(long lease, Delivery delivery, Optional<Out> awaited, Set<Long> adoptedNow) {
    Loan loan = Violation.present(everLent.get(lease), "such lease").loan;
    Case of = cases.get(loan.link());
    if (adoptedNow.contains(lease) || of == null) {
      return; // or the task is over
    }
    of.release(of.oracle.answer(loan.node()).orElseThrow().blobs());
    Evidence evidence = delivery.evidence();
    boolean within =
        evidence.leaves() <= loan.grant().leaves()
            && evidence.fuel() <= loan.grant().fuel()
            && delivery.value().named().length() <= loan.grant().bytes();
    Violation.unless(
        awaited.isEmpty() || !within || !hasRoom(of, loan.node(), delivery),
        "a valid answer was awaited, and is lost: ",
        loan);
  }

  /**
   * Whether the grant has what {@code delivery} cost, without the leases of {@code planNode} that
   * it would end. There may be too little, for nothing is reserved for a second lease: whoever
   * begins its plan node once the first one is over has taken what was.
   */
  private boolean hasRoom(Case of, PlanNode planNode, Delivery delivery) {
    Evidence evidence = delivery.evidence();
    long leaves = of.leavesSpent + evidence.leaves();
    long bytes = of.bytesSpent + delivery.value().named().length();
    for (Out out : lent.values()) {
      boolean stays = out.loan.link().equals(of.task.link()) && !out.loan.node().equals(planNode);
      if (stays && !out.loan.second()) {
        leaves += out.loan.grant().leaves();
        bytes += out.loan.grant().bytes();
      }
    }
    Budget grant = of.task.grant();
    return leaves <= grant.leaves()
        && of.fuelSpent + evidence.fuel() <= grant.fuel()
        && bytes <= grant.bytes();
  }

  private void finish(Case of, JobEnd end) {
    Digest link = of.task.link();
    calls.forEach(
        (call, planned) ->
            Violation.unless(!planned.link().equals(link), "call ", call, " outlives its task"));
    lent.forEach(
        (lease, out) ->
            Violation.unless(!out.loan.link().equals(link), "lease ", lease, " outlives its task"));
    if (end instanceof JobEnd.Completed completed) {
      PlanNode root = of.task.node();
      Oracle.Answer answer = right(of, root, completed.value(), completed.evidence());
      Violation.unless(
          evidence(of, root).equals(answer.evidence()), "what was kept of ", root, " is not it");
      Map<BlobRef, Integer> needed = new HashMap<>();
      answer.blobs().forEach(blob -> needed.merge(blob, 1, Integer::sum));
      Violation.unless(
          needed.equals(of.store), "stored at the end: ", of.store, ", needed: ", needed);
      Violation.unless(
          receipts(of, root).equals(completed.lentReceipts()), "it rests on other receipts");
    }
    cases.remove(link);
  }

  private static Evidence evidence(Case of, PlanNode planNode) {
    Delivery delivery = of.adopted.get(planNode);
    if (delivery != null) {
      return delivery.evidence();
    }
    Known.Finished known = of.reused.get(planNode);
    if (known != null) {
      return known.evidence();
    }
    Command.Record record = recorded(of, planNode);
    List<Claim> claims = record.steps().stream().map(Step::claim).toList();
    return record.children().isEmpty()
        ? Evidence.ofLeaf(claims.getFirst())
        : Evidence.ofInner(
            claims, record.children().stream().map(child -> evidence(of, child)).toList());
  }

  private static List<Digest> receipts(Case of, PlanNode planNode) {
    Delivery delivery = of.adopted.get(planNode);
    if (delivery != null) {
      return List.of(delivery.receipt());
    }
    Known.Finished known = of.reused.get(planNode);
    if (known != null) {
      return known.receipts();
    }
    List<Digest> receipts = new ArrayList<>();
    recorded(of, planNode).children().forEach(child -> receipts.addAll(receipts(of, child)));
    return receipts;
  }

  private static Command.Record recorded(Case of, PlanNode planNode) {
    Command.Record record = of.records.get(planNode);
    if (record == null) {
      throw new Violation("plan node " + planNode + " was not recorded");
    }
    return record;
  }

  /** Whether what {@code lease} stands on is still stored for the task it was lent from. */
  boolean serves(Lease lease) {
    Case of = cases.get(lease.parent());
    return of != null && lease.part().map(part -> of.has(part.bytes())).orElse(true);
  }
}

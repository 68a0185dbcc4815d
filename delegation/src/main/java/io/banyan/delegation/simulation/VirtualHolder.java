package io.banyan.delegation.simulation;

import io.banyan.delegation.Event;
import io.banyan.delegation.JobEnd;
import io.banyan.delegation.Known;
import io.banyan.delegation.LeaseFailure;
import io.banyan.delegation.Task;
import io.banyan.schema.Claim;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Interval;
import io.banyan.schema.Lease;
import io.banyan.schema.LeaseReply;
import io.banyan.schema.Outcome;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Priority;
import io.banyan.schema.Receipt;
import io.banyan.schema.Refused;
import io.banyan.schema.TrapKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The leases that a virtual node holds, as node.lease.Holder treats them: staged, begun, delivered
 * again and again until there is an answer, and given up a minute after their lender was lost.
 *
 * <p>Confined to the thread that simulates.
 */
final class VirtualHolder {
  private static final long SECOND = 1_000_000_000;
  private static final int HELD_OF_LENDER_MAX = 16; // as production
  private static final long BUSY_RETRY_MILLIS = 1000;
  static final long ORPHAN_NANOS = 60 * SECOND;
  private static final long SENT_AGAIN_NANOS = 10 * SECOND;

  private final VirtualNode node;
  private final Map<Digest, Held> held = new LinkedHashMap<>();
  private final KeptWork kept;

  /**
   * What can be fetched of a lease that is done.
   *
   * @param lie whether it does not hold when it is looked at
   */
  record Done(Receipt receipt, int leasesBelow, boolean lie) {}

  /** A lease, until its lender has what came of it. */
  private static final class Held {
    final Digest link;
    final VirtualNode lender;
    final Lease lease;
    final List<Lease> chain;
    boolean begun;
    @Nullable Done done;
    boolean broken;
    long leavesDone;
    int losses; // of its lender, so that each has its own patience
    boolean lenderLost;
    long lostNanos; // when

    Held(Letter.Offer offer, VirtualNode lender) {
      this.link = offer.link();
      this.lender = lender;
      this.lease = offer.lease();
      this.chain = offer.chain();
    }
  }

  VirtualHolder(VirtualNode node) {
    this.node = node;
    this.kept = new KeptWork(node);
  }

  /** What is finished under leases. */
  KeptWork kept() {
    return kept;
  }

  /** Nothing more comes of {@code lease}. */
  private void drop(Held lease, boolean inVain) {
    held.remove(lease.link);
    kept.ended(lease.link, inVain);
  }

  void offered(VirtualNode lender, Letter.Offer offer) {
    Optional<LeaseReply.Answer> refusal = refusal(lender, offer);
    boolean first = refusal.isEmpty() && !held.containsKey(offer.link());
    node.send(
        lender.number, new Letter.Reply(offer.link(), refusal.orElse(new LeaseReply.Taken(0))));
    if (first) {
      Held lease = new Held(offer, lender);
      held.put(lease.link, lease);
      long bytes =
          lease.lease.part().map(part -> part.bytes().length()).orElse(0L)
              + lease.lease.toByte()
              - lease.lease.fromByte();
      node.world.countFetches(bytes > 0 ? 1 : 0);
      node.in(node.fetchNanos(lender.number, bytes), () -> stage(lease));
    }
  }

  private Optional<LeaseReply.Answer> refusal(VirtualNode lender, Letter.Offer offer) {
    if (held.containsKey(offer.link())) {
      return Optional.empty(); // it was offered twice, and is taken once
    }
    if (offer.lease().notAfterMillis() <= node.wallMillis()) {
      return Optional.of(new Refused(Refused.Code.EXPIRED, "the lease has ended", 0));
    }
    if (node.world.strikes(FaultKind.REFUSALS)) {
      return Optional.of(node.world.drawnRefusal());
    }
    List<Held> ofLender = held.values().stream().filter(lease -> lease.lender == lender).toList();
    boolean full = held.size() >= node.member.heldMax();
    if (full || ofLender.size() >= HELD_OF_LENDER_MAX) {
      shed(full ? List.copyOf(held.values()) : ofLender, priority(offer.lease()));
      return Optional.of(
          new Refused(Refused.Code.BUSY, "no room for another lease", BUSY_RETRY_MILLIS));
    }
    return Optional.empty();
  }

  private Priority priority(Lease lease) {
    return node.world.job(lease.job()).manifest().routing().priority();
  }

  /** The newest of the least important leases that have not begun makes room, if there is one. */
  private void shed(List<Held> places, Priority offered) {
    places.reversed().stream()
        .filter(lease -> priority(lease.lease).compareTo(offered) < 0 && lease.done == null)
        .min(Comparator.comparing(lease -> priority(lease.lease)))
        .ifPresent(
            lease -> {
              if (lease.begun) {
                node.post(new Event.Shed(lease.link));
              } else {
                giveBack(lease);
              }
            });
  }

  private boolean isHeld(Held lease) {
    return held.get(lease.link) == lease;
  }

  /** What the lease stands on is here, or could not be fetched. */
  private void stage(Held lease) {
    if (!isHeld(lease)) {
      return;
    }
    VirtualNode lender = lease.lender;
    boolean fetched =
        node.isConnectedTo(lender.number)
            && lender.lender().lends(lease.link, node.number)
            && lender.audit().map(audit -> audit.serves(lease.lease)).orElse(true);
    if (!fetched || node.world.strikes(FaultKind.DISK_FAILURES)) {
      giveUp(lease, new LeaseFailure.Lost("what the lease stands on could not be staged"));
      return;
    }
    VirtualJob job = node.world.job(lease.lease.job());
    lease.begun = true;
    Known known = kept.known(job, lease.lease.node());
    VirtualTask task = new VirtualTask(task(job, lease).knowing(known), job, lease.chain);
    kept.begun(lender, lease.lease, task, lease.lenderLost);
    node.begin(task);
  }

  private static Task task(VirtualJob job, Held held) {
    Lease lease = held.lease;
    List<PeerId> above = new ArrayList<>();
    above.add(Simulation.peerId(Simulation.ENTRY));
    held.chain.subList(0, held.chain.size() - 1).forEach(link -> above.add(link.child()));
    return new Task(
            held.link,
            lease.job(),
            job.manifest(),
            job.submitter(),
            lease.node(),
            lease
                .part()
                .<Task.Ground>map(part -> new Task.Ground.Part(part.bytes(), part.parentBytes()))
                .orElseGet(() -> new Task.Ground.Cells(job.cuts().orElseThrow())),
            job.guest().merges(),
            lease.grant(),
            lease.tries(),
            above)
        .due(lease.dueMillis());
  }

  private void giveUp(Held lease, LeaseFailure failure) {
    node.send(lease.lender.number, new Letter.Gone(lease.link, failure));
    drop(lease, false);
  }

  /** So many leaves more of the lease {@code link} are done. */
  void progressed(Digest link, long leaves) {
    Held lease = held.get(link);
    if (lease != null) {
      lease.leavesDone += leaves;
    }
  }

  /** The disk has failed under a task that is held: it goes no further. */
  void broke(Digest link) {
    Held lease = held.get(link);
    if (lease != null && !lease.broken) {
      lease.broken = true;
      node.post(new Event.Cancelled(link));
    }
  }

  /** The task under {@code link} is over. */
  void finished(Digest link, VirtualTask task, JobEnd end) {
    Held lease = held.get(link);
    if (lease == null) {
      return; // it was cancelled
    }
    if (lease.broken) {
      giveUp(lease, new LeaseFailure.Lost("the disk is full"));
      return;
    }
    boolean lies = node.world.strikes(FaultKind.LIES);
    switch (end) {
      case JobEnd.Completed _ when lies && node.world.tosses() -> giveUp(lease, falseTrap(task));
      case JobEnd.Completed completed -> deliver(lease, task, completed, lies);
      case JobEnd.TaskFailed(PlanNode planNode, Claim claim) ->
          giveUp(lease, new LeaseFailure.TaskFailed(planNode, claim));
      case JobEnd.PlanRefused(String reason) -> giveUp(lease, new LeaseFailure.OverGrant(reason));
      case JobEnd.NodeFailed failed -> giveUp(lease, new LeaseFailure.Lost(failed.why().detail()));
      case JobEnd.TimedOut _ -> giveUp(lease, new LeaseFailure.Lost("its time is over"));
      case JobEnd.Cancelled() -> drop(lease, true);
      case JobEnd.Partial partial ->
          throw new Violation("a lease of " + lease.lease.node() + " ended as " + partial);
      case JobEnd.Shed() -> giveBack(lease);
    }
  }

  /** It makes room for another lease, and may come again later. */
  private void giveBack(Held lease) {
    drop(lease, false);
    node.send(
        lease.lender.number,
        new Letter.Reply(
            lease.link, new Refused(Refused.Code.BUSY, "it makes room", BUSY_RETRY_MILLIS)));
  }

  private static LeaseFailure falseTrap(VirtualTask task) {
    PlanNode planNode =
        task.task().node() instanceof PlanNode.Cells(Interval at)
            ? new PlanNode.Cells(new Interval(at.to() - 1, at.to()))
            : task.task().node();
    return new LeaseFailure.TaskFailed(
        planNode,
        new Claim(
            task.job().manifest().profile(),
            io.banyan.schema.Plan.of(task.job().manifest()).key(planNode),
            GuestFunction.EXECUTE,
            Digest.sha256(),
            Digest.ZERO,
            0,
            1,
            new Outcome.Trapped(TrapKind.UNREACHABLE)));
  }

  private void deliver(Held lease, VirtualTask task, JobEnd.Completed completed, boolean lie) {
    List<Digest> lent = completed.lentReceipts();
    Receipt receipt =
        new Receipt(
            lease.lease.job(),
            lease.lease.key(),
            lease.link,
            completed.value(),
            completed.evidence().executionRoot(),
            completed.evidence().leaves(),
            completed.evidence().fuel(),
            lent.isEmpty() ? new Receipt.Ran() : Receipt.Merged.over(lent));
    lease.done = new Done(receipt, task.leasesUnder(lent), lie);
    if (lease.lenderLost) {
      report(lease.lender);
    }
    send(lease, receipt);
  }

  private void send(Held lease, Receipt receipt) {
    if (!isHeld(lease)) {
      return; // there was an answer
    }
    if (lease.lease.notAfterMillis() <= node.wallMillis()) {
      drop(lease, false); // nobody can use it any more
      return;
    }
    node.send(lease.lender.number, new Letter.Result(lease.link, receipt));
    node.in(SENT_AGAIN_NANOS, () -> send(lease, receipt));
  }

  /** What can be fetched under {@code link}. */
  Optional<Done> done(Digest link) {
    return Optional.ofNullable(held.get(link)).map(lease -> lease.done);
  }

  void cancelled(VirtualNode from, Digest link) {
    Held lease = held.get(link);
    if (lease != null && lease.lender == from) {
      cancel(lease);
    }
  }

  private void cancel(Held lease) {
    if (lease.begun && lease.done == null) {
      node.told(new Event.Cancelled(lease.link)); // what comes of it is seen when it is finished
      return;
    }
    drop(lease, true);
  }

  void acked(VirtualNode from, Digest link) {
    Held lease = held.get(link);
    if (lease != null && lease.lender == from && lease.done != null) {
      drop(lease, false);
    }
  }

  void joined(VirtualNode lender) {
    kept.joined(lender);
    kept.orphansFor(lender.id).forEach(orphan -> node.send(lender.number, orphan));
    for (Held lease : List.copyOf(held.values())) {
      if (lease.lender == lender) {
        lease.lenderLost = false;
        if (lease.done != null) {
          node.send(lender.number, new Letter.Result(lease.link, lease.done.receipt()));
        }
      }
    }
  }

  void left(VirtualNode lender) {
    kept.left(lender);
    report(lender);
    for (Held lease : held.values()) {
      if (lease.lender == lender) {
        lease.lenderLost = true;
        lease.lostNanos = node.world.agenda.nowNanos();
        int loss = ++lease.losses;
        node.in(node.orphanNanos(), () -> awaited(lease, loss));
      }
    }
  }

  /** Looks for those above a lender that is lost, and tells them what was finished for him. */
  private void report(VirtualNode lender) {
    for (PeerId above : kept.above(lender)) {
      List<Letter.Orphan> orphans = kept.orphansFor(above);
      int number = Simulation.number(above);
      if (!orphans.stream().allMatch(orphan -> node.send(number, orphan))) {
        node.dial(number, lender.number); // who is found there is told when he has joined
      }
    }
  }

  private void awaited(Held lease, int loss) {
    if (isHeld(lease) && lease.lenderLost && lease.losses == loss) {
      node.world.story.note("node ", node.number, " gives up a lease: its lender is lost");
      cancel(lease);
    }
  }

  /** For how long it has worked, or kept something, for the lender that was lost first. */
  long longestOrphanNanos() {
    return held.values().stream()
        .filter(lease -> lease.lenderLost)
        .mapToLong(lease -> node.world.agenda.nowNanos() - lease.lostNanos)
        .reduce(kept.longestOrphanNanos(), Math::max);
  }

  /** What it holds, by the lender's number. */
  Map<Integer, List<Letter.Progress>> byLender() {
    if (held.isEmpty()) {
      return Map.of();
    }
    Map<Integer, List<Letter.Progress>> byLender = new LinkedHashMap<>();
    Map<Digest, Long> below = node.lender().leavesDone();
    for (Held lease : held.values()) {
      long leavesDone = lease.leavesDone + below.getOrDefault(lease.link, 0L);
      byLender
          .computeIfAbsent(lease.lender.number, _ -> new ArrayList<>())
          .add(new Letter.Progress(lease.link, leavesDone));
    }
    return byLender;
  }

  /** Leases that it holds. */
  int count() {
    return held.size();
  }

  List<String> unfinished() {
    return held.values().stream()
        .map(lease -> "lease held of " + lease.lease.node() + " from node " + lease.lender.number)
        .toList();
  }
}

package io.banyan.delegation.simulation;

import io.banyan.delegation.Delivery;
import io.banyan.delegation.Event;
import io.banyan.delegation.LeaseFailure;
import io.banyan.delegation.Loan;
import io.banyan.schema.Digest;
import io.banyan.schema.Interval;
import io.banyan.schema.Lease;
import io.banyan.schema.LeaseReply;
import io.banyan.schema.Limits;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Receipt;
import io.banyan.schema.Refused;
import io.banyan.trust.Evidence;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The leases that a virtual node lent, as node.lease.Lender and Absorption treat them: offered,
 * taken in once, checked before they are told, cancelled again when a child lists one that has
 * ended, and lost when it lists one no more.
 *
 * <p>Confined to the thread that simulates.
 */
final class VirtualLender {
  private static final int ENDED_MAX = 4096; // remembered, as production does
  private static final int UNLISTED_MAX = 3; // heartbeats in a row
  private static final int AT_ONCE_MAX = 8; // results that are taken in at a time
  private static final int ORPHAN_NODES_MAX = 1 << 17; // looked at for one message
  private static final long LEAF_EVIDENCE_BYTES = 300; // of a leaf's claim, and its share of merges
  private static final long RECEIPT_NANOS = 300_000; // to check a receipt's and a lease's signature
  private static final long LEAF_NANOS = 4_000; // to check a leaf's claim against the plan

  private final VirtualNode node;
  private final Map<Long, Lent> byNumber = new LinkedHashMap<>();
  private final Map<Digest, Lent> byLink = new HashMap<>();
  private final Map<Digest, Integer> ended = new LinkedHashMap<>(); // with their children
  private final Map<Digest, Lent> revoked = new HashMap<>(); // of which answers may be under way
  private long checkingUntilNanos; // the one core that checks is busy
  private int absorbing;

  /** A lease that is out. */
  private static final class Lent {
    final long number;
    final Loan loan;
    final Digest link;
    final int child;
    boolean accepted;
    boolean absorbing;
    long leavesDone; // as its child says
    int unlisted;

    Lent(long number, Loan loan, Digest link, int child) {
      this.number = number;
      this.loan = loan;
      this.link = link;
      this.child = child;
    }
  }

  VirtualLender(VirtualNode node) {
    this.node = node;
  }

  void lend(long number, Loan loan) {
    VirtualTask task = node.task(loan.link()).orElseThrow();
    long millis = loan.grant().timeMillis();
    Lease lease =
        new Lease(
            task.task().job(),
            loan.node(),
            Plan.of(task.job().manifest()).key(loan.node()),
            loan.fromByte(),
            loan.toByte(),
            loan.part(),
            loan.peer(),
            loan.attempt(),
            loan.link(),
            loan.grant(),
            loan.tries(),
            millis,
            loan.dueMillis(),
            Math.max(1, node.wallMillis() + millis + Limits.CLOCK_LEEWAY_MILLIS),
            List.of(),
            List.of());
    Digest link = node.world.envelope.name(lease, node, number);
    int child = Simulation.number(loan.peer());
    Lent lent = new Lent(number, loan, link, child);
    byNumber.put(number, lent);
    node.world.countLease();
    byLink.put(link, lent);
    List<Lease> chain = new ArrayList<>(task.chain());
    chain.add(lease);
    if (!node.send(child, new Letter.Offer(link, chain))) {
      lost(lent, "there is no link to node " + child);
    }
  }

  void revoke(long number, String reason) {
    Lent lent = byNumber.get(number);
    if (lent != null) {
      forget(lent);
      revoked.put(lent.link, lent);
      node.send(lent.child, new Letter.Cancel(lent.link, reason));
    }
  }

  private boolean forget(Lent lent) {
    ended.put(lent.link, lent.child);
    if (ended.size() > ENDED_MAX) {
      Digest oldest = ended.keySet().iterator().next();
      ended.remove(oldest);
      revoked.remove(oldest);
    }
    byLink.remove(lent.link);
    return byNumber.remove(lent.number) != null;
  }

  private void lost(Lent lent, String sentence) {
    failed(lent, new LeaseFailure.Lost(sentence));
  }

  private void failed(Lent lent, LeaseFailure failure) {
    if (forget(lent)) {
      node.post(new Event.LeaseFailed(lent.number, failure));
    }
  }

  /** What {@code child} may fetch under {@code link}: whether that is still lent to it. */
  boolean lends(Digest link, int child) {
    Lent lent = byLink.get(link);
    return lent != null && lent.child == child;
  }

  private Optional<Lent> own(VirtualNode child, Digest link) {
    return Optional.ofNullable(byLink.get(link)).filter(lent -> lent.child == child.number);
  }

  void replied(VirtualNode child, Letter.Reply reply) {
    Optional<Lent> found = own(child, reply.link());
    if (found.isEmpty()) {
      return;
    }
    Lent lent = found.get();
    switch (reply.answer()) {
      case LeaseReply.Taken _ -> {
        if (!lent.accepted) {
          lent.accepted = true;
          node.told(new Event.LeaseAccepted(lent.number));
        }
      }
      case Refused(var code, String sentence, long retryAfterMillis) -> {
        forget(lent);
        node.told(
            new Event.LeaseRefused(
                lent.number, code != Refused.Code.BUSY, retryAfterMillis, sentence));
      }
    }
  }

  void heard(VirtualNode child, Letter.Beat beat) {
    Set<Digest> listed = new HashSet<>();
    for (Letter.Progress progress : beat.leases()) {
      Digest link = progress.link();
      listed.add(link);
      Lent known = byLink.get(link);
      if (known != null && progress.leavesDone() > known.leavesDone) {
        known.leavesDone = progress.leavesDone();
        node.told(new Event.LeaseProgressed(known.number, known.leavesDone));
      }
      if (!byLink.containsKey(link) && ended.getOrDefault(link, -1) == child.number) {
        node.send(child.number, new Letter.Cancel(link, "the lease has ended"));
      }
    }
    for (Lent lent : List.copyOf(byNumber.values())) {
      if (lent.child == child.number) {
        lent.unlisted = listed.contains(lent.link) || !lent.accepted ? 0 : lent.unlisted + 1;
        if (lent.unlisted >= UNLISTED_MAX) {
          lost(lent, "node " + child.number + " does not list the lease any more");
        }
      }
    }
  }

  /** Leaves that are done, as children say, of what was lent of each link. */
  Map<Digest, Long> leavesDone() {
    Map<Digest, Long> done = new HashMap<>();
    for (Lent lent : byNumber.values()) {
      done.merge(lent.loan.link(), lent.leavesDone, Long::sum);
    }
    return done;
  }

  void gone(VirtualNode child, Letter.Gone gone) {
    own(child, gone.link()).ifPresent(lent -> failed(lent, gone.failure()));
  }

  /** {@code peer} has what was finished for somebody who is lost. */
  void orphan(VirtualNode peer, Letter.Orphan orphan) {
    for (VirtualTask task : node.tasksOf(orphan.job())) {
      Set<Digest> keys = new HashSet<>();
      orphan.finished().forEach(finished -> keys.add(finished.key()));
      List<PlanNode> nodes =
          named(keys, node.world.oracle(orphan.job()), task.task().node(), ORPHAN_NODES_MAX);
      if (!nodes.isEmpty()) {
        node.told(new Event.PeerHolds(task.task().link(), peer.id, nodes));
      }
    }
  }

  /** Cells that {@code keys} name at or below {@code root}, the larger ones first. */
  private static List<PlanNode> named(Set<Digest> keys, Oracle oracle, PlanNode root, int most) {
    if (!(root instanceof PlanNode.Cells(Interval whole))) {
      return List.of(); // where a split cuts is known when it is made
    }
    List<PlanNode> named = new ArrayList<>();
    Deque<Interval> due = new ArrayDeque<>(List.of(whole));
    for (int looked = 0; looked < most && !due.isEmpty() && !keys.isEmpty(); looked++) {
      Interval interval = due.removeFirst();
      PlanNode planNode = new PlanNode.Cells(interval);
      if (keys.remove(oracle.key(planNode))) {
        named.add(planNode);
      } else if (interval.count() > 1) {
        due.addAll(interval.children());
      }
    }
    return named;
  }

  /** A child says it is done: what it has is fetched and checked, once. */
  void result(VirtualNode child, Letter.Result result) {
    Optional<Lent> found = own(child, result.link()).or(() -> late(child, result.link()));
    if (found.isEmpty()) {
      node.send(child.number, new Letter.Acked(result.link())); // nobody wants it any more
      return;
    }
    Lent lent = found.get();
    if (!lent.absorbing) {
      lent.absorbing = true;
      absorb(lent, child, result.receipt());
    }
  }

  /** What was revoked just before, and is told nevertheless. */
  private Optional<Lent> late(VirtualNode child, Digest link) {
    return Optional.ofNullable(revoked.get(link))
        .filter(lent -> lent.child == child.number)
        .filter(lent -> node.task(lent.loan.link()).isPresent())
        .filter(_ -> node.world.strikes(FaultKind.LATE_ANSWERS));
  }

  private void absorb(Lent lent, VirtualNode child, Receipt receipt) {
    long bytes = receipt.leaves() * LEAF_EVIDENCE_BYTES + receipt.value().named().length();
    long queued = absorbing / AT_ONCE_MAX * node.fetchNanos(child.number, bytes);
    absorbing++;
    long fetched = node.world.agenda.nowNanos() + queued + 2 * node.fetchNanos(child.number, bytes);
    checkingUntilNanos =
        Math.max(checkingUntilNanos, fetched) + RECEIPT_NANOS + receipt.leaves() * LEAF_NANOS;
    node.world.countFetches(2); // the evidence, and the value
    node.in(
        checkingUntilNanos - node.world.agenda.nowNanos(),
        () -> {
          absorbing--;
          absorbed(lent, child, receipt);
        });
  }

  private void absorbed(Lent lent, VirtualNode child, Receipt receipt) {
    boolean late = revoked.containsKey(lent.link);
    if (!late && byLink.get(lent.link) != lent) {
      return; // it was revoked or lost meanwhile
    }
    Optional<VirtualTask> task = node.task(lent.loan.link());
    if (task.isEmpty()) {
      return;
    }
    node.holder().progressed(task.get().task().link(), receipt.leaves());
    Optional<VirtualHolder.Done> held =
        node.isConnectedTo(child.number) ? child.holder().done(lent.link) : Optional.empty();
    if (held.isEmpty()) {
      notTaken(lent, late, "the result of node " + child.number + " could not be fetched");
      return;
    }
    if (!held.get().receipt().equals(receipt) || held.get().lie()) {
      notTaken(lent, late, "the receipt of node " + child.number + " does not hold");
      return;
    }
    revoked.remove(lent.link);
    task.get().leasesBelow().put(lent.link, held.get().leasesBelow());
    Delivery delivery =
        new Delivery(
            receipt.value(),
            new Evidence(receipt.executionRoot(), receipt.leaves(), receipt.fuel()),
            lent.link,
            held.get().leasesBelow());
    forget(lent);
    node.told(new Event.Delivered(lent.number, delivery));
    node.send(child.number, new Letter.Acked(lent.link));
  }

  private void notTaken(Lent lent, boolean late, String sentence) {
    revoked.remove(lent.link);
    if (!late) {
      lost(lent, sentence);
    }
    node.send(lent.child, new Letter.Cancel(lent.link, sentence));
  }

  /** Leases that are out. */
  int count() {
    return byNumber.size();
  }

  List<String> unfinished() {
    return byNumber.values().stream()
        .map(lent -> "lease of " + lent.loan.node() + " to node " + lent.child)
        .toList();
  }
}

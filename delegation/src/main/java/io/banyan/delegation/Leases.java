package io.banyan.delegation;

import io.banyan.schema.Claim;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import io.banyan.trust.Evidence;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The leases that this node lent, and what becomes of them: answered, delivered, failed, suspended
 * while their peer is not heard, and over when it was not heard for too long or their time has
 * passed. A lease that is over is remembered until its place is filled, since a late delivery still
 * counts.
 *
 * <p>Confined to the driver thread.
 */
final class Leases {
  /** Every peer sends a heartbeat so often. */
  static final long HEARTBEAT_NANOS = 1_000_000_000; // 1 s

  /** Heartbeats missed until a peer is suspect: its leases may be lent a second time. */
  static final int SUSPECT_HEARTBEATS = 3;

  /** Heartbeats missed until its leases are over, and for which an offer may go unanswered. */
  static final int OVER_HEARTBEATS = 10;

  /**
   * A busy peer is asked again after this at the least, whatever it says: it costs a round trip.
   */
  static final long RETRY_MILLIS_MIN = 100;

  /** And after this at the latest: things have changed by then. */
  static final long RETRY_MILLIS_MAX = 60_000; // 1 min

  private final PeerTable peers;
  private final Alarms alarms;
  private final Outbox outbox;
  private final RandomGenerator random;
  private final Turns turns; // in which tasks are lent for
  private final Map<Long, Lent> leases = new HashMap<>(); // only ever asked by number
  private final Set<TaskState> changed = new LinkedHashSet<>();
  private boolean peersChanged;
  private long nextLease;

  Leases(PeerTable peers, Alarms alarms, Outbox outbox, RandomGenerator random, Turns turns) {
    this.peers = peers;
    this.alarms = alarms;
    this.outbox = outbox;
    this.random = random;
    this.turns = turns;
  }

  /** Tasks for which something came back since the last call. */
  List<TaskState> changed() {
    List<TaskState> tasks = List.copyOf(changed);
    changed.clear();
    return tasks;
  }

  /**
   * Whether a peer may be lent to, or not any more, by what came of its leases since the last call.
   */
  boolean peersChanged() {
    boolean changedNow = peersChanged;
    peersChanged = false;
    return changedNow;
  }

  /** A number that no lease has had. */
  long nextNumber() {
    return nextLease++;
  }

  /** {@code lent} is offered to {@code peer}. */
  void add(Lent lent, Peer peer, long nowNanos) {
    leases.put(lent.lease, lent);
    lent.task.add(lent);
    peer.add(lent, nowNanos);
    awaitAnswer(lent, nowNanos);
  }

  private void awaitAnswer(Lent lent, long nowNanos) {
    long answerNanos = nowNanos + OVER_HEARTBEATS * HEARTBEAT_NANOS;
    alarms.set(new Alarms.LeaseTime(lent.lease), Math.min(answerNanos, lent.deadlineNanos));
  }

  private Optional<Lent> find(long lease) {
    return Optional.ofNullable(leases.get(lease));
  }

  /* What a child says of a lease. */

  void accepted(long lease) {
    find(lease).ifPresent(this::accepted);
  }

  private void accepted(Lent lent) {
    boolean awaited = lent.standing() == Lent.Standing.OFFERED;
    lent.accept();
    if (awaited) {
      alarms.set(new Alarms.LeaseTime(lent.lease), lent.doubtNanos);
    }
  }

  /**
   * Its peer says that it has done {@code leavesDone} of {@code lease}. Nothing is lent for that
   * alone: peers that were given more with every word had too much of it in the end.
   */
  void progressed(long lease, long leavesDone, long nowNanos) {
    Optional<Lent> known = find(lease);
    if (known.isEmpty()) {
      return; // it is not wanted any more
    }
    Lent lent = known.get();
    lent.begun();
    Optional<Prices> prices = lent.task.prices();
    Optional<Peer> peer = peers.find(lent.peer);
    if (peer.isPresent() && prices.isPresent()) {
      double share = Math.min(1, leavesDone / prices.get().leaves((double) lent.place.units));
      double fuel = lent.progressed(share);
      if (fuel > 0) {
        peer.get().progressed(lent, new Pace.Work(fuel, prices.get().ownNanos(fuel)), nowNanos);
      }
    }
  }

  /** Whether {@code peer} has a lease of {@code place} that may still deliver. */
  boolean isOut(Place place, PeerId peer) {
    return place.leases().stream()
        .map(this::find)
        .anyMatch(known -> known.filter(lent -> lent.peer.equals(peer)).isPresent());
  }

  void refused(Event.LeaseRefused refused, long nowNanos) {
    Optional<Lent> known = find(refused.lease());
    if (known.isEmpty()) {
      return; // it is not wanted any more
    }
    Lent lent = known.get();
    if (!lent.isOver()) {
      lent.place.trials.found(lent.peer); // it has not even tried
    }
    if (refused.everMore()) {
      lent.task.bar(lent.peer);
    } else {
      busy(lent.peer, refused.retryAfterMillis(), nowNanos);
    }
    unused(lent);
    peers.remove(lent);
    forget(lent);
    lent.task.walk.drop(lent.place, lent.lease);
  }

  /** Nobody has done anything for {@code lent}, and so its task has not had its turn by it. */
  private void unused(Lent lent) {
    turns.correct(lent.task, -lent.fuel);
  }

  private void busy(PeerId id, long retryAfterMillis, long nowNanos) {
    Optional<Peer> peer = peers.find(id).filter(known -> !known.isGone());
    if (peer.isPresent()) {
      long millis = Math.clamp(retryAfterMillis, RETRY_MILLIS_MIN, RETRY_MILLIS_MAX);
      peer.get().busy(true);
      alarms.set(new Alarms.BusyOver(id), nowNanos + millis * 1_000_000);
    }
  }

  void delivered(long lease, Delivery delivery, long nowNanos) {
    Optional<Lent> known = find(lease);
    if (known.isEmpty()) {
      return; // its place is filled, or its task is over
    }
    Lent lent = known.get();
    Evidence evidence = delivery.evidence();
    boolean within =
        evidence.leaves() <= lent.reservation.leaves()
            && evidence.fuel() <= lent.reservation.fuel()
            && lent.task.room.isShare(lent.place.units, delivery.leasesBelow());
    boolean awaited = !lent.isOver();
    forget(lent);
    if (within && awaited && !lent.task.grants.hasUnspent(evidence.fuel())) {
      // Own calls have spent what was reserved for it: it is not the peer's fault.
      worked(lent, nowNanos);
      lent.task.refuseFuel();
      return;
    }
    long bytes = delivery.value().named().length();
    if (!within
        || !lent.task.room.mayRestOn(delivery.leasesBelow())
        || !lent.task.grants.settle(evidence, bytes, awaited, overtakenBy(lent))) {
      lost(lent, !within, nowNanos);
      return;
    }
    worked(lent, nowNanos);
    lent.task.room.restOn(delivery.leasesBelow());
    lent.task.walk.adopt(lent.place, lent.lease, delivery);
  }

  /**
   * What is reserved for leases of the same plan node as {@code lent}, which are over once it is
   * adopted: also for one whose peer is not heard, while the plan node is another's.
   */
  private Grants.Reservation overtakenBy(Lent lent) {
    Grants.Reservation sum = Grants.Reservation.NONE;
    for (long beside : lent.place.leases()) {
      Optional<Lent> first = find(beside).filter(other -> !other.second && !other.isOver());
      sum = first.map(other -> other.reservation).map(sum::plus).orElse(sum);
    }
    return sum;
  }

  /**
   * All of {@code lent} was done. What it was worth is what such leaves cost here: the fuel that
   * the peer claims says how fast it is by its own word.
   */
  private void worked(Lent lent, long nowNanos) {
    Wares wares = Wares.of(lent.task.task.manifest());
    Optional<Peer> peer = peers.find(lent.peer);
    if (peer.isPresent()) {
      peer.get().familiar.worked(wares, lent.place);
      if (peer.get().breaker.worked()) {
        peersChanged = true;
        alarms.clear(new Alarms.BreakerOver(lent.peer));
      }
    }
    double rest = lent.leftFuel(); // the other part was counted when it was told
    double ownNanos = lent.task.prices().map(prices -> prices.ownNanos(rest)).orElse(0.0);
    peers.delivered(lent, new Pace.Work(rest, ownNanos), nowNanos);
  }

  private void lost(Lent lent, boolean isPeersFault, long nowNanos) {
    forget(lent);
    backOff(lent, isPeersFault, nowNanos);
    peers.lost(lent, nowNanos);
    lent.place.trials.lost(lent.peer);
    lent.task.walk.drop(lent.place, lent.lease);
  }

  /**
   * Neither the plan node nor, where it is at fault, the peer is tried again at once, if that was
   * not the first time.
   */
  private void backOff(Lent lent, boolean isPeersFault, long nowNanos) {
    long again = lent.place.trials.backOff(nowNanos, random);
    if (again - nowNanos > 0) {
      alarms.set(new Alarms.LendAgain(lent.task.task.link()), again);
    }
    Optional<Peer> peer = peers.find(lent.peer);
    if (isPeersFault && peer.isPresent() && peer.get().breaker.lost()) {
      peersChanged = true;
      long openNanos = peer.get().breaker.openNanos(random);
      alarms.set(new Alarms.BreakerOver(lent.peer), nowNanos + openNanos);
    }
  }

  void failed(long lease, LeaseFailure failure, long nowNanos) {
    Optional<Lent> known = find(lease);
    if (known.isEmpty()) {
      return; // it is not wanted any more
    }
    Lent lent = known.get();
    switch (failure) {
      case LeaseFailure.Lost _ -> {}
      case LeaseFailure.OverGrant _ -> lent.place.trials.here();
      case LeaseFailure.TaskFailed _ when lent.task.task.atEntry() -> lent.place.trials.here();
      case LeaseFailure.TaskFailed(var node, var claim) ->
          lent.task.walk.end(new JobEnd.TaskFailed(node, claim)); // its lender decides
    }
    lost(lent, failure instanceof LeaseFailure.Lost && !isTasksTime(lent), nowNanos);
    if (failure instanceof LeaseFailure.TaskFailed(PlanNode node, Claim _)) {
      lent.task.walk.prove(lent.place, node);
    }
  }

  /* What time says. */

  /** The time of {@code lease} has come, whatever was awaited. */
  void timeUp(long lease, long nowNanos) {
    Optional<Lent> known = find(lease);
    if (known.isEmpty()) {
      return;
    }
    Lent lent = known.get();
    if (lent.standing() == Lent.Standing.LIVE && lent.deadlineNanos - nowNanos > 0) {
      lent.task.walk.doubt(lent.place, lease);
      changed.add(lent.task);
      alarms.set(new Alarms.LeaseTime(lease), lent.deadlineNanos);
      return;
    }
    over(lent, nowNanos);
  }

  private void over(Lent lent, long nowNanos) {
    String reason =
        switch (lent.standing()) {
          case OFFERED -> "the offer was not answered in time";
          case LIVE -> "the time of the lease is over";
          case SUSPENDED -> "the peer was not heard for " + OVER_HEARTBEATS + " heartbeats";
          case OVER -> throw new IllegalStateException("lease " + lent.lease + " was over before");
        };
    outbox.add(new Command.Revoke(lent.lease, reason));
    if (lent.standing() != Lent.Standing.SUSPENDED) { // who is not heard is left alone anyhow
      backOff(lent, !isTasksTime(lent), nowNanos);
    }
    close(lent);
    peers.lost(lent, nowNanos);
    lent.place.trials.lost(lent.peer);
    lent.task.walk.suspend(lent.place, lent.lease);
  }

  /** Whether the lease had no more time than its task: who runs out of it is not to blame. */
  private static boolean isTasksTime(Lent lent) {
    return lent.task.deadlineNanos - lent.deadlineNanos < 2_000_000; // it is cut to milliseconds
  }

  /** {@code peer} is not heard any more: others may have what it was lent. */
  void suspend(Peer peer, long nowNanos) {
    long over = peer.heardNanos() + OVER_HEARTBEATS * HEARTBEAT_NANOS;
    for (Lent lent : peer.leases()) {
      if (lent.standing() != Lent.Standing.SUSPENDED) {
        lent.suspend();
        lent.place.trials.lost(lent.peer);
        lent.task.walk.suspend(lent.place, lent.lease);
        changed.add(lent.task);
        alarms.set(new Alarms.LeaseTime(lent.lease), Math.max(over, nowNanos + HEARTBEAT_NANOS));
      }
    }
  }

  /** {@code peer} is heard again, or back: it goes on with what nobody else has begun. */
  void resume(Peer peer, long nowNanos) {
    for (Lent lent : peer.leases()) {
      if (lent.standing() == Lent.Standing.SUSPENDED) {
        lent.resume();
        lent.place.trials.found(lent.peer);
        lent.task.walk.resume(lent.place, lent.lease);
        changed.add(lent.task);
        if (lent.standing() == Lent.Standing.OFFERED) {
          awaitAnswer(lent, nowNanos);
        } else {
          alarms.set(new Alarms.LeaseTime(lent.lease), lent.doubtNanos);
        }
      }
    }
  }

  /* What is not wanted any more. */

  /** Somebody else was first at {@code node}. */
  void overtaken(long lease, PlanNode node) {
    find(lease).ifPresent(lent -> revoke(lent, "plan node " + node + " is done elsewhere"));
  }

  /** Its peer has not begun {@code lent}, and somebody else can begin it now. */
  void takeBack(Lent lent) {
    lent.place.takenBack();
    unused(lent);
    revoke(lent, "plan node " + lent.place.node() + " was not begun, and others are idle");
    lent.task.walk.drop(lent.place, lent.lease);
  }

  /**
   * {@code peer} has what {@code nodes} came to: if that was lent anew since its manager was lost,
   * and nobody has begun it, it is taken back for who has it.
   */
  void held(TaskState task, PeerId peer, List<PlanNode> nodes) {
    for (Lent lent : task.leases()) {
      Place place = lent.place;
      if (lent.isUnbegun()
          && !lent.peer.equals(peer)
          && place.isLentUnder(lent.lease)
          && !place.hasSecond()
          && !place.wasTakenBack()
          && place.wasLentBefore()
          && nodes.stream().anyMatch(node -> Known.isWithin(node, place.node()))) {
        takeBack(lent);
      }
    }
  }

  /** The task is over. */
  void endAll(TaskState task) {
    for (Lent lent : task.leases()) {
      revoke(lent, "the task is over");
    }
    changed.remove(task);
  }

  private void revoke(Lent lent, String reason) {
    if (!lent.isOver()) {
      outbox.add(new Command.Revoke(lent.lease, reason));
    }
    peers.remove(lent);
    forget(lent);
  }

  /** Nothing more is expected of {@code lent}: what was reserved for it is free. */
  private void close(Lent lent) {
    if (!lent.isOver()) {
      lent.over();
      release(lent);
      lent.task.starved(false);
    }
    alarms.clear(new Alarms.LeaseTime(lent.lease));
    changed.add(lent.task);
  }

  private static void release(Lent lent) {
    if (!lent.second) {
      lent.task.grants.release(lent.reservation);
    } else if (!lent.isAccepted()) {
      lent.task.seconds.giveBack(lent.reservation);
    }
  }

  private void forget(Lent lent) {
    close(lent);
    leases.remove(lent.lease);
    lent.task.remove(lent);
  }
}

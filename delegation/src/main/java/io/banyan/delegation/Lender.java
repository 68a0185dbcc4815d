package io.banyan.delegation;

import io.banyan.schema.Budget;
import io.banyan.schema.Cuts;
import io.banyan.schema.IndexCuts;
import io.banyan.schema.Lease.LeasedPart;
import io.banyan.schema.PeerId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Offers leases to peers that have credit, for tasks that are worth it.
 *
 * <p>Confined to the driver thread.
 */
final class Lender {
  /** A lease's time, however small it is: a peer may have much to do before. */
  private static final long LEASE_MILLIS_MIN = 30_000; // 30 s

  /** A lease's time, in predicted times: predictions are that wrong now and then. */
  private static final double LEASE_PREDICTIONS = 10;

  /** A lease is doubted, in predicted times: an idle worker may as well begin what it was for. */
  private static final double DOUBT_PREDICTIONS = 2;

  /** Of all plan nodes that are doubted, so many are looked at for one peer. */
  private static final int DOUBTED_MAX = 32;

  /**
   * A place is kept for who says that it has it already until that may be lent it, and no longer.
   */
  private static final long HELD_NANOS = 30_000_000_000L; // 30 s

  private final Delegator.Settings settings;
  private final PeerTable peers;
  private final Leases leases;
  private final Outbox outbox;

  Lender(Delegator.Settings settings, PeerTable peers, Leases leases, Outbox outbox) {
    this.settings = settings;
    this.peers = peers;
    this.leases = leases;
    this.outbox = outbox;
  }

  /** Lends what can be lent of {@code state} now. */
  void lend(TaskState state, long nowNanos) {
    Optional<Prices> prices = state.prices();
    if (prices.isEmpty()) {
      return;
    }
    List<Peer> eligible = peers.eligible(state);
    boolean more = state.isManager();
    while (more) {
      more =
          !state.isOver()
              && !state.isStarved()
              && state.room.hasAny()
              && lendOne(state, prices.get(), eligible, nowNanos);
    }
    List<Peer> idle = eligible.stream().filter(Peer::isIdle).toList();
    if (!state.isOver() && state.mayLend() && !idle.isEmpty()) {
      moveUnbegun(state, prices.get(), idle, nowNanos);
      lendSeconds(state, prices.get(), idle, nowNanos);
    }
  }

  /**
   * Lends what is kept for peers that have it already, whether or not the task is worth lending.
   * What its peer cannot have, or could not have for {@link #HELD_NANOS}, is given back. What own
   * workers have opened meanwhile they go on with: a peer that says more than it has costs that
   * time and a lease, and none of our work.
   *
   * @return whether anything was given back
   */
  boolean lendHeld(TaskState state, long nowNanos) {
    Map<Place, PeerId> held = state.walk.frontier().held();
    if (held.isEmpty()) {
      return false;
    }
    Map<PeerId, Peer> eligible = new HashMap<>();
    peers.eligible(state).forEach(peer -> eligible.put(peer.id, peer));
    boolean givenBack = false;
    for (Map.Entry<Place, PeerId> each : held.entrySet()) {
      Optional<Peer> peer = Optional.ofNullable(eligible.get(each.getValue()));
      givenBack |= lendHeld(state, each.getKey(), each.getValue(), peer, nowNanos);
    }
    return givenBack;
  }

  private boolean lendHeld(
      TaskState state, Place place, PeerId id, Optional<Peer> peer, long nowNanos) {
    boolean mayLend =
        peer.isPresent()
            && state.prices().isPresent()
            && state.task.grant().hops() > 0
            && place.trials.allows(id)
            && state.room.hasAny();
    boolean later = mayLend && (state.isStarved() || !peer.get().mayHaveHeld());
    if (later && place.heldNanos(nowNanos) <= HELD_NANOS) {
      return false; // there will be something to grant, and credit
    }
    mayLend &= !later;
    state.walk.frontier().remove(place);
    if (place.isIdle() && mayLend) {
      if (!offer(state, place, peer.get(), state.prices().get(), nowNanos)) {
        state.walk.frontier().remove(place);
        state.walk.frontier().hold(place, id);
      }
      return false;
    }
    if (place.isIdle()) {
      state.walk.frontier().giveBack(place);
    } else if (mayLend && !leases.isOut(place, id)) {
      offerBeside(state, place, peer.get(), state.prices().get(), nowNanos);
    }
    return place.isIdle();
  }

  private void offerBeside(TaskState state, Place place, Peer peer, Prices prices, long nowNanos) {
    Grants.Reservation least = needs(state, place, 1).least();
    Optional<Grants.Reservation> reservation =
        leftMillis(state, nowNanos) < 1 ? Optional.empty() : state.grants.reserve(least, least);
    if (reservation.isPresent()) {
      Lent lent = lent(state, place, peer, reservation.get(), false, prices, nowNanos);
      state.walk.lendBeside(place, lent.lease);
      lend(lent, peer, prices, nowNanos);
    }
  }

  private boolean lendOne(TaskState state, Prices prices, List<Peer> eligible, long nowNanos) {
    Forecast forecast =
        Forecast.of((double) state.walk.remaining(), prices, settings.workers(), eligible);
    Placement placement = settings.placement();
    boolean nearFirst = state.task.manifest().routing().preferLocal();
    double endNanos = endNanos(state, prices, forecast, eligible, nowNanos);
    Chooser chooser =
        new Chooser(
            state,
            prices,
            settings.workers(),
            placement == Placement.AFFINITY,
            endNanos,
            soonestNanos(eligible, prices),
            nowNanos);
    double enoughNanos = Chooser.SHARE * endNanos;
    for (Peer peer : peers.inOrder(eligible, placement, nearFirst, prices, enoughNanos)) {
      Optional<Place> place = chooser.choose(peer, forecast);
      if (place.isPresent()) {
        return offer(state, place.get(), peer, prices, nowNanos);
      }
    }
    return false;
  }

  /** Nanoseconds from now until all is thought to be done that {@code state} is a part of. */
  private double endNanos(
      TaskState state, Prices prices, Forecast forecast, List<Peer> eligible, long nowNanos) {
    OptionalDouble nanos =
        Forecast.endNanos((double) state.walk.remaining(), prices, settings.workers(), eligible);
    if (nanos.isPresent()) {
      state.due(nowNanos + (long) nanos.getAsDouble());
    }
    double dueNanos = (double) (state.dueNanos() - nowNanos);
    return Math.max(nanos.orElse(forecast.togetherSeconds() * 1e9), dueNanos);
  }

  private static double soonestNanos(List<Peer> eligible, Prices prices) {
    return eligible.stream()
        .mapToDouble(peer -> peer.finishNanos(prices.leafUnits(), prices))
        .min()
        .orElse(0);
  }

  private boolean offer(TaskState state, Place place, Peer peer, Prices prices, long nowNanos) {
    Needs needs = needs(state, place, place.trials.left());
    Optional<Grants.Reservation> reservation =
        leftMillis(state, nowNanos) < 1
            ? Optional.empty()
            : state.grants.reserve(needs.wanted(), needs.least());
    if (reservation.isEmpty()) {
      state.walk.frontier().giveBack(place);
      state.starved(true);
      return false;
    }
    Lent lent = lent(state, place, peer, reservation.get(), false, prices, nowNanos);
    state.walk.lend(place, lent.lease);
    lend(lent, peer, prices, nowNanos);
    return true;
  }

  private static Needs needs(TaskState state, Place place, int tries) {
    double share = Math.min(1, (double) place.units / Math.max(1, state.walk.total()));
    return Needs.of(state.task, place.interval.count(), place.units, share, tries);
  }

  private static long leftMillis(TaskState state, long nowNanos) {
    return (state.deadlineNanos - nowNanos) / 1_000_000;
  }

  private Lent lent(
      TaskState state,
      Place place,
      Peer peer,
      Grants.Reservation reservation,
      boolean second,
      Prices prices,
      long nowNanos) {
    double predictedNanos = peer.finishNanos((double) place.units, prices);
    long millis =
        Math.min(
            leftMillis(state, nowNanos),
            Math.max(LEASE_MILLIS_MIN, (long) (LEASE_PREDICTIONS * predictedNanos / 1e6)));
    return new Lent(
        leases.nextNumber(),
        state,
        place,
        peer.id,
        reservation,
        place.units * prices.unitFuel(),
        nowNanos + (long) (DOUBT_PREDICTIONS * predictedNanos),
        nowNanos + millis * 1_000_000,
        second);
  }

  /** {@code lent}, which its place knows of, goes to {@code peer}. */
  private void lend(Lent lent, Peer peer, Prices prices, long nowNanos) {
    Task task = lent.task.task;
    Budget grant =
        new Budget(
            lent.reservation.fuel(),
            lent.reservation.leaves(),
            lent.reservation.bytes(),
            task.grant().memoryBytesMax(),
            task.grant().hops() - 1,
            (lent.deadlineNanos - nowNanos) / 1_000_000);
    double predictedSeconds = peer.finishNanos((double) lent.place.units, prices) / 1e9;
    long dueMillis =
        Math.clamp(lent.task.dueNanos() - nowNanos, 0, 1_000_000 * Budget.TIME_MILLIS_MAX)
            / 1_000_000;
    leases.add(lent, peer, nowNanos);
    peers.lent(peer);
    outbox.add(new Command.Lend(lent.lease, loan(lent, grant, predictedSeconds, dueMillis)));
  }

  /* What is out, and may be done sooner by somebody else. */

  /** Peers with nothing else to do try what others are long in coming with. */
  private void lendSeconds(TaskState state, Prices prices, List<Peer> idle, long nowNanos) {
    for (Peer peer : idle) {
      for (Place place : state.walk.frontier().doubted(DOUBTED_MAX)) {
        if (peer.isIdle() && place.trials.allows(peer.id) && !leases.isOut(place, peer.id)) {
          offerSecond(state, place, peer, prices, nowNanos);
        }
      }
    }
  }

  private void offerSecond(TaskState state, Place place, Peer peer, Prices prices, long nowNanos) {
    Grants.Reservation least = needs(state, place, 1).least();
    if (leftMillis(state, nowNanos) < 1 || !state.room.hasAny() || !state.seconds.take(least)) {
      return;
    }
    Lent lent = lent(state, place, peer, least, true, prices, nowNanos);
    state.walk.lendSecond(place, lent.lease);
    lend(lent, peer, prices, nowNanos);
  }

  /** Idle peers get what busier ones have not begun. */
  private void moveUnbegun(TaskState state, Prices prices, List<Peer> idle, long nowNanos) {
    for (Peer peer : idle) {
      Optional<Unbegun> unbegun =
          peer.isIdle() && !state.isStarved()
              ? Unbegun.slowest(
                  state,
                  peers,
                  prices,
                  place ->
                      place.trials.allows(peer.id)
                          ? peer.finishNanos((double) place.units, prices)
                          : Double.POSITIVE_INFINITY)
              : Optional.empty();
      if (unbegun.isPresent()) {
        leases.takeBack(unbegun.get().lent());
        offer(state, unbegun.get().lent().place, peer, prices, nowNanos);
      }
    }
  }

  /**
   * Takes back what a peer has not begun, if {@code idleWorkers} of ours are done with it sooner:
   * whether there was anything.
   */
  boolean takeBack(TaskState state, int idleWorkers) {
    Optional<Prices> prices = state.prices();
    if (prices.isEmpty() || state.isOver()) {
      return false;
    }
    Optional<Unbegun> unbegun =
        Unbegun.slowest(
            state,
            peers,
            prices.get(),
            place ->
                place.units
                    * prices.get().unitNanos()
                    / Math.min(idleWorkers, place.interval.count()));
    unbegun.ifPresent(found -> leases.takeBack(found.lent()));
    return unbegun.isPresent();
  }

  private static Loan loan(Lent lent, Budget grant, double predictedSeconds, long dueMillis) {
    Place place = lent.place;
    long fromByte = 0;
    long toByte = 0;
    Optional<LeasedPart> part = Optional.empty();
    switch (place.footing) {
      case Footing.Cells(IndexCuts _) -> {}
      case Footing.Cells(Cuts cuts) -> {
        fromByte = cuts.cut(place.interval.from());
        toByte = cuts.cut(place.interval.to());
      }
      case Footing.Parts _, Footing.Given _ ->
          part = Optional.of(new LeasedPart(place.part(), place.footing.parentBytes()));
    }
    int attempt = place.trials.offer(lent.peer);
    return new Loan(
        lent.task.task.link(),
        place.node(),
        fromByte,
        toByte,
        part,
        lent.peer,
        attempt,
        grant,
        place.trials.left(),
        predictedSeconds,
        dueMillis,
        lent.second);
  }
}

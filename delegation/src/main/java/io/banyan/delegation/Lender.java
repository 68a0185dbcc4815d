package io.banyan.delegation;

import io.banyan.schema.Budget;
import io.banyan.schema.Cuts;
import io.banyan.schema.IndexCuts;
import io.banyan.schema.Lease.LeasedPart;
import java.util.List;
import java.util.Optional;

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
    if (prices.isEmpty() || !state.isManager()) {
      return;
    }
    List<Peer> eligible = peers.eligible(state);
    boolean more = true;
    while (more) {
      more =
          !state.isOver()
              && !state.isStarved()
              && state.hasRoom(0)
              && lendOne(state, prices.get(), eligible, nowNanos);
    }
  }

  private boolean lendOne(TaskState state, Prices prices, List<Peer> eligible, long nowNanos) {
    Forecast forecast =
        Forecast.of((double) state.walk.remaining(), prices, settings.workers(), eligible);
    Placement placement = settings.placement();
    boolean nearFirst = state.task.manifest().routing().preferLocal();
    Chooser chooser =
        new Chooser(
            state.walk, prices, settings.workers(), placement == Placement.AFFINITY, nowNanos);
    for (Peer peer : peers.inOrder(eligible, placement, nearFirst, prices)) {
      Optional<Place> place = chooser.choose(peer, forecast, state.callCount());
      if (place.isPresent()) {
        return offer(state, place.get(), peer, prices, nowNanos);
      }
    }
    return false;
  }

  private boolean offer(TaskState state, Place place, Peer peer, Prices prices, long nowNanos) {
    Task task = state.task;
    int tries = place.trials.left();
    double share = Math.min(1, (double) place.units / Math.max(1, state.walk.total()));
    Needs needs = Needs.of(task, place.interval.count(), place.units, share, tries);
    long leftMillis = (state.deadlineNanos - nowNanos) / 1_000_000;
    Optional<Grants.Reservation> reservation =
        leftMillis < 1 ? Optional.empty() : state.grants.reserve(needs.wanted(), needs.least());
    if (reservation.isEmpty()) {
      state.walk.frontier().giveBack(place);
      state.starved(true);
      return false;
    }
    double predictedNanos = peer.finishNanos((double) place.units, prices);
    long millis =
        Math.min(
            leftMillis,
            Math.max(LEASE_MILLIS_MIN, (long) (LEASE_PREDICTIONS * predictedNanos / 1e6)));
    Budget grant =
        new Budget(
            reservation.get().fuel(),
            reservation.get().leaves(),
            reservation.get().bytes(),
            task.grant().memoryBytesMax(),
            task.grant().hops() - 1,
            millis);
    Lent lent =
        new Lent(
            leases.nextNumber(),
            state,
            place,
            peer.id,
            reservation.get(),
            place.units * prices.unitFuel(),
            nowNanos + (long) (DOUBT_PREDICTIONS * predictedNanos),
            nowNanos + millis * 1_000_000);
    state.walk.lend(place, lent.lease);
    leases.add(lent, peer, nowNanos);
    peers.lent(peer);
    outbox.add(
        new Command.Lend(lent.lease, loan(task, place, peer, grant, tries, predictedNanos / 1e9)));
    return true;
  }

  private static Loan loan(
      Task task, Place place, Peer peer, Budget grant, int tries, double predictedSeconds) {
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
    int attempt = place.trials.offer(peer.id);
    return new Loan(
        task.link(),
        place.node(),
        fromByte,
        toByte,
        part,
        peer.id,
        attempt,
        grant,
        tries,
        predictedSeconds);
  }
}

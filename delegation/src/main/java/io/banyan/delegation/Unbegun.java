package io.banyan.delegation;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * A lease that its peer has not begun, as far as can be seen: it has shown no progress, and what
 * the peer was lent before keeps all its workers busy.
 *
 * @param laterNanos by how much it would be done later there than elsewhere
 */
record Unbegun(Lent lent, double laterNanos) {
  /** It must be done a tenth sooner elsewhere: predictions are no better than that. */
  private static final double SOONER = 0.9;

  /**
   * The lease of {@code state} that gains most by being done elsewhere.
   *
   * @param elsewhereNanos from now, when a place would be done there
   */
  static Optional<Unbegun> slowest(
      TaskState state, PeerTable peers, Prices prices, ToDoubleFunction<Place> elsewhereNanos) {
    Optional<Unbegun> slowest = Optional.empty();
    Set<Peer> seen = new HashSet<>();
    for (Lent lent : state.leases()) {
      Optional<Peer> peer = peers.find(lent.peer);
      if (peer.isPresent() && seen.add(peer.get())) {
        slowest = slowest(slowest, state, peer.get(), prices, elsewhereNanos);
      }
    }
    return slowest;
  }

  private static Optional<Unbegun> slowest(
      Optional<Unbegun> known,
      TaskState state,
      Peer peer,
      Prices prices,
      ToDoubleFunction<Place> elsewhereNanos) {
    Optional<Unbegun> slowest = known;
    double pace = peer.pace(prices);
    double fuelBefore = 0;
    long leavesBefore = 0;
    for (Lent lent : peer.leases()) {
      fuelBefore += lent.leftFuel();
      if (lent.task == state
          && lent.isUnbegun()
          && !lent.second
          && lent.place.isLentUnder(lent.lease) // else own workers have begun it meanwhile
          && !lent.place.hasSecond() // it would not come back, but go on under the other lease
          && !lent.place.wasTakenBack()
          && leavesBefore >= peer.workers()) {
        double thereNanos = prices.ownNanos(fuelBefore) / pace;
        double nanos = elsewhereNanos.applyAsDouble(lent.place);
        boolean slower = slowest.isEmpty() || thereNanos - nanos > slowest.get().laterNanos;
        if (nanos <= SOONER * thereNanos && slower) {
          slowest = Optional.of(new Unbegun(lent, thereNanos - nanos));
        }
      }
      leavesBefore += lent.place.interval.count();
    }
    return slowest;
  }
}

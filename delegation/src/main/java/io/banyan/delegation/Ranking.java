package io.banyan.delegation;

import io.banyan.schema.Digest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * In which order peers that have credit are asked. Where two are as good as each other, the one
 * goes first whose trust domain holds less of ours: peers that may be one person, or one cable,
 * should not have it all.
 *
 * @param nearFirst whether near peers are preferred to better ones
 * @param enoughNanos in which a peer must be done with what it holds to be given more than its own
 *     workers are good for
 * @param lastLent the peer that was lent to last, if there is one
 */
record Ranking(
    Placement placement,
    boolean nearFirst,
    Prices prices,
    double enoughNanos,
    Optional<Digest> lastLent) {
  /** Times within a tenth of each other are the same: predictions are no better. */
  private static final double LOG_STEP = Math.log(1.1);

  /** Peers that are less than a millisecond away are all near. */
  private static final double NEAR_NANOS = 1e6;

  private record Rank(
      Peer peer, int place, boolean strange, double load, long step, int beside, double nanos) {}

  /** Those of {@code eligible}, which are in the order of their ids, that have credit. */
  List<Peer> order(List<Peer> eligible) {
    Map<String, Integer> held = new HashMap<>(); // leases, by trust domain
    for (Peer peer : eligible) {
      held.merge(peer.domain(), peer.leaseCount(), Integer::sum);
    }
    List<Rank> ranks = new ArrayList<>();
    for (Peer peer : eligible) {
      if (peer.hasCredit(prices, enoughNanos)) {
        ranks.add(rank(peer, held.getOrDefault(peer.domain(), 0)));
      }
    }
    ranks.sort(comparator());
    if (nearFirst) {
      ranks.sort(Comparator.comparingInt(rank -> distance(rank.peer)));
    }
    return ranks.stream().map(Rank::peer).toList();
  }

  private Rank rank(Peer peer, int beside) {
    double nanos = peer.nextNanos(prices);
    return new Rank(
        peer,
        isPassed(peer) ? 1 : 0,
        !peer.familiar.knows(prices.wares()),
        (double) peer.leaseCount() / peer.workers(),
        (long) Math.floor(Math.log(Math.max(1, nanos)) / LOG_STEP),
        beside,
        nanos);
  }

  private boolean isPassed(Peer peer) {
    return lastLent.isPresent() && PeerTable.order(peer.id).compareTo(lastLent.get()) <= 0;
  }

  private Comparator<Rank> comparator() {
    Comparator<Rank> soonest =
        Comparator.comparingLong(Rank::step)
            .thenComparingInt(Rank::beside)
            .thenComparingDouble(Rank::nanos);
    return switch (placement) {
      case FASTEST_FINISH -> soonest;
      case LEAST_LOADED ->
          Comparator.comparingDouble(Rank::load)
              .thenComparingInt(Rank::beside)
              .thenComparingDouble(Rank::nanos);
      case ROUND_ROBIN -> Comparator.comparingInt(Rank::place);
      case AFFINITY -> Comparator.comparing(Rank::strange).thenComparing(soonest);
    };
  }

  /** In powers of two of what is near; who was not measured is far. */
  private static int distance(Peer peer) {
    long nanos = peer.profile().roundTripNanos();
    return nanos == 0 ? Integer.MAX_VALUE : Math.max(0, Math.getExponent(nanos / NEAR_NANOS));
  }
}

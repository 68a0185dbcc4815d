package io.banyan.delegation;

import java.util.Comparator;
import java.util.List;

/**
 * What the work that remains of a task is expected to take.
 *
 * @param aloneSeconds by this node's own workers
 * @param togetherSeconds with its peers, transfer and the lender's own trouble included
 */
record Forecast(double aloneSeconds, double togetherSeconds) {
  /** Lending is worth it when it is a tenth sooner: predictions are no better than that. */
  private static final double SOONER = 0.9;

  /** Together is never thought to be more than a thousand times slower than alone. */
  private static final double RATE_MIN = 1e-3;

  /**
   * The forecast for {@code units}.
   *
   * @param workers of this node
   */
  static Forecast of(double units, Prices prices, int workers, List<Peer> peers) {
    double workNanos = units * prices.unitNanos();
    double alone = workNanos / workers / 1e9;
    if (peers.isEmpty()) {
      return new Forecast(alone, alone);
    }
    // In T ns own workers do T·workers of the work, and a peer, which has its first part after
    // leaseNanos, (T - leaseNanos)·pace, less lenderShare of it. All together are all of it.
    double kept = 1 - prices.lenderShare();
    double rate = workers;
    double late = 0;
    double nanos = workNanos / workers;
    for (Helper helper : helpers(peers, prices, units)) {
      if (helper.leaseNanos >= nanos) {
        break; // and so are the others
      }
      rate += helper.pace * kept;
      late += helper.pace * kept * helper.leaseNanos;
      nanos = (workNanos + Math.max(0, late)) / Math.max(rate, workers * RATE_MIN);
    }
    return new Forecast(alone, nanos / 1e9);
  }

  private record Helper(double leaseNanos, double pace) {}

  /** The fastest, no more than there are leaves; first the one that can begin first. */
  private static List<Helper> helpers(List<Peer> peers, Prices prices, double units) {
    return peers.stream()
        .map(peer -> new Helper(peer.leaseNanos(prices), peer.pace(prices)))
        .sorted(Comparator.comparingDouble(Helper::pace).reversed())
        .limit((long) Math.ceil(prices.leaves(units)))
        .sorted(Comparator.comparingDouble(Helper::leaseNanos))
        .toList();
  }

  /**
   * Whether lending is worth it.
   *
   * @param lends whether parts were lent before: then it is given up only when it is no sooner at
   *     all, so that the role does not flip on noise
   */
  boolean isSooner(boolean lends) {
    return lends ? togetherSeconds < aloneSeconds : togetherSeconds <= SOONER * aloneSeconds;
  }
}

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
    double helped =
        peers.stream()
            .map(peer -> peer.pace(prices))
            .sorted(Comparator.reverseOrder())
            .limit((long) Math.ceil(prices.leaves(units)))
            .mapToDouble(pace -> pace)
            .sum();
    // In T ns peers do T·helped of the work, and own workers T·workers, less lenderShare of the
    // former. Both together are all of it.
    double rate = workers + helped * (1 - prices.lenderShare());
    double nanos = workNanos / Math.max(rate, workers * RATE_MIN) + Prices.LEASE_NANOS;
    return new Forecast(alone, nanos / 1e9);
  }

  boolean isSooner() {
    return togetherSeconds <= SOONER * aloneSeconds;
  }
}

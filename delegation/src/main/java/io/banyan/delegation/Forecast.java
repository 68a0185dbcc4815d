package io.banyan.delegation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;

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

  /**
   * Nanoseconds until all is done, {@code units} and what {@code peers} hold, if it is spread
   * evenly; nothing as long as no peer's pace was measured. Those whose pace was not measured yet
   * are thought to differ from what was modelled as those whose pace was.
   */
  static OptionalDouble endNanos(double units, Prices prices, int workers, List<Peer> peers) {
    double ratio = turnedOut(prices, peers);
    if (ratio == 0) {
      return OptionalDouble.empty();
    }
    double workNanos = units * prices.unitNanos();
    List<Helper> helpers = new ArrayList<>();
    for (Peer peer : peers) {
      workNanos += prices.ownNanos(peer.heldFuel());
      double pace = peer.isMeasured() ? peer.pace(prices) : ratio * peer.modelledPace(prices);
      helpers.add(new Helper(peer.leafNanos(prices), pace));
    }
    helpers.sort(Comparator.comparingDouble(Helper::leaseNanos));
    double rate = workers;
    double nanos = workNanos / rate;
    for (Helper helper : helpers) {
      if (helper.leaseNanos >= nanos) {
        break; // all is done before it has done anything
      }
      rate += helper.pace;
      nanos = workNanos / rate;
    }
    return OptionalDouble.of(nanos);
  }

  /** What was measured over what had been modelled, of those that were; 0 before any was. */
  private static double turnedOut(Prices prices, List<Peer> peers) {
    double measured = 0;
    double modelled = 0;
    for (Peer peer : peers) {
      if (peer.isMeasured()) {
        measured += peer.pace(prices);
        modelled += peer.modelledPace(prices);
      }
    }
    return modelled == 0 ? 0 : measured / modelled;
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

package io.banyan.delegation;

import io.banyan.schema.Interval;
import java.util.Optional;

/**
 * Which plan node of a walk a peer is lent next: what was given back first, else the next child of
 * the outermost inner node. What would keep the peer for too long is opened, and a part of it is
 * looked for; so leases are large in the beginning and smaller towards the end.
 *
 * @param workers of this node
 * @param byAffinity whether a peer is given first what it has worked on before
 */
record Chooser(TaskWalk walk, Prices prices, int workers, boolean byAffinity, long nowNanos) {
  /**
   * A peer is given half of what it could do until all is done: enough is left to even things out.
   */
  private static final double SHARE = 0.5;

  /** Of all places that were given back, so many are looked at for one peer. */
  private static final int RETURNED_MAX = 32;

  /**
   * How much is good for a peer.
   *
   * @param unitsMax of one plan node, where it can be opened
   * @param doneNanos from now, when it would be done without the peer
   * @param moreLeaves whether it may hold more single leaves
   */
  private record Fit(Peer peer, double unitsMax, double doneNanos, boolean moreLeaves) {
    boolean isInTime(long units, Prices prices) {
      return peer.finishNanos((double) units, prices) <= doneNanos;
    }
  }

  /** What to do with a plan node that could be lent. */
  private enum Size {
    RIGHT,
    OPEN,
    SPLIT,
    WRONG
  }

  /**
   * An idle place for {@code peer}, if there is one that helps.
   *
   * @param forecast for what remains
   * @param callsOut leaves that own workers are still at
   */
  Optional<Place> choose(Peer peer, Forecast forecast, int callsOut) {
    double togetherNanos = forecast.togetherSeconds() * 1e9;
    double backlogNanos = peer.backlogNanos(prices);
    double unitsMax =
        SHARE * (togetherNanos - backlogNanos) * peer.pace(prices) / prices.unitNanos();
    double ownNanos = callsOut * prices.leafUnits() * prices.unitNanos() / workers;
    Fit fit =
        new Fit(
            peer,
            unitsMax,
            forecast.aloneSeconds() * 1e9 + ownNanos,
            !peer.isFed() || backlogNanos <= togetherNanos);
    return returned(fit).or(() -> fresh(fit));
  }

  private Optional<Place> returned(Fit fit) {
    for (Place place : walk.frontier().returned(RETURNED_MAX)) {
      if (!place.trials.allows(fit.peer().id) || !place.trials.isDue(nowNanos)) {
        continue;
      }
      switch (size(place.footing, place.interval, place.units, fit)) {
        case RIGHT -> {
          return Optional.of(place);
        }
        case OPEN -> {
          walk.openToLend(place);
          return Optional.empty();
        }
        case SPLIT -> {
          walk.splitToLend(place);
          return Optional.empty();
        }
        case WRONG -> {} // own workers have it before anything else
      }
    }
    return Optional.empty();
  }

  private Optional<Place> fresh(Fit fit) {
    for (Inner inner : walk.frontier().opened()) {
      Interval child = inner.peek();
      if (size(inner.footing(), child, inner.footing().units(child), fit) == Size.RIGHT) {
        return Optional.of(inner.take());
      }
    }
    while (walk.end().isEmpty()) {
      Optional<Inner> outermost = walk.frontier().outermost();
      if (outermost.isEmpty()) {
        return Optional.empty();
      }
      Inner inner = outermost.get();
      Footing footing = inner.footing();
      Interval child = child(inner, fit.peer());
      switch (size(footing, child, footing.units(child), fit)) {
        case RIGHT -> {
          return Optional.of(inner.takeOver(child.from()));
        }
        case OPEN -> walk.openToLend(inner.takeOver(child.from()));
        case SPLIT -> walk.splitToLend(inner.takeOver(child.from()));
        case WRONG -> {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  /** The child of {@code inner} that {@code peer} may have. */
  private Interval child(Inner inner, Peer peer) {
    if (byAffinity && inner.footing() instanceof Footing.Cells) {
      for (Interval child : inner.unbegun()) {
        if (peer.familiar.knows(prices.wares(), child)) {
          return child;
        }
      }
    }
    return inner.peek();
  }

  private Size size(Footing footing, Interval interval, long units, Fit fit) {
    boolean right = units <= fit.unitsMax() && fit.isInTime(units, prices);
    if (interval.count() > 1) {
      boolean named = footing instanceof Footing.Cells; // a group of parts is not lent
      return named && right && !walk.knowsBelow(footing, interval) ? Size.RIGHT : Size.OPEN;
    }
    if (right && !walk.knowsBelow(footing, interval)) {
      return Size.RIGHT;
    }
    if (walk.splits(footing, interval.from())) {
      return walk.readyCount() < workers ? Size.SPLIT : Size.WRONG;
    }
    return fit.moreLeaves() && fit.isInTime(units, prices) ? Size.RIGHT : Size.WRONG;
  }
}

package io.banyan.delegation;

import io.banyan.schema.Interval;
import java.util.Optional;

/**
 * Which plan node of a task a peer is lent next: what was given back first, else the next child of
 * the outermost inner node. What would keep the peer for too long is opened, and a part of it is
 * looked for; so leases are large in the beginning and smaller towards the end. A peer that has
 * many at work for it, its own peers among them, is never given less than keeps them busy.
 *
 * @param workers of this node
 * @param byAffinity whether a peer is given first what it has worked on before
 * @param endNanos from now, when all is thought to be done that the task is a part of
 * @param soonestNanos from now, when the first of all peers would be done with a leaf more
 */
record Chooser(
    TaskState state,
    Prices prices,
    int workers,
    boolean byAffinity,
    double endNanos,
    double soonestNanos,
    long nowNanos) {
  /**
   * A peer is given half of what it could do until all is done: enough is left to even things out.
   */
  static final double SHARE = 0.5;

  /** Who takes a tenth longer for a leaf than the first is not waited for in the end. */
  private static final double LATER = 1.1;

  /** Of those that work for a peer, so many get something of what was opened for other peers. */
  private static final double BUSY = 0.25;

  /** Of all places that were given back, so many are looked at for one peer. */
  private static final int RETURNED_MAX = 32;

  /**
   * How much is good for a peer.
   *
   * @param unitsMax of one plan node, where it can be opened
   * @param unitsMin of one that was opened for other peers
   * @param doneNanos from now, when it would be done without the peer
   * @param moreLeaves whether it may hold more single leaves
   */
  private record Fit(
      Peer peer, double unitsMax, double unitsMin, double doneNanos, boolean moreLeaves) {
    boolean isInTime(double units, Prices prices) {
      return peer.finishNanos(units, prices) <= doneNanos;
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
   */
  Optional<Place> choose(Peer peer, Forecast forecast) {
    double backlogNanos = peer.backlogNanos(prices);
    double halfUnits = SHARE * (endNanos - backlogNanos) * peer.pace(prices) / prices.unitNanos();
    double parallelUnits = peer.parallelism() * prices.leafUnits();
    double ownNanos = state.callCount() * prices.leafUnits() * prices.unitNanos() / workers;
    double aloneNanos = forecast.aloneSeconds() * 1e9 + ownNanos;
    Fit fit =
        new Fit(
            peer,
            Math.max(halfUnits, Peer.CREDIT * parallelUnits),
            BUSY * parallelUnits,
            Math.max(endNanos, Math.min(aloneNanos, LATER * soonestNanos)),
            !peer.isFed() || backlogNanos <= endNanos);
    return returned(fit).or(() -> fresh(fit));
  }

  private Optional<Place> returned(Fit fit) {
    for (Place place : state.walk.frontier().returned(RETURNED_MAX)) {
      if (!place.trials.allows(fit.peer().id) || !place.trials.isDue(nowNanos)) {
        continue;
      }
      switch (size(place.footing, place.interval, place.units, fit)) {
        case RIGHT -> {
          return Optional.of(place);
        }
        case OPEN -> {
          state.walk.openToLend(place);
          return Optional.empty();
        }
        case SPLIT -> {
          state.walk.splitToLend(place);
          return Optional.empty();
        }
        case WRONG -> {} // own workers have it before anything else
      }
    }
    return Optional.empty();
  }

  private Optional<Place> fresh(Fit fit) {
    for (Inner inner : state.walk.frontier().opened()) {
      Interval child = inner.peek();
      long units = inner.footing().units(child);
      if (units >= fit.unitsMin() && size(inner.footing(), child, units, fit) == Size.RIGHT) {
        return Optional.of(inner.take());
      }
    }
    while (state.walk.end().isEmpty()) {
      Optional<Inner> outermost = state.walk.frontier().outermost();
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
        case OPEN -> state.walk.openToLend(inner.takeOver(child.from()));
        case SPLIT -> state.walk.splitToLend(inner.takeOver(child.from()));
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
    boolean right = units <= fit.unitsMax() && fit.isInTime((double) units, prices);
    boolean known = state.walk.knowsBelow(footing, interval);
    if (interval.count() > 1) {
      boolean named = footing instanceof Footing.Cells; // a group of parts is not lent
      if (named && right && !known) {
        return Size.RIGHT;
      }
      if (!named || known || mayLend(units * interval.childCount() / interval.count())) {
        return open(units, fit);
      }
      return fit.isInTime((double) units, prices) ? Size.RIGHT : Size.WRONG;
    }
    if (!fit.peer().mayHoldLeaf() || !mayLend(units)) {
      return Size.WRONG;
    }
    if (right && !known) {
      return Size.RIGHT;
    }
    if (state.walk.splits(footing, interval.from())) {
      return state.walk.readyCount() < workers ? Size.SPLIT : Size.WRONG;
    }
    return fit.moreLeaves() && fit.isInTime((double) units, prices) ? Size.RIGHT : Size.WRONG;
  }

  /** Whether there are leases enough to lend plan nodes as small as {@code units}. */
  private boolean mayLend(long units) {
    return state.room.has(units, state.walk.remaining());
  }

  /** What is too much for a peer is opened, if a leaf of it is not. */
  private Size open(long units, Fit fit) {
    double leafUnits = prices.leafUnits();
    return units > leafUnits && !fit.isInTime(leafUnits, prices) ? Size.WRONG : Size.OPEN;
  }
}

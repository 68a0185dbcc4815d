package io.banyan.delegation;

import io.banyan.schema.PeerId;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * A peer that can be lent to: what it holds, and how fast it has been.
 *
 * <p>Confined to the driver thread.
 */
final class Peer {
  /**
   * Leases a peer may hold for each worker it reported: one that is worked on and one that is on
   * its way, so that the worker is not idle for a round trip.
   */
  static final int CREDIT = 2;

  /** However many workers a peer says it has, its leases are big enough to keep them all busy. */
  static final int CREDIT_MAX = 16;

  /** What a delivery counts when the next one comes: the last four make two thirds of the pace. */
  private static final double REMEMBERED = 0.75;

  /** A pace is a quotient of what a peer did: within these, whatever it did. */
  private static final double PACE_MIN = 1e-3;

  private static final double PACE_MAX = 1e3;

  final PeerId id;
  private int workers;
  private int freeWorkers;
  private boolean suspect;
  private boolean gone;
  private long heardNanos;
  private boolean busy;

  private final LinkedHashSet<Lent> leases = new LinkedHashSet<>(); // that use its credit
  private double heldNanos; // work in its leases, in nanoseconds of our own workers
  private double workNanos; // delivered, recent work above all
  private double tookNanos; // for that
  private long countedNanos; // until when it took

  Peer(PeerId id, int workers, long nowNanos) {
    this.id = id;
    this.workers = workers;
    this.freeWorkers = workers;
    this.heardNanos = nowNanos;
  }

  void rejoined(int workersNow, long nowNanos) {
    workers = workersNow;
    gone = false;
    heard(workersNow, nowNanos);
  }

  void heard(int freeWorkersNow, long nowNanos) {
    freeWorkers = Math.min(freeWorkersNow, workers);
    heardNanos = nowNanos;
    suspect = false;
  }

  long heardNanos() {
    return heardNanos;
  }

  void suspect() {
    suspect = true;
  }

  boolean isSuspect() {
    return suspect;
  }

  /** It left, and holds leases: it is heard again no sooner than it joins again. */
  void left() {
    suspect = true;
    gone = true;
    busy = false; // it may be asked when it is back
  }

  boolean isGone() {
    return gone;
  }

  void busy(boolean now) {
    busy = now;
  }

  int workers() {
    return workers;
  }

  /** Whether another lease may be offered to it now. */
  boolean hasCredit() {
    int credit = Math.min(CREDIT * workers, CREDIT_MAX);
    return !suspect && !busy && leases.size() < credit;
  }

  /** Whether each of its workers has a lease of ours. */
  boolean isFed() {
    return leases.size() >= workers;
  }

  void add(Lent lent, long nowNanos) {
    if (leases.isEmpty()) {
      countedNanos = nowNanos;
    }
    leases.add(lent);
    heldNanos += lent.workNanos;
  }

  /** {@code lent} does not use its credit any more, and says nothing of its pace. */
  void remove(Lent lent) {
    if (leases.remove(lent)) {
      heldNanos = leases.isEmpty() ? 0 : heldNanos - lent.workNanos;
    }
  }

  /** {@code lent} ended, and what it was worth is {@code workDone}: all of it, or nothing. */
  void ended(Lent lent, double workDone, long nowNanos) {
    if (!leases.contains(lent)) {
      return; // it had ended before, and this is late
    }
    remove(lent);
    workNanos = REMEMBERED * workNanos + workDone;
    tookNanos = REMEMBERED * tookNanos + (nowNanos - countedNanos);
    countedNanos = nowNanos;
  }

  boolean hasLeases() {
    return !leases.isEmpty();
  }

  /** In the order in which they were lent. */
  List<Lent> leases() {
    return List.copyOf(leases);
  }

  /**
   * The work, in nanoseconds of one of our own workers, that it does in a nanosecond: measured once
   * something came back.
   */
  double pace(Prices prices) {
    if (workNanos > 0) {
      return Math.clamp(workNanos / Math.max(1, tookNanos), PACE_MIN, PACE_MAX);
    }
    int usable = leases.isEmpty() ? Math.max(1, freeWorkers) : workers;
    return Math.clamp(prices.modelledPace(usable), PACE_MIN, PACE_MAX);
  }

  /** Nanoseconds until it is done with what it holds. */
  double backlogNanos(Prices prices) {
    return heldNanos / pace(prices);
  }

  /** Nanoseconds from now until it would be done with one leaf more, all its workers sharing it. */
  double nextNanos(Prices prices) {
    return (heldNanos + prices.leafUnits() * prices.weight()) / pace(prices);
  }

  /** Nanoseconds from now until it has delivered {@code units} more. */
  double finishNanos(double units, Prices prices) {
    double share = Math.min(1, prices.leaves(units) / workers); // few leaves leave workers idle
    return backlogNanos(prices)
        + Prices.LEASE_NANOS
        + units * prices.weight() / (pace(prices) * share);
  }
}

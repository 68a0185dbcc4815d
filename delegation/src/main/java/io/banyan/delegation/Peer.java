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

  /**
   * A peer's own word about its speed is a first guess, and believed within these: machines that
   * compute together are hardly further apart.
   */
  private static final double REPORTED_MIN = 0.25;

  private static final double REPORTED_MAX = 4;

  /** A pace is a quotient of what a peer did: within these, whatever it did. */
  private static final double PACE_MIN = 1e-3;

  private static final double PACE_MAX = 1e3;

  /**
   * How long a peer that is lent nothing is known by what it did last: what held it up may be over,
   * as the first seconds of a JVM are, and who is thought slow would be lent nothing for ever.
   */
  static final long PACE_NANOS_MIN = 5_000_000_000L; // 5 s

  /** The same of a peer that was forgiven before, each time for twice as long. */
  static final long PACE_NANOS_MAX = 300_000_000_000L; // 5 min

  final PeerId id;
  final Familiar familiar = new Familiar();
  final Breaker breaker;
  private PeerProfile profile;
  private int freeWorkers;
  private boolean suspect;
  private boolean gone;
  private long heardNanos;
  private boolean busy;

  private final LinkedHashSet<Lent> leases = new LinkedHashSet<>(); // that use its credit
  private double heldFuel; // work in its leases
  private Work work = Work.NONE; // delivered, recent work above all
  private double tookNanos; // for that
  private long countedNanos; // until when it took
  private long paceNanos = PACE_NANOS_MIN; // for which that is remembered

  /**
   * What a lease was worth.
   *
   * @param fuel that such leaves take
   * @param ownNanos that one of our own workers would have taken for it
   */
  record Work(double fuel, double ownNanos) {
    /** Of a lease that nothing came of. */
    static final Work NONE = new Work(0, 0);

    private Work fade(double share) {
      return new Work(share * fuel, share * ownNanos);
    }

    private Work plus(Work other) {
      return new Work(fuel + other.fuel, ownNanos + other.ownNanos);
    }
  }

  /** {@code breaker}: as it was when the peer was here last. */
  Peer(PeerId id, PeerProfile profile, Breaker breaker, long nowNanos) {
    this.id = id;
    this.breaker = breaker;
    this.profile = profile;
    this.freeWorkers = profile.workers();
    this.heardNanos = nowNanos;
  }

  void rejoined(PeerProfile now, long nowNanos) {
    profile = now;
    gone = false;
    heard(now.workers(), nowNanos);
  }

  void changed(PeerProfile now) {
    profile = now;
    freeWorkers = Math.min(freeWorkers, now.workers());
  }

  PeerProfile profile() {
    return profile;
  }

  /** What it shares with peers that may be the same person; its own id where that is not known. */
  String domain() {
    return profile.trustDomain().orElseGet(id::toString);
  }

  void heard(int freeWorkersNow, long nowNanos) {
    freeWorkers = Math.min(freeWorkersNow, workers());
    heardNanos = nowNanos;
    suspect = false;
    if (leases.isEmpty() && tookNanos > 0 && nowNanos - countedNanos > paceNanos) {
      work = Work.NONE;
      tookNanos = 0;
      paceNanos = Math.min(PACE_NANOS_MAX, 2 * paceNanos);
    }
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
    return profile.workers();
  }

  /** Whether another lease may be offered to it now. */
  boolean hasCredit() {
    int credit = Math.min(CREDIT * workers(), CREDIT_MAX);
    return !suspect && !busy && leases.size() < credit && breaker.allows(leases.size());
  }

  /** Whether it has nothing of ours to do, and says that it has nothing else to do either. */
  boolean isIdle() {
    return leases.isEmpty() && freeWorkers > 0 && hasCredit();
  }

  /** Whether each of its workers has a lease of ours. */
  boolean isFed() {
    return leases.size() >= workers();
  }

  void add(Lent lent, long nowNanos) {
    if (leases.isEmpty()) {
      countedNanos = nowNanos;
    }
    leases.add(lent);
    heldFuel += lent.fuel;
  }

  /** {@code lent} does not use its credit any more, and says nothing of its pace. */
  void remove(Lent lent) {
    if (leases.remove(lent)) {
      heldFuel = leases.isEmpty() ? 0 : heldFuel - lent.fuel;
    }
  }

  /** {@code lent} ended, and what it was worth is {@code done}: all of it, or nothing. */
  void ended(Lent lent, Work done, long nowNanos) {
    if (!leases.contains(lent)) {
      return; // it had ended before, and this is late
    }
    remove(lent);
    work = work.fade(REMEMBERED).plus(done);
    tookNanos = REMEMBERED * tookNanos + (nowNanos - countedNanos);
    countedNanos = nowNanos;
  }

  boolean hasLeases() {
    return !leases.isEmpty();
  }

  int leaseCount() {
    return leases.size();
  }

  /** In the order in which they were lent. */
  List<Lent> leases() {
    return List.copyOf(leases);
  }

  /**
   * The work, in nanoseconds of one of our own workers, that it does in a nanosecond: measured once
   * something came back. So it holds for modules of every kind: what slows one machine down, such
   * as memory, slows others down too.
   */
  double pace(Prices prices) {
    if (work.ownNanos > 0) {
      return Math.clamp(work.ownNanos / Math.max(1, tookNanos), PACE_MIN, PACE_MAX);
    }
    int usable = leases.isEmpty() ? Math.max(1, freeWorkers) : workers();
    double modelled = prices.modelledPace(usable, reportedSpeed(prices), nanosPerByte());
    return Math.clamp(modelled, PACE_MIN, PACE_MAX);
  }

  /** What one worker does by the peer's own word, as a multiple of one of ours. */
  private double reportedSpeed(Prices prices) {
    return profile.fuelPerSecond() == 0
        ? 1
        : Math.clamp(
            profile.fuelPerSecond() / prices.cost().fuelPerSecond(), REPORTED_MIN, REPORTED_MAX);
  }

  /** What a byte takes to reach it, as it was measured. */
  private double nanosPerByte() {
    return profile.bytesPerSecond() == 0
        ? Prices.TRANSFER_NANOS_PER_BYTE
        : 1e9 / profile.bytesPerSecond();
  }

  /**
   * What a lease costs it beside the work: what any costs, the way there and back, and the module,
   * if it has not had it yet.
   */
  double leaseNanos(Prices prices) {
    double wares = familiar.knows(prices.wares()) ? 0 : prices.wares().bytes() * nanosPerByte();
    return Prices.LEASE_NANOS + Prices.LEASE_ROUND_TRIPS * profile.roundTripNanos() + wares;
  }

  /**
   * Fuel that all of it used up in a second in which it held a lease of ours, transfer included: by
   * what was delivered, and not by its own word. 0 before anything was.
   */
  double fuelPerSecond() {
    return work.fuel == 0 ? 0 : work.fuel / Math.max(1, tookNanos) * 1e9;
  }

  /** Nanoseconds until it is done with what it holds. */
  double backlogNanos(Prices prices) {
    return prices.ownNanos(heldFuel) / pace(prices);
  }

  /** Nanoseconds from now until it would be done with one leaf more, all its workers sharing it. */
  double nextNanos(Prices prices) {
    double leafFuel = prices.leafUnits() * prices.unitFuel();
    return leaseNanos(prices) + prices.ownNanos(heldFuel + leafFuel) / pace(prices);
  }

  /** Nanoseconds from now until it has delivered {@code units} more. */
  double finishNanos(double units, Prices prices) {
    double share = Math.min(1, prices.leaves(units) / workers()); // few leaves leave workers idle
    return backlogNanos(prices)
        + leaseNanos(prices)
        + units * prices.unitNanos() / (pace(prices) * share);
  }
}

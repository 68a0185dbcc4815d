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

  /**
   * A peer's own word about its speed is a first guess, and believed within these: machines that
   * compute together are hardly further apart.
   */
  private static final double REPORTED_MIN = 0.25;

  private static final double REPORTED_MAX = 4;

  /** As many as the plan can keep busy with a lease of two levels. */
  private static final double PARALLELISM_MAX = 256;

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
  private int singles; // leases of one cell or part
  private double heldFuel; // work in its leases
  private final Pace pace = new Pace();

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
    if (leases.isEmpty()) {
      pace.idle(nowNanos);
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
    return mayHave(Math.min(CREDIT * workers(), CREDIT_MAX));
  }

  /**
   * Whether another lease may be offered to it now, or would be if it had peers of its own that
   * work for it: it is seen to be done with what it holds in {@code enoughNanos}.
   */
  boolean hasCredit(Prices prices, double enoughNanos) {
    return hasCredit()
        || (pace.isMeasured() && backlogNanos(prices) <= enoughNanos && mayHave(CREDIT_MAX));
  }

  /** Whether it may be lent what it says it has already, which keeps no worker busy. */
  boolean mayHaveHeld() {
    return mayHave(CREDIT_MAX);
  }

  private boolean mayHave(int leasesMax) {
    return !suspect && !busy && leases.size() < leasesMax && breaker.allows(leases.size());
  }

  /** Whether its pace is what it has done, and not what it is thought to be. */
  boolean isMeasured() {
    return pace.isMeasured();
  }

  /** The work in its leases, in fuel. */
  double heldFuel() {
    return heldFuel;
  }

  /** Whether it has nothing of ours to do, and says that it has nothing else to do either. */
  boolean isIdle() {
    return leases.isEmpty() && freeWorkers > 0 && hasCredit();
  }

  /** Whether each of its workers has a lease of ours. */
  boolean isFed() {
    return leases.size() >= workers();
  }

  /** Whether it may have one single leaf more, which only its own workers can do. */
  boolean mayHoldLeaf() {
    return singles < Math.min(CREDIT * workers(), CREDIT_MAX);
  }

  void add(Lent lent, long nowNanos) {
    if (leases.isEmpty()) {
      pace.begin(nowNanos);
    }
    leases.add(lent);
    singles += lent.place.isSingle() ? 1 : 0;
    heldFuel += lent.fuel;
  }

  /** {@code lent} does not use its credit any more, and says nothing of its pace. */
  void remove(Lent lent) {
    if (leases.remove(lent)) {
      heldFuel = leases.isEmpty() ? 0 : heldFuel - lent.leftFuel();
      singles -= lent.place.isSingle() ? 1 : 0;
    }
  }

  /** All of {@code lent} is done; {@code rest} of it since it was last told how far it had come. */
  void delivered(Lent lent, Pace.Work rest, long nowNanos) {
    if (leases.contains(lent)) { // else it had ended before, and this is late
      boolean toldAll = lent.leftFuel() <= 0; // since then it had nothing to wait for but itself
      boolean wasBusy = toldAll || isBusy(lent);
      remove(lent);
      pace.count(rest, wasBusy, nowNanos);
    }
  }

  /** Nothing came of {@code lent}, and so nothing of what was told of it. */
  void lost(Lent lent, long nowNanos) {
    if (leases.contains(lent)) {
      remove(lent);
      pace.takeBack(lent.doneFuel());
      pace.count(Pace.Work.NONE, true, nowNanos);
    }
  }

  /** {@code done} of {@code lent} is done more, by the peer's own word. */
  void progressed(Lent lent, Pace.Work done, long nowNanos) {
    if (leases.contains(lent)) {
      boolean wasBusy = isBusy(lent);
      heldFuel -= done.fuel();
      pace.count(done, wasBusy, nowNanos);
    }
  }

  /** Whether there was enough to do for all who work for it, with leaves like those of a lease. */
  private boolean isBusy(Lent lent) {
    return heldFuel >= parallelism() * lent.fuel / lent.place.interval.count();
  }

  /**
   * How many workers it has, with those of peers that it lends to: what it does together, over what
   * one does by its own word.
   */
  double parallelism() {
    return profile.fuelPerSecond() == 0
        ? workers()
        : Math.clamp(
            fuelPerSecond() / profile.fuelPerSecond(),
            workers(),
            Math.max(workers(), PARALLELISM_MAX));
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
    return pace.isSeen() ? pace.perNano() : modelledPace(prices);
  }

  /** The same as it is thought to be before anything came back. */
  double modelledPace(Prices prices) {
    int usable = leases.isEmpty() ? Math.max(1, freeWorkers) : workers();
    double modelled = prices.modelledPace(usable, reportedSpeed(prices), nanosPerByte());
    return Math.clamp(modelled, Pace.MIN, Pace.MAX);
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
    return pace.fuelPerSecond();
  }

  /** Nanoseconds that it takes for a leaf, if it had nothing else to do. */
  double leafNanos(Prices prices) {
    return leaseNanos(prices)
        + prices.leafUnits() * prices.unitNanos() * parallelism() / pace(prices);
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
    double share =
        Math.min(1, prices.leaves(units) / parallelism()); // few leaves leave workers idle
    return backlogNanos(prices)
        + leaseNanos(prices)
        + units * prices.unitNanos() / (pace(prices) * share);
  }
}

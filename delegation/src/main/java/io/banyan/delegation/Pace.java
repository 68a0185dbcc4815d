package io.banyan.delegation;

/**
 * How fast a peer is seen to work for this node: what it did, over the time in which it had enough
 * to do; recent work above all.
 *
 * <p>Confined to the driver thread.
 */
final class Pace {
  /** What a delivery counts when the next one comes: the last four make two thirds of the pace. */
  private static final double REMEMBERED = 0.75;

  /** What comes within this counts as one delivery. */
  private static final long TOGETHER_NANOS = 250_000_000; // 250 ms

  /** What was seen for less time than this says more of how work begins than of how it goes on. */
  static final long MEASURED_NANOS = 3_000_000_000L; // 3 s

  /** A pace is a quotient of what a peer did: within these, whatever it did. */
  static final double MIN = 1e-3;

  static final double MAX = 1e3;

  /**
   * How long a peer that is lent nothing is known by what it did last: what held it up may be over,
   * as the first seconds of a JVM are, and who is thought slow would be lent nothing for ever.
   */
  static final long KEPT_NANOS_MIN = 5_000_000_000L; // 5 s

  /** The same of a peer that was forgiven before, each time for twice as long. */
  static final long KEPT_NANOS_MAX = 300_000_000_000L; // 5 min

  private Work work = Work.NONE;
  private double tookNanos; // for that
  private long seenNanos; // in all
  private long countedNanos; // until when
  private long keptNanos = KEPT_NANOS_MIN;

  /**
   * What a lease was worth, or what was done of it.
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

  /** From now on it has something to do. */
  void begin(long nowNanos) {
    countedNanos = nowNanos;
  }

  /**
   * {@code done} was done since this was called last.
   *
   * @param busy whether all that work for the peer had something to do: if not, it may be faster
   *     than it could show, and is not slower for it
   */
  void count(Work done, boolean busy, long nowNanos) {
    long nanos = nowNanos - countedNanos;
    countedNanos = nowNanos;
    boolean slower = done.ownNanos * tookNanos < work.ownNanos * nanos;
    if (!busy && slower) {
      return;
    }
    double remembered = Math.pow(REMEMBERED, Math.min(1, (double) nanos / TOGETHER_NANOS));
    work = work.fade(remembered).plus(done);
    tookNanos = remembered * tookNanos + nanos;
    seenNanos += nanos;
  }

  /** {@code fuel} that the peer said it had used up came to nothing. */
  void takeBack(double fuel) {
    if (work.fuel > 0) {
      work = work.fade(Math.max(0, 1 - fuel / work.fuel));
    }
  }

  /** The peer has nothing to do, and is heard: what it did may be too long ago to count. */
  void idle(long nowNanos) {
    if (tookNanos > 0 && nowNanos - countedNanos > keptNanos) {
      work = Work.NONE;
      tookNanos = 0;
      seenNanos = 0;
      keptNanos = Math.min(KEPT_NANOS_MAX, 2 * keptNanos);
    }
  }

  /** Whether anything was seen. */
  boolean isSeen() {
    return work.ownNanos > 0;
  }

  /** Whether enough was seen to reckon with. */
  boolean isMeasured() {
    return isSeen() && seenNanos >= MEASURED_NANOS;
  }

  /** The work, in nanoseconds of one of our own workers, that it does in a nanosecond. */
  double perNano() {
    return Math.clamp(work.ownNanos / Math.max(1, tookNanos), MIN, MAX);
  }

  /** The fuel that it uses up in a second; 0 before anything was seen. */
  double fuelPerSecond() {
    return work.fuel == 0 ? 0 : work.fuel / Math.max(1, tookNanos) * 1e9;
  }
}

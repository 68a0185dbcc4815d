package io.banyan.delegation;

import io.banyan.schema.Budget;
import io.banyan.trust.Evidence;
import java.util.Optional;

/**
 * What of a task's grant is spent, and what is reserved for leases that are out. Fuel, leaves and
 * bytes add up; memory, time and hops do not, and are not looked at here.
 *
 * <p>Confined to the driver thread.
 */
final class Grants {
  // INVARIANT: whenever something is reserved, settled + reserved ≤ granted; save for the fuel that
  // own calls turn out to have taken.

  private final Budget granted;
  private long leavesSettled;
  private long fuelSettled;
  private long bytesSettled;
  private long leavesReserved;
  private long fuelReserved;
  private long bytesReserved;

  /** What one lease may spend. */
  record Reservation(long leaves, long fuel, long bytes) {
    static final Reservation NONE = new Reservation(0, 0, 0);

    /** Both, each of which is reserved: they do not overflow. */
    Reservation plus(Reservation other) {
      return new Reservation(leaves + other.leaves, fuel + other.fuel, bytes + other.bytes);
    }
  }

  Grants(Budget granted) {
    this.granted = granted;
  }

  /** Whether one leaf more may be begun. */
  enum LeafAnswer {
    YES,
    /** All that is left is reserved for leases that are out. */
    LATER,
    NEVER
  }

  /** One leaf is begun here, if it may. */
  LeafAnswer beginLeaf() {
    if (leavesLeft() > 0) {
      leavesSettled++;
      return LeafAnswer.YES;
    }
    return leavesReserved > 0 ? LeafAnswer.LATER : LeafAnswer.NEVER;
  }

  /** Something known counts as if it were done here, if there is room for it. */
  LeafAnswer reuse(Evidence evidence) {
    if (evidence.leaves() <= leavesLeft() && evidence.fuel() <= fuelLeft()) {
      leavesSettled += evidence.leaves();
      fuelSettled += evidence.fuel();
      return LeafAnswer.YES;
    }
    boolean fits =
        evidence.leaves() <= granted.leaves() - leavesSettled && hasUnspent(evidence.fuel());
    return fits ? LeafAnswer.LATER : LeafAnswer.NEVER;
  }

  /** A call made here took {@code fuel}: whether the grant had it. */
  boolean spendFuel(long fuel) {
    fuelSettled = plus(fuelSettled, fuel);
    return fuelSettled <= granted.fuel();
  }

  /**
   * Reserves what is left, up to {@code wanted}, but no less than {@code least}; nothing if there
   * is not so much.
   */
  Optional<Reservation> reserve(Reservation wanted, Reservation least) {
    long leaves = Math.min(wanted.leaves, leavesLeft());
    long fuel = Math.min(wanted.fuel, fuelLeft());
    long bytes = Math.min(wanted.bytes, bytesLeft());
    if (leaves < Math.max(1, least.leaves)
        || fuel < Math.max(1, least.fuel)
        || bytes < least.bytes) {
      return Optional.empty();
    }
    Reservation reservation = new Reservation(leaves, fuel, bytes);
    leavesReserved += leaves;
    fuelReserved += fuel;
    bytesReserved += bytes;
    return Optional.of(reservation);
  }

  /** A lease ended, and nothing came of it. */
  void release(Reservation reservation) {
    leavesReserved -= reservation.leaves;
    fuelReserved -= reservation.fuel;
    bytesReserved -= reservation.bytes;
  }

  /**
   * Something was delivered whose reservation is released: whether there is room for what it cost.
   *
   * @param awaited whether it was reserved until now: what own calls took beyond their share is not
   *     taken from it
   * @param freed what is reserved for leases that are overtaken by it, and released at once
   */
  boolean settle(Evidence evidence, long bytes, boolean awaited, Reservation freed) {
    boolean hasFuel =
        awaited ? hasUnspent(evidence.fuel()) : evidence.fuel() <= plus(fuelLeft(), freed.fuel);
    if (evidence.leaves() > leavesLeft() + freed.leaves
        || !hasFuel
        || bytes > bytesLeft() + freed.bytes) {
      return false;
    }
    leavesSettled += evidence.leaves();
    fuelSettled += evidence.fuel();
    bytesSettled += bytes;
    return true;
  }

  /** Whether {@code fuel} is not spent, though it may be reserved. */
  boolean hasUnspent(long fuel) {
    return plus(fuelSettled, fuel) <= granted.fuel();
  }

  private long leavesLeft() {
    return Math.max(0, granted.leaves() - leavesSettled - leavesReserved);
  }

  /** Own calls are settled when they are done, and may by then have taken what was reserved. */
  private long fuelLeft() {
    return Math.max(0, granted.fuel() - fuelSettled - fuelReserved);
  }

  private long bytesLeft() {
    return Math.max(0, granted.bytes() - bytesSettled - bytesReserved);
  }

  /** The task is over, and so are its leases. */
  void requireNothingReserved() {
    if (leavesReserved != 0 || fuelReserved != 0 || bytesReserved != 0) {
      throw new IllegalStateException(
          "leaves "
              + leavesReserved
              + ", fuel "
              + fuelReserved
              + ", bytes "
              + bytesReserved
              + " are reserved for leases that are over");
    }
  }

  /** What is settled and reserved. */
  Reservation committed() {
    return new Reservation(
        leavesSettled + leavesReserved,
        plus(fuelSettled, fuelReserved),
        bytesSettled + bytesReserved);
  }

  Budget granted() {
    return granted;
  }

  private static long plus(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }
}

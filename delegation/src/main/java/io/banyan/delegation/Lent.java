package io.banyan.delegation;

import io.banyan.schema.PeerId;
import org.jspecify.annotations.Nullable;

/**
 * A lease that this node lent and that may still deliver.
 *
 * <p>Confined to the driver thread.
 */
final class Lent {
  final long lease;
  final TaskState task;
  final Place place;
  final PeerId peer;
  final Grants.Reservation reservation;
  final double fuel; // that it is expected to take, by what we know of such leaves
  final long doubtNanos; // when it should have been delivered long ago
  final long deadlineNanos;
  final boolean second; // beside another lease of the same place
  private Standing standing = Standing.OFFERED;
  private boolean accepted;
  private boolean begun;
  private double doneFuel; // by its peer's own word

  /** How much is still expected of a lease. */
  enum Standing {
    /** Not answered yet. */
    OFFERED,
    /** Worked on. */
    LIVE,
    /** Its peer is not heard: others may have its plan node too. */
    SUSPENDED,
    /** Revoked, and its reservation released; a late delivery still counts. */
    OVER
  }

  Lent(
      long lease,
      TaskState task,
      Place place,
      PeerId peer,
      Grants.Reservation reservation,
      double fuel,
      long doubtNanos,
      long deadlineNanos,
      boolean second) {
    this.lease = lease;
    this.task = task;
    this.place = place;
    this.peer = peer;
    this.reservation = reservation;
    this.fuel = fuel;
    this.doubtNanos = Math.min(doubtNanos, deadlineNanos);
    this.deadlineNanos = deadlineNanos;
    this.second = second;
  }

  Standing standing() {
    return standing;
  }

  boolean isOver() {
    return standing == Standing.OVER;
  }

  void accept() {
    accepted = true;
    if (standing == Standing.OFFERED) {
      standing = Standing.LIVE;
    }
  }

  boolean isAccepted() {
    return accepted;
  }

  /** Its peer says that it has done {@code share} of it: how much fuel that is more than before. */
  double progressed(double share) {
    double more = Math.max(0, share * fuel - doneFuel);
    doneFuel += more;
    return more;
  }

  /** What it has taken by its peer's own word. */
  double doneFuel() {
    return doneFuel;
  }

  /** What it is still expected to take. */
  double leftFuel() {
    return fuel - doneFuel;
  }

  /** Its peer has done something for it. */
  void begun() {
    begun = true;
  }

  /** Whether it may be that nobody has done anything for it. */
  boolean isUnbegun() {
    return !begun && (standing == Standing.OFFERED || standing == Standing.LIVE);
  }

  void suspend() {
    standing = Standing.SUSPENDED;
  }

  void resume() {
    standing = accepted ? Standing.LIVE : Standing.OFFERED;
  }

  void over() {
    standing = Standing.OVER;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(lease);
  }
}

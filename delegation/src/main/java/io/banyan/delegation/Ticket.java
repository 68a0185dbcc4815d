package io.banyan.delegation;

import io.banyan.schema.GuestFunction;

/**
 * A call that is to be made, with the place that waits for it.
 *
 * <p>Confined to the driver thread.
 */
final class Ticket {
  private static final long NOT_GIVEN = -1;

  final PlannedCall call;
  final Place place;
  private long number = NOT_GIVEN;

  Ticket(PlannedCall call, Place place) {
    this.call = call;
    this.place = place;
  }

  /** It is given out as call {@code call}. */
  void give(long call) {
    number = call;
  }

  boolean isGiven() {
    return number != NOT_GIVEN;
  }

  boolean isLeaf() {
    return call.function() == GuestFunction.EXECUTE;
  }

  boolean isSplit() {
    return call.function() == GuestFunction.SPLIT;
  }

  /** The number of its call, once it is given out. */
  long number() {
    return number;
  }
}

package io.banyan.delegation;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.Interval;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Value;
import io.banyan.trust.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The place of one plan node in a walk, and what is being done to fill it. One activity at a time
 * counts; beside it, leases that are suspended or over may still deliver, and whoever comes first
 * fills it.
 *
 * <p>Confined to the driver thread.
 */
final class Place {
  final @Nullable Inner parent; // none above the task's own plan node
  final Footing footing;
  final Interval interval;
  final long units;
  final Trials trials;
  private final List<Long> leases = new ArrayList<>(0); // that may still deliver, oldest first
  private Activity activity = new Idle();
  private OptionalLong second = OptionalLong.empty(); // a lease beside the one that counts
  private boolean takenBack;
  private long heldFromNanos; // kept for a peer
  private boolean held;

  Place(@Nullable Inner parent, Footing footing, Interval interval, int tries) {
    this.parent = parent;
    this.footing = footing;
    this.interval = interval;
    this.units = footing.units(interval);
    this.trials = new Trials(tries);
  }

  /** For how long it was kept for peers that say they have it, since this was asked first. */
  long heldNanos(long nowNanos) {
    if (!held) {
      held = true;
      heldFromNanos = nowNanos;
    }
    return nowNanos - heldFromNanos;
  }

  /** What is being done for a place. */
  sealed interface Activity {}

  /** Nothing: it waits to be begun. */
  record Idle() implements Activity {}

  /** Its execution, or its split, is to be made or is being made. */
  record Called(Ticket ticket) implements Activity {}

  /** Its children are worked on. */
  record Opened(Inner inner) implements Activity {}

  /** A peer works on it. */
  record Lent(long lease) implements Activity {}

  /**
   * It is done.
   *
   * @param receipts of the leases it rests on, in the order of the plan
   * @param units of the leaves below it
   */
  record Filled(Value value, Evidence evidence, List<Digest> receipts, long units)
      implements Activity {}

  Activity activity() {
    return activity;
  }

  void become(Activity next) {
    activity = next;
  }

  PlanNode node() {
    return footing.node(interval);
  }

  boolean isIdle() {
    return activity instanceof Idle;
  }

  boolean isLentUnder(long lease) {
    return activity instanceof Lent(long current) && current == lease;
  }

  Filled filled() {
    if (activity instanceof Filled filled) {
      return filled;
    }
    throw new IllegalStateException("plan node " + node() + " is not done: " + activity);
  }

  /** A single cell or part, which has no children before it is run. */
  boolean isSingle() {
    return interval.count() == 1;
  }

  /** The part it stands on, under the rule {@code module}. */
  BlobRef part() {
    return footing.part(interval.from());
  }

  /** Another peer tries it too, under {@code lease}. */
  void lendSecond(long lease) {
    second = OptionalLong.of(lease);
  }

  /** Whether another peer tries it too. */
  boolean hasSecond() {
    return second.isPresent();
  }

  boolean isSecond(long lease) {
    return second.isPresent() && second.getAsLong() == lease;
  }

  /** The lease beside the one that counts, which it is not any more. */
  OptionalLong takeSecond() {
    OptionalLong was = second;
    second = OptionalLong.empty();
    return was;
  }

  /** It was lent, and taken back before it was begun. */
  void takenBack() {
    takenBack = true;
  }

  /** Whether it was: that is done once, so that nothing goes to and fro. */
  boolean wasTakenBack() {
    return takenBack;
  }

  /** Leases that may still deliver, oldest first. */
  List<Long> leases() {
    return List.copyOf(leases);
  }

  /** Whether it, or something above it, was lent to a peer that is not waited for any more. */
  boolean wasLentBefore() {
    boolean before = leases.size() > 1;
    for (Inner inner = parent; inner != null && !before; inner = inner.place.parent) {
      before = !inner.place.leases.isEmpty();
    }
    return before;
  }

  void addLease(long lease) {
    leases.add(lease);
  }

  void removeLease(long lease) {
    leases.remove(lease);
  }
}

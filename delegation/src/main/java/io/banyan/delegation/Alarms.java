package io.banyan.delegation;

import io.banyan.schema.Digest;
import io.banyan.schema.PeerId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What is to be looked at when a time has come; one time for each thing. Of things due at the same
 * time, the one that was set first goes first.
 *
 * <p>Confined to the driver thread.
 */
final class Alarms {
  private final TreeSet<Set> sets =
      new TreeSet<>(Comparator.comparingLong(Set::nanos).thenComparingLong(Set::number));
  private final Map<Alarm, Set> byAlarm = new HashMap<>(); // only ever asked by name
  private long nextNumber;

  /** What is to be looked at. */
  sealed interface Alarm {}

  /** A task's time is over. */
  record TaskTime(Digest link) implements Alarm {}

  /** A lease should have been answered, or done. */
  record LeaseTime(long lease) implements Alarm {}

  /** A peer should have been heard. */
  record Silence(PeerId peer) implements Alarm {}

  /** A peer that was busy may be asked again. */
  record BusyOver(PeerId peer) implements Alarm {}

  /** A peer that lost too many leases may be tried again. */
  record BreakerOver(PeerId peer) implements Alarm {}

  /** What was lost of a task may be lent again. */
  record LendAgain(Digest link) implements Alarm {}

  private record Set(long nanos, long number, Alarm alarm) {}

  /** {@code alarm} is due at {@code nanos}, and no more when it was due before. */
  void set(Alarm alarm, long nanos) {
    clear(alarm);
    Set set = new Set(nanos, nextNumber++, alarm);
    byAlarm.put(alarm, set);
    sets.add(set);
  }

  void clear(Alarm alarm) {
    Set set = byAlarm.remove(alarm);
    if (set != null) {
      sets.remove(set);
    }
  }

  /** One alarm that is due; it is not set any more. */
  Optional<Alarm> due(long nowNanos) {
    if (sets.isEmpty() || sets.first().nanos() - nowNanos > 0) {
      return Optional.empty();
    }
    Alarm alarm = sets.first().alarm();
    clear(alarm);
    return Optional.of(alarm);
  }

  /** When the next one is due; Long.MAX_VALUE when none is. */
  long nextNanos() {
    return sets.isEmpty() ? Long.MAX_VALUE : sets.first().nanos();
  }
}

package io.banyan.delegation.simulation;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * How often each kind of fault strikes, until they stop.
 *
 * @param untilNanos when nothing goes wrong any more: the safety phase ends, the liveness phase
 *     begins
 * @param rates per mille of the occasions, or strikes in all; a kind that is not there never
 *     strikes
 */
record Faults(long untilNanos, Map<FaultKind, Integer> rates) {
  static final Faults NONE = new Faults(0, Map.of());

  private static final long SECOND = 1_000_000_000;
  private static final int SECONDS_MAX = 60;

  /** The faults of {@code kinds}, drawn for each by itself. */
  static Faults of(Draws draws, Set<FaultKind> kinds) {
    if (kinds.isEmpty()) {
      return NONE;
    }
    long seconds = 1L + draws.of("faulty seconds").nextInt(SECONDS_MAX);
    Map<FaultKind, Integer> rates = new EnumMap<>(FaultKind.class);
    for (FaultKind kind : kinds) {
      SplittableRandom random = draws.of("rate of " + kind.words());
      int most =
          switch (kind) {
            case LOSS -> 60;
            case DUPLICATION, REORDERING -> 200;
            case CRASHES, FLAPS, PARTITIONS, ONE_WAY_PARTITIONS -> 8;
            case ENTRY_CRASHES -> 3;
            case STALLS, CLOCK_JUMPS -> 6;
            case LIES -> 200;
            case REFUSALS -> 300;
            case HOST_FAILURES, DISK_FAILURES -> 50;
            case CANCELS -> 500;
            case LATE_ANSWERS -> 1000;
          };
      rates.put(kind, 1 + random.nextInt(most));
    }
    return new Faults(seconds * SECOND, rates);
  }

  int rate(FaultKind kind) {
    return rates.getOrDefault(kind, 0);
  }
}

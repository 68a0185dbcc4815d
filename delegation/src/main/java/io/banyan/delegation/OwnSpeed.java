package io.banyan.delegation;

import java.util.OptionalDouble;

/**
 * How much fuel one worker of this node uses up in a second, measured on all calls that it has
 * finished, whatever their module. The last ones count most: the first calls of a module are many
 * times slower than the rest.
 *
 * <p>Confined to the driver thread.
 */
final class OwnSpeed {
  /** Calls of so much time count; of what is before, half as much, and so on. */
  private static final double WINDOW_NANOS = 10e9; // 10 s

  private double fuel;
  private double nanos;

  /** A call that took {@code callFuel} kept a worker for {@code callNanos}. */
  void add(long callFuel, long callNanos) {
    if (callFuel == 0) {
      return; // it was not metered, and tells nothing
    }
    fuel += callFuel;
    nanos += Math.max(1, callNanos);
    if (nanos > WINDOW_NANOS) {
      fuel /= 2;
      nanos /= 2;
    }
  }

  /** Nothing before the first call is done. */
  OptionalDouble fuelPerSecond() {
    return nanos == 0 ? OptionalDouble.empty() : OptionalDouble.of(fuel / nanos * 1e9);
  }
}

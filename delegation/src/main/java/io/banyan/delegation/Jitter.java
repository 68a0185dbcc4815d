package io.banyan.delegation;

import java.util.random.RandomGenerator;

/**
 * Times to wait that double, and differ, so that those who failed together do not come together.
 */
final class Jitter {
  private Jitter() {}

  /**
   * {@code firstNanos}, doubled {@code times} times, but no more than {@code most}; of that from a
   * half to the whole.
   */
  static long doubled(long firstNanos, int times, long most, RandomGenerator random) {
    long nanos = firstNanos;
    for (int i = 0; i < times && nanos < most; i++) {
      nanos *= 2;
    }
    long whole = Math.min(nanos, most);
    return whole - (long) (whole / 2.0 * random.nextDouble());
  }
}

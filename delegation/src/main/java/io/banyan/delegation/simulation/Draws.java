package io.banyan.delegation.simulation;

import java.util.SplittableRandom;

/**
 * Chance from one seed, in streams that do not disturb each other: a simulation that is run with
 * one fault or one node less still draws the same for all others.
 */
record Draws(long seed) {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L; // as SplittableRandom does it

  /** The stream of {@code subject}, of which there may be many. */
  SplittableRandom of(String subject, long number) {
    long mixed = mix(seed * GOLDEN + subject.hashCode());
    return new SplittableRandom(mix(mixed + number * GOLDEN));
  }

  SplittableRandom of(String subject) {
    return of(subject, 0);
  }

  /** Every bit of {@code bits} in every bit of what comes back (Stafford's thirteenth variant). */
  static long mix(long bits) {
    long z = bits;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}

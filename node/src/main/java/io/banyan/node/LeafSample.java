package io.banyan.node;

/**
 * What one leaf of a job was seen to take.
 *
 * @param units its bytes; 1, a cell, under the rule {@code index}; 1 or more
 * @param fuel the same on every machine, 0 or more
 * @param nanos that it took here, by the clock, 0 or more
 */
public record LeafSample(long units, long fuel, long nanos) {
  public LeafSample {
    if (units < 1 || fuel < 0 || nanos < 0) {
      throw new IllegalArgumentException(
          "a leaf of " + units + " units that took " + fuel + " fuel in " + nanos + " ns");
    }
  }
}

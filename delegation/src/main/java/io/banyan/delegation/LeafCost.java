package io.banyan.delegation;

/**
 * What the leaves of a module cost: how much work they are, on every machine, and how fast it is
 * done on this one.
 *
 * @param weight fuel per byte, or cell under the rule {@code index}; 0 or more
 * @param fuelPerSecond that one worker of this node uses up on them, more than 0
 */
record LeafCost(double weight, double fuelPerSecond) {
  LeafCost {
    if (!(weight >= 0 && fuelPerSecond > 0)) {
      throw new IllegalArgumentException(
          "a cost of " + weight + " fuel a unit at " + fuelPerSecond + " fuel a second");
    }
  }

  /** Nanoseconds of one worker of this node that a unit takes. */
  double unitNanos() {
    return weight / fuelPerSecond * 1e9;
  }
}

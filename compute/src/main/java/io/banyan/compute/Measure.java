package io.banyan.compute;

/**
 * How much of one of the profile's limits a module takes.
 *
 * @param rule as docs/profile.md names it: "body-bytes"
 * @param value the module's, or that of the function which takes most
 * @param max the largest value that is not refused, 1 or more
 */
public record Measure(String rule, long value, long max) {
  /** The part of the limit that is taken, 0 to 1. */
  public double share() {
    return (double) value / max;
  }
}

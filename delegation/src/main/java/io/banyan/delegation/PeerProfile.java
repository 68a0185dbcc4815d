package io.banyan.delegation;

import io.banyan.schema.CapabilityReport;
import java.util.List;
import java.util.Optional;

/**
 * What a peer is, by its own word where nobody else can know it, and by our own measure where we
 * can.
 *
 * @param workers it says it has, 1 or more
 * @param fuelPerSecond that it says one of them uses up, 0 if it has not measured that yet
 * @param labels what it calls itself
 * @param trustDomain the network it is in, as seen on our own connection; empty if that is not
 *     known
 * @param roundTripNanos to it and back, measured here; 0 before
 * @param bytesPerSecond that it has taken from here, measured; 0 before
 * @param accepting whether it says that it takes new work at all
 */
public record PeerProfile(
    int workers,
    long fuelPerSecond,
    List<String> labels,
    Optional<String> trustDomain,
    long roundTripNanos,
    long bytesPerSecond,
    boolean accepting) {
  /** A peer of which nothing is known but what it says of its workers. */
  public static PeerProfile of(int workers, long fuelPerSecond) {
    return new PeerProfile(workers, fuelPerSecond, List.of(), Optional.empty(), 0, 0, true);
  }

  public PeerProfile {
    labels = List.copyOf(labels);
    if (workers < 1 || workers > CapabilityReport.WORKERS_MAX || fuelPerSecond < 0) {
      throw new IllegalArgumentException(
          "a peer of " + workers + " workers, " + fuelPerSecond + " fuel a second each");
    }
    if (roundTripNanos < 0 || bytesPerSecond < 0) {
      throw new IllegalArgumentException(
          "a peer "
              + roundTripNanos
              + " ns away, that takes "
              + bytesPerSecond
              + " bytes a second");
    }
  }
}

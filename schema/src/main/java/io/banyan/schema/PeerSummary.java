package io.banyan.schema;

import java.util.Optional;

/**
 * A peer in a list.
 *
 * @param address where it was last reached, a multiaddr
 * @param agentVersion as in its last capability report; {@code unknown} before
 * @param roundTripMicros measured here; 0 before
 * @param fuelPerSecond of all of it, by what it has delivered here; 0 before
 * @param leases it holds from this node
 * @param draining whether it says that it takes no new work
 */
public record PeerSummary(
    PeerId peer,
    Optional<String> address,
    boolean connected,
    Standing standing,
    String agentVersion,
    long roundTripMicros,
    long fuelPerSecond,
    int freeWorkers,
    int leases,
    boolean draining) {
  public PeerSummary {
    address.ifPresent(Rules::address);
    Rules.version(agentVersion);
    Rules.atLeastZero("round trip", roundTripMicros);
    Rules.atLeastZero("fuel per second", fuelPerSecond);
    Rules.range("number of free workers", freeWorkers, 0, CapabilityReport.WORKERS_MAX);
    Rules.atLeastZero("number of leases", leases);
  }
}

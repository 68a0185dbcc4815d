package io.banyan.p2p;

import io.banyan.schema.PeerId;
import java.time.Duration;
import java.util.Optional;

/**
 * A connection as it is now.
 *
 * @param address where the peer is, as seen from here, with its id
 * @param dialed whether this side dialed
 * @param roundTrip the last one measured; empty until there is one
 * @param receivedBytes on the socket
 * @param sentBytes on the socket
 */
public record PeerConnection(
    PeerId peer,
    Multiaddr address,
    boolean dialed,
    Optional<Duration> roundTrip,
    long receivedBytes,
    long sentBytes) {}

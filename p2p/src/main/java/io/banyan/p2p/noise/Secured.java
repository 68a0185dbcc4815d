package io.banyan.p2p.noise;

import io.banyan.schema.PeerId;
import java.util.Optional;

/**
 * What a handshake comes to.
 *
 * @param peer who has shown to hold its key
 * @param sending seals what this side sends
 * @param receiving opens what the peer sends
 * @param muxer what both agreed on inside the handshake; empty if the peer did not speak of it, so
 *     that it is still to be negotiated
 */
public record Secured(
    PeerId peer, CipherState sending, CipherState receiving, Optional<String> muxer) {}

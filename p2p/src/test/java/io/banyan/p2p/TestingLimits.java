package io.banyan.p2p;

import io.banyan.p2p.yamux.YamuxLimits;
import java.time.Duration;

/** The usual limits, but for those that a test sets. */
final class TestingLimits {
  private static final HostLimits USUAL = HostLimits.DEFAULT;

  int connectionsMax = USUAL.connectionsMax();
  int connectionsPerPeerMax = USUAL.connectionsPerPeerMax();
  int handshakesMax = USUAL.handshakesMax();
  int handshakesPerAddressMax = USUAL.handshakesPerAddressMax();
  Duration handshakeTimeout = USUAL.handshakeTimeout();
  Duration negotiationTimeout = USUAL.negotiationTimeout();
  Duration lingerTimeout = USUAL.lingerTimeout();
  Duration retiringTimeout = USUAL.retiringTimeout();
  int writeBufferBytesMax = USUAL.writeBufferBytesMax();
  int noticesMax = USUAL.noticesMax();
  YamuxLimits streams = USUAL.streams();

  HostLimits build() {
    return new HostLimits(
        connectionsMax,
        connectionsPerPeerMax,
        handshakesMax,
        handshakesPerAddressMax,
        handshakeTimeout,
        negotiationTimeout,
        lingerTimeout,
        retiringTimeout,
        writeBufferBytesMax,
        noticesMax,
        streams);
  }
}

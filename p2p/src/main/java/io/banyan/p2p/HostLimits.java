package io.banyan.p2p;

import io.banyan.p2p.yamux.YamuxLimits;
import java.time.Duration;

/**
 * How much peers can make a host hold.
 *
 * @param connectionsMax connections in all, those in the handshake included; more are closed
 * @param connectionsPerPeerMax connections with one peer; one is used for new streams, the others
 *     are those that it replaces, or those of other processes under the same identity
 * @param handshakesMax inbound connections that are still in the handshake
 * @param handshakesPerAddressMax of those, from one IP address
 * @param handshakeTimeout from the accepted socket to the first stream
 * @param negotiationTimeout from a stream's first byte to its protocol
 * @param lingerTimeout how long a stream that was closed here, but not by the peer, may stay
 * @param retiringTimeout how long a connection that another one replaces stays without streams
 * @param writeBufferBytesMax bytes of one stream that were written, and are not yet with the muxer
 * @param noticesMax comings and goings of connections that listeners are yet to hear of; while
 *     there are more, nobody is let in
 * @param streams what one connection may come to
 */
public record HostLimits(
    int connectionsMax,
    int connectionsPerPeerMax,
    int handshakesMax,
    int handshakesPerAddressMax,
    Duration handshakeTimeout,
    Duration negotiationTimeout,
    Duration lingerTimeout,
    Duration retiringTimeout,
    int writeBufferBytesMax,
    int noticesMax,
    YamuxLimits streams) {
  /*
   * Connections: a tree of a thousand nodes has 16 children and some tens of strangers at a node.
   * Sixteen with one peer: two that crossed on the way, as many again after a restart that the other
   * side has not noticed; and a user's commands, each a process of its own under the same key. A handshake takes three round trips and a millisecond of computing.
   */
  public static final HostLimits DEFAULT =
      new HostLimits(
          256,
          16,
          64,
          16,
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofSeconds(2),
          256 << 10, // 256 KiB
          1024,
          YamuxLimits.DEFAULT);

  public HostLimits {
    positive("connections", connectionsMax);
    positive("connections of a peer", connectionsPerPeerMax);
    positive("handshakes", handshakesMax);
    positive("handshakes of an address", handshakesPerAddressMax);
    positive("time of a handshake", handshakeTimeout.toNanos());
    positive("time of a negotiation", negotiationTimeout.toNanos());
    positive("time to linger", lingerTimeout.toNanos());
    positive("time to retire", retiringTimeout.toNanos());
    positive("written bytes", writeBufferBytesMax);
    positive("notices", noticesMax);
  }

  private static void positive(String what, long limit) {
    if (limit <= 0) {
      throw new IllegalArgumentException("limit of " + what + " is " + limit + ", not positive");
    }
  }
}

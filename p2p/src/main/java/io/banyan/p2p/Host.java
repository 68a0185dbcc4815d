package io.banyan.p2p;

import io.banyan.schema.PeerId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * This node's place in the network: it listens, dials, keeps one connection to each peer, and opens
 * streams on it. Its methods block, and are made for virtual threads.
 *
 * <p>Safe for any thread.
 */
public interface Host extends AutoCloseable {
  PeerId id();

  /** Where it listens, each with this host's peer id; empty if it only dials. */
  List<Multiaddr> addresses();

  /**
   * Connects to a peer, unless there is a connection already. That the peer holds the key which its
   * address names is checked inside the handshake.
   *
   * @param address with a peer id
   * @throws IllegalArgumentException if the address has no peer id, or port 0
   * @throws IOException if nobody answers there, or somebody else; the sentence says which
   */
  void connect(Multiaddr address, Duration timeout) throws IOException, InterruptedException;

  /**
   * Keeps a connection to this peer from now on: dials at once, and again, ever more rarely and at
   * uneven intervals, whenever there is none. Returns without waiting.
   *
   * @param address with a peer id
   */
  void keep(Multiaddr address);

  /**
   * Opens a stream to a connected peer.
   *
   * @param protocol such as {@code /banyan/task/1}
   * @throws IOException if there is no connection, or the peer does not speak it
   */
  P2pStream open(PeerId peer, String protocol, Duration timeout)
      throws IOException, InterruptedException;

  /**
   * Serves a protocol from now on.
   *
   * @param streamsPerPeerMax inbound streams that one peer may have open at once; more are reset
   */
  void handle(String protocol, int streamsPerPeerMax, StreamHandler handler);

  /** Tells {@code listener} of every connection from now on. */
  void watch(ConnectionListener listener);

  /** The connections there are, in the order of their peers' ids. */
  List<PeerConnection> connections();

  /** Closes the connection to a peer, if there is one. */
  void disconnect(PeerId peer);

  /** What was refused so far, by its reason. */
  RejectionCounts rejections();

  /** Stops listening, and closes every connection and stream. */
  @Override
  void close();
}

package io.banyan.p2p;

import io.banyan.schema.PeerId;

/** Told of connections as they come and go: in order for each peer, from a thread of the host's. */
public interface ConnectionListener {
  void connected(PeerConnection connection);

  /** The last connection to {@code peer} is gone. */
  void disconnected(PeerId peer);
}

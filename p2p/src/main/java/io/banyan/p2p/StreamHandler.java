package io.banyan.p2p;

import java.io.IOException;

/** Serves the streams that peers open, each on a virtual thread of its own. */
@FunctionalInterface
public interface StreamHandler {
  /**
   * Serves one stream. It is closed when this returns, and reset when this throws.
   *
   * @throws IOException if the stream failed, or the peer broke the protocol
   */
  void serve(P2pStream stream) throws IOException, InterruptedException;
}

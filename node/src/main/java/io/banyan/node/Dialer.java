package io.banyan.node;

import io.banyan.p2p.Host;
import io.banyan.trust.Identity;
import java.io.IOException;

/** Opens a user's place in the network: it dials, and nobody can dial it. */
@FunctionalInterface
public interface Dialer {
  /** A host with what moves blobs on it. */
  record Line(Host host, DataPort data) implements AutoCloseable {
    @Override
    public void close() {
      data.close();
      host.close();
    }
  }

  /** A host that shows {@code user} to whom it dials. */
  Line open(Identity user) throws IOException;
}

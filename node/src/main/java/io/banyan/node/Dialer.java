package io.banyan.node;

import io.banyan.p2p.Host;
import io.banyan.trust.Identity;
import java.io.IOException;

/** Opens a user's place in the network: it dials, and nobody can dial it. */
@FunctionalInterface
public interface Dialer {
  /**
   * A host that shows {@code user} to whom it dials.
   *
   * @throws IOException if this machine does not let it
   */
  Host open(Identity user) throws IOException;
}

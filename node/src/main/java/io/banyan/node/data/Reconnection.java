package io.banyan.node.data;

import io.banyan.schema.PeerId;
import java.time.Duration;

/** Where a fetch waits for a peer that was lost. */
@FunctionalInterface
public interface Reconnection {
  /**
   * Waits until there is a connection to {@code peer}: not at all if there is one.
   *
   * @return whether there is one; not, when {@code timeout} is over, or nobody will dial it
   */
  boolean await(PeerId peer, Duration timeout) throws InterruptedException;
}

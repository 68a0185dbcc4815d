package io.banyan.node.data;

import io.banyan.schema.PeerId;
import io.banyan.schema.Refused;

/** Told each time that a peer is told no, before it is; must not block, nor throw. */
@FunctionalInterface
public interface RefusalListener {
  /** For who has no operator to tell. */
  RefusalListener NONE = (_, _) -> {};

  /** {@code peer} asked for something, and {@code refused} is what it gets. */
  void refused(Refused refused, PeerId peer);
}

package io.banyan.node.data;

import io.banyan.schema.Digest;
import io.banyan.schema.PeerId;

/** Knows which peer may have what under which link: the digest of a lease, or a JobId's. */
@FunctionalInterface
public interface Links {
  /** What {@code asker} may have under {@code link}; from any thread. */
  Lookup find(Digest link, PeerId asker);

  /** What came of looking. */
  sealed interface Lookup {
    /** It may have this. */
    record Found(Content content) implements Lookup {}

    /** There is such a link here, and it is not this peer's. */
    record NotAllowed() implements Lookup {}

    /** There is no such link here, or not any more. */
    record NotFound() implements Lookup {}
  }
}

package io.banyan.node.lease;

import io.banyan.schema.Digest;
import io.banyan.schema.PeerId;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The leases that ended last, with who held them: what a child said of one before it heard of its
 * end is no wrong.
 *
 * <p>Safe for any thread; guarded by its own lock.
 */
final class EndedLeases {
  /** 4096, half a megabyte: far more than end while one message is on its way. */
  static final int KEPT_MAX = 4096;

  private final Map<Digest, PeerId> children = new LinkedHashMap<>(); // the oldest first

  synchronized void add(Digest lease, PeerId child) {
    children.put(lease, child);
    if (children.size() > KEPT_MAX) {
      children.remove(children.keySet().iterator().next());
    }
  }

  /** Whether {@code child} held it. */
  synchronized boolean was(Digest lease, PeerId child) {
    return child.equals(children.get(lease));
  }
}

package io.banyan.delegation;

import io.banyan.schema.PeerId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which peers one plan node was offered to, and which may not have it any more.
 *
 * <p>Confined to the driver thread.
 */
final class Trials {
  /** Peers that are remembered: more offers than this, and the plan node is run here. */
  static final int PEERS_MAX = 64;

  private final Map<PeerId, Integer> offers = new HashMap<>(); // only ever asked by name
  private final Set<PeerId> lost = new HashSet<>(); // likewise
  private final int tries;
  private boolean hereOnly;

  /** {@code tries}: the peers that may still try it. */
  Trials(int tries) {
    this.tries = tries;
  }

  /** How many peers may still try it, or anything below it; never more than it began with. */
  int left() {
    // Two may be at it when one try is left, and both be lost.
    return hereOnly ? 0 : Math.max(0, tries - lost.size());
  }

  boolean allows(PeerId peer) {
    return left() > 0
        && !lost.contains(peer)
        && (offers.containsKey(peer) || offers.size() < PEERS_MAX);
  }

  /** It is offered to {@code peer}: how often it was before. */
  int offer(PeerId peer) {
    return offers.merge(peer, 1, Integer::sum) - 1;
  }

  /** {@code peer} has tried in vain, as far as can be seen. */
  void lost(PeerId peer) {
    lost.add(peer);
    if (lost.size() >= PEERS_MAX) {
      here();
    }
  }

  /** {@code peer} was thought lost and is still at it. */
  void found(PeerId peer) {
    lost.remove(peer);
  }

  /** It is run here, and nothing of it is lent any more. */
  void here() {
    hereOnly = true;
  }
}

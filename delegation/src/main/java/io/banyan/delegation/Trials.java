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
  private final Set<PeerId> barred = new HashSet<>(); // likewise
  private int left;
  private boolean hereOnly;

  /** {@code tries}: the peers that may still try it. */
  Trials(int tries) {
    this.left = tries;
  }

  /** How many peers may still try it, or anything below it. */
  int left() {
    return hereOnly ? 0 : left;
  }

  boolean allows(PeerId peer) {
    return left() > 0
        && !barred.contains(peer)
        && (offers.containsKey(peer) || offers.size() < PEERS_MAX);
  }

  /** It is offered to {@code peer}: how often it was before. */
  int offer(PeerId peer) {
    return offers.merge(peer, 1, Integer::sum) - 1;
  }

  /** {@code peer} has tried in vain, as far as can be seen. */
  void lost(PeerId peer) {
    if (barred.add(peer) && left > 0) {
      left--;
    }
    if (barred.size() >= PEERS_MAX) {
      here();
    }
  }

  /** {@code peer} was thought lost and is still at it. */
  void found(PeerId peer) {
    if (barred.remove(peer)) {
      left++;
    }
  }

  /** It is run here, and nothing of it is lent any more. */
  void here() {
    hereOnly = true;
  }
}

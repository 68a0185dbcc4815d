package io.banyan.delegation;

import io.banyan.schema.PeerId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Which peers one plan node was offered to, and which may not have it any more.
 *
 * <p>Confined to the driver thread.
 */
final class Trials {
  /** Peers that are remembered: more offers than this, and the plan node is run here. */
  static final int PEERS_MAX = 64;

  /** What is lost a second time is lent again after this, and then after twice as long. */
  static final long AGAIN_NANOS = 200_000_000; // 200 ms

  /** But after this at the latest: by then peers have come and gone. */
  static final long AGAIN_NANOS_MAX = 10_000_000_000L; // 10 s

  private final Map<PeerId, Integer> offers = new HashMap<>(); // only ever asked by name
  private final Set<PeerId> lost = new HashSet<>(); // likewise
  private final int tries;
  private boolean hereOnly;
  private int inVain; // how often it came to nothing
  private long againNanos = Long.MIN_VALUE; // not lent before

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

  /**
   * It came to nothing once more, and is not lent again at once: one peer may fail, and the next
   * one is asked without delay; but what fails with every peer must not keep all of them busy.
   *
   * @return from when it may be lent again
   */
  long backOff(long nowNanos, RandomGenerator random) {
    inVain++;
    againNanos =
        inVain == 1
            ? nowNanos
            : nowNanos + Jitter.doubled(AGAIN_NANOS, inVain - 2, AGAIN_NANOS_MAX, random);
    return againNanos;
  }

  /** Whether it may be lent by now. */
  boolean isDue(long nowNanos) {
    return againNanos == Long.MIN_VALUE || nowNanos - againNanos >= 0;
  }

  /** It is run here, and nothing of it is lent any more. */
  void here() {
    hereOnly = true;
  }
}

package io.banyan.node.lease;

import io.banyan.schema.PeerId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What {@code Orphan} messages may cost the node that receives them. Keys do not say where in a
 * plan they are, so that one small message has many plan nodes looked at.
 *
 * <p>Safe for any thread; guarded by its own lock.
 */
final class OrphanLimits {
  /** Plan nodes looked at for one message take about 100 ms: what lies deeper is computed again. */
  static final int NODES_MAX = 1 << 17;

  /** Of one peer in a minute: eight such messages take about a second. */
  static final int NODES_A_MINUTE_MAX = 1 << 20;

  /** Peers that are remembered for a minute: as many as a node lends to. */
  static final int PEERS_MAX = 1024;

  private static final long WINDOW_MILLIS = Duration.ofMinutes(1).toMillis();

  private final InstantSource clock;
  private final Map<PeerId, Account> accounts = new LinkedHashMap<>();

  private static final class Account {
    final long beganMillis;
    long looked;
    boolean inHand;

    Account(long beganMillis) {
      this.beganMillis = beganMillis;
    }
  }

  OrphanLimits(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * A message of {@code peer} is taken in hand, if no other one of it is; {@link #done} follows.
   *
   * @return plan nodes that may be looked at for it; 0: it is not taken
   */
  synchronized int take(PeerId peer) {
    long now = clock.millis();
    accounts
        .values()
        .removeIf(old -> !old.inHand && Math.abs(now - old.beganMillis) >= WINDOW_MILLIS);
    Account account = accounts.get(peer);
    if (account == null) {
      if (accounts.size() == PEERS_MAX) {
        return 0;
      }
      account = new Account(now);
      accounts.put(peer, account);
    }
    if (account.inHand || account.looked >= NODES_A_MINUTE_MAX) {
      return 0;
    }
    account.inHand = true;
    return (int) Math.min(NODES_MAX, NODES_A_MINUTE_MAX - account.looked);
  }

  /** So many plan nodes were looked at, and keys read, for the message of {@code peer}. */
  synchronized void done(PeerId peer, int looked) {
    Account account = accounts.get(peer);
    if (account == null || !account.inHand) {
      throw new IllegalStateException("no message of peer " + peer + " is in hand");
    }
    account.inHand = false;
    account.looked += looked;
  }
}

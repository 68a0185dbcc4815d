package io.banyan.node.data;

import io.banyan.schema.PeerId;
import io.banyan.schema.Refused;
import java.io.IOException;
import java.time.Duration;

/**
 * How often, and how long, one fetch tries again: while something comes, always; while nothing
 * does, a few times. For one thread.
 */
final class Patience {
  /** The longest a busy peer is waited for, whatever it says. */
  private static final long PAUSE_MILLIS_MAX = 5000;

  private final PeerId peer;
  private final String wanted;
  private final Reconnection reconnection;
  private final int attemptsMax;
  private final Duration reconnecting;
  private int failures; // since something came

  Patience(
      PeerId peer,
      String wanted,
      Reconnection reconnection,
      int attemptsMax,
      Duration reconnecting) {
    this.peer = peer;
    this.wanted = wanted;
    this.reconnection = reconnection;
    this.attemptsMax = attemptsMax;
    this.reconnecting = reconnecting;
  }

  /** Something came that need not come again. */
  void progressed() {
    failures = 0;
  }

  /** Returns when it is worth asking again, or throws why it is not. */
  void failed(IOException failure) throws IOException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException(wanted + " is not wanted any more");
    }
    failures++;
    if (failure instanceof FetchException.RefusedByPeer refused
        && refused.refused().code() == Refused.Code.BUSY
        && failures < attemptsMax) {
      Thread.sleep(Math.min(refused.refused().retryAfterMillis(), PAUSE_MILLIS_MAX));
      return;
    }
    if (failure instanceof FetchException) {
      throw failure;
    }
    if (failures == attemptsMax) {
      throw new FetchException.PeerLost(peer, wanted, failures + " times in vain", failure);
    }
    if (!reconnection.await(peer, reconnecting)) {
      throw new FetchException.PeerLost(
          peer, wanted, "and did not come back within " + reconnecting.toSeconds() + " s", failure);
    }
  }
}

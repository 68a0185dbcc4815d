package io.banyan.node.data;

import io.banyan.schema.PeerId;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Bounds how many streams are open to each peer, which would reset more. Safe for any thread;
 * guarded by its own lock.
 */
final class PeerSlots {
  private final int slotsMax;
  private final Map<PeerId, Integer> taken = new HashMap<>(); // only peers that have one taken

  PeerSlots(int slotsMax) {
    this.slotsMax = slotsMax;
  }

  /** Takes a slot, if one is free. */
  synchronized boolean tryTake(PeerId peer) {
    int count = taken.getOrDefault(peer, 0);
    if (count == slotsMax) {
      return false;
    }
    taken.put(peer, count + 1);
    return true;
  }

  /** Takes a slot, and waits for one if it must. */
  synchronized void take(PeerId peer, Duration timeout) throws IOException, InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    while (!tryTake(peer)) {
      long millis = Math.ceilDiv(end - System.nanoTime(), 1_000_000L);
      if (millis <= 0) {
        throw new IOException(
            "none of "
                + slotsMax
                + " streams to it came free within "
                + timeout.toSeconds()
                + " s");
      }
      wait(millis);
    }
  }

  /** Gives a slot back. */
  synchronized void free(PeerId peer) {
    int count = taken.getOrDefault(peer, 0);
    if (count == 0) {
      throw new IllegalStateException("no slot of " + peer + " is taken");
    }
    if (count == 1) {
      taken.remove(peer);
    } else {
      taken.put(peer, count - 1);
    }
    notifyAll();
  }
}

package io.banyan.p2p;

import java.io.IOException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts connections while they are in the handshake, and all of them: who comes to a full house is
 * turned away before anything is spent on it.
 *
 * <p>Safe for any thread; guarded by lock.
 */
final class Admissions {
  private final HostLimits limits;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<InetAddress, Integer> handshakesByAddress = new HashMap<>();
  private int handshakeCount;
  private int connectionCount;

  Admissions(HostLimits limits) {
    this.limits = limits;
  }

  /** Counts an accepted socket, or says why it is not let in. */
  Optional<Refusal> accept(InetAddress from) {
    lock.lock();
    try {
      if (connectionCount >= limits.connectionsMax()) {
        return Optional.of(Refusal.TOO_MANY_CONNECTIONS);
      }
      if (handshakeCount >= limits.handshakesMax()) {
        return Optional.of(Refusal.TOO_MANY_HANDSHAKES);
      }
      if (handshakesByAddress.getOrDefault(from, 0) >= limits.handshakesPerAddressMax()) {
        return Optional.of(Refusal.TOO_MANY_OF_ADDRESS);
      }
      connectionCount++;
      handshakeCount++;
      handshakesByAddress.merge(from, 1, Integer::sum);
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** An accepted socket has left the handshake, one way or the other. */
  void handshakeOver(InetAddress from) {
    lock.lock();
    try {
      handshakeCount--;
      handshakesByAddress.computeIfPresent(from, (key, count) -> count == 1 ? null : count - 1);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Counts a connection that this side dials.
   *
   * @throws IOException if there are too many
   */
  void dial() throws IOException {
    lock.lock();
    try {
      if (connectionCount >= limits.connectionsMax()) {
        throw new IOException(
            "this host has " + connectionCount + " connections, the most that it may");
      }
      connectionCount++;
    } finally {
      lock.unlock();
    }
  }

  /** A connection that was counted is closed. */
  void closed() {
    lock.lock();
    try {
      connectionCount--;
    } finally {
      lock.unlock();
    }
  }
}

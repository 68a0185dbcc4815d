package io.banyan.p2p;

import io.banyan.schema.PeerId;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Keeps one connection, on a thread of its own, until it is interrupted. */
final class Keeper {
  private static final Duration DIAL_TIMEOUT = Duration.ofSeconds(10);
  private static final long PAUSE_NANOS_MIN = 100_000_000L; // 100 ms
  private static final long PAUSE_NANOS_MAX = 15_000_000_000L; // 15 s

  /** A connection that ends sooner is as good as none. */
  private static final long WORTHWHILE_NANOS = 5_000_000_000L; // 5 s

  /** Connects, unless there is a connection. */
  interface Connect {
    void connect(Multiaddr address, Duration timeout) throws IOException, InterruptedException;
  }

  private final Multiaddr address;
  private final PeerId peer;
  private final Connections connections;
  private final Connect dialer;

  Keeper(Multiaddr address, PeerId peer, Connections connections, Connect dialer) {
    this.address = address;
    this.peer = peer;
    this.connections = connections;
    this.dialer = dialer;
  }

  void run() {
    try {
      for (int failures = 0; ; failures++) {
        if (lasted()) {
          failures = 0;
        }
        Thread.sleep(
            Duration.ofNanos(pauseNanos(failures, ThreadLocalRandom.current().nextDouble())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Connects, and waits for the end; whether that was long after. */
  private boolean lasted() throws InterruptedException {
    try {
      dialer.connect(address, DIAL_TIMEOUT);
    } catch (IOException e) {
      return false; // Nobody there, or somebody else; there is another time.
    }
    long began = System.nanoTime();
    connections.awaitAtMost(peer, 0);
    return System.nanoTime() - began >= WORTHWHILE_NANOS;
  }

  /**
   * Twice as long after each failure, and half to all of that: peers that lost somebody at the same
   * time do not come back all at once.
   *
   * @param chance 0 to 1
   */
  static long pauseNanos(int failures, double chance) {
    long longest = Math.min(PAUSE_NANOS_MAX, PAUSE_NANOS_MIN << Math.min(failures, 20));
    return (long) (longest * (1 + chance) / 2);
  }
}

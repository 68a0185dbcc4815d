package io.banyan.node.data;

import io.banyan.p2p.ConnectionListener;
import io.banyan.p2p.Host;
import io.banyan.p2p.PeerConnection;
import io.banyan.schema.PeerId;
import java.time.Duration;

/** Waits for peers to come back to a host. Safe for any thread; guarded by its own lock. */
public final class Connections implements Reconnection {
  private final Host host;
  private long changes;

  private Connections(Host host) {
    this.host = host;
  }

  /** Watches {@code host} from now on, as long as it lives. */
  public static Connections of(Host host) {
    Connections connections = new Connections(host);
    host.watch(
        new ConnectionListener() {
          @Override
          public void connected(PeerConnection connection) {
            connections.changed();
          }

          @Override
          public void disconnected(PeerId peer) {}
        });
    return connections;
  }

  private synchronized void changed() {
    changes++;
    notifyAll();
  }

  private synchronized long changes() {
    return changes;
  }

  @Override
  public boolean await(PeerId peer, Duration timeout) throws InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    while (true) {
      long seen = changes();
      // Not under the lock: the host may hold one of its own when it tells of a change.
      if (host.connections().stream().anyMatch(connection -> connection.peer().equals(peer))) {
        return true;
      }
      if (!awaitChange(seen, end)) {
        return false;
      }
    }
  }

  private synchronized boolean awaitChange(long seen, long end) throws InterruptedException {
    while (changes == seen) {
      long millis = Math.ceilDiv(end - System.nanoTime(), 1_000_000L);
      if (millis <= 0) {
        return false;
      }
      wait(millis);
    }
    return true;
  }
}

package io.banyan.p2p;

import io.banyan.schema.PeerId;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** Tells listeners of connections, one after the other, on one thread. Safe for any thread. */
final class Notices {
  private sealed interface Notice {
    record Connected(PeerConnection connection) implements Notice {}

    record Disconnected(PeerId peer) implements Notice {}
  }

  private final LinkedBlockingQueue<Notice> queue = new LinkedBlockingQueue<>();
  private final List<ConnectionListener> listeners = new CopyOnWriteArrayList<>();

  void watch(ConnectionListener listener) {
    listeners.add(listener);
  }

  /** How many are yet to be heard. Who lets peers in keeps this bounded. */
  int pending() {
    return queue.size();
  }

  void connected(PeerConnection connection) {
    queue.add(new Notice.Connected(connection));
  }

  void disconnected(PeerId peer) {
    queue.add(new Notice.Disconnected(peer));
  }

  /** Tells of everything, until interrupted; then of what is left. */
  void run() {
    try {
      while (true) {
        tell(queue.take());
      }
    } catch (InterruptedException e) {
      for (Notice left = queue.poll(); left != null; left = queue.poll()) {
        tell(left);
      }
    }
  }

  private void tell(Notice notice) {
    for (ConnectionListener listener : listeners) {
      try {
        switch (notice) {
          case Notice.Connected(PeerConnection connection) -> listener.connected(connection);
          case Notice.Disconnected(PeerId peer) -> listener.disconnected(peer);
        }
      } catch (RuntimeException e) {
        // A listener's bug is loud, and the other listeners still hear.
        Thread current = Thread.currentThread();
        current.getUncaughtExceptionHandler().uncaughtException(current, e);
      }
    }
  }
}

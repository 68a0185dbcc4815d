package io.banyan.p2p;

import io.banyan.schema.PeerId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who is connected. When two peers dial each other at once there are two connections; both sides
 * then use the one that the peer with the lower id has dialed, and the other ends when its streams
 * have. Of two that the same side has dialed the newer is used for new streams, and the older
 * stays: either it is dead, and will be found so, or two processes share an identity, as a user's
 * commands do.
 *
 * <p>Safe for any thread; guarded by lock.
 */
final class Connections {
  private final PeerId self;
  private final HostLimits limits;
  private final Notices notices;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** INVARIANT: no list is empty. Oldest first. */
  private final Map<PeerId, List<Link>> byPeer = new HashMap<>();

  private boolean closed;

  Connections(PeerId self, HostLimits limits, Notices notices) {
    this.self = self;
    this.limits = limits;
    this.notices = notices;
  }

  /** Takes a connection that is ready, or says why not. */
  Optional<Refusal> add(Link link) {
    lock.lock();
    try {
      List<Link> links = byPeer.getOrDefault(link.peer(), List.of());
      if (closed) {
        return Optional.of(Refusal.HOST_CLOSED);
      }
      if (link.peer().equals(self)) {
        return Optional.of(Refusal.OWN_PEER_ID);
      }
      if (links.size() >= limits.connectionsPerPeerMax()) {
        return Optional.of(Refusal.TOO_MANY_OF_PEER);
      }
      if (notices.pending() >= limits.noticesMax()) {
        return Optional.of(Refusal.TOO_MANY_NOTICES);
      }
      if (links.isEmpty()) {
        links = new ArrayList<>();
        byPeer.put(link.peer(), links);
        notices.connected(link.describe());
      }
      links.add(link);
      Link used = used(links);
      links.stream().filter(other -> other.isDialed() != used.isDialed()).forEach(Link::retire);
      changed.signalAll();
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  void remove(Link link) {
    lock.lock();
    try {
      List<Link> links = byPeer.getOrDefault(link.peer(), List.of());
      if (!links.contains(link)) {
        return;
      }
      links.remove(link);
      if (links.isEmpty()) {
        byPeer.remove(link.peer());
        notices.disconnected(link.peer());
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The connection to use. */
  Optional<Link> to(PeerId peer) {
    lock.lock();
    try {
      return Optional.ofNullable(byPeer.get(peer)).map(this::used);
    } finally {
      lock.unlock();
    }
  }

  /** All that are in use, in the order of their peers' ids. */
  List<Link> used() {
    lock.lock();
    try {
      return byPeer.values().stream()
          .map(this::used)
          .sorted(Comparator.comparing(link -> link.peer().toString()))
          .toList();
    } finally {
      lock.unlock();
    }
  }

  /** All to one peer, in use or not. */
  List<Link> all(PeerId peer) {
    lock.lock();
    try {
      return List.copyOf(byPeer.getOrDefault(peer, List.of()));
    } finally {
      lock.unlock();
    }
  }

  /** Waits until there are {@code most} connections to {@code peer}, or fewer. */
  void awaitAtMost(PeerId peer, int most) throws InterruptedException {
    lock.lock();
    try {
      while (byPeer.getOrDefault(peer, List.of()).size() > most) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more; answers all there are. */
  List<Link> close() {
    lock.lock();
    try {
      closed = true;
      return byPeer.values().stream().flatMap(List::stream).toList();
    } finally {
      lock.unlock();
    }
  }

  private Link used(List<Link> links) {
    Link best = links.getFirst();
    for (Link link : links) {
      if (rank(link) >= rank(best)) {
        best = link;
      }
    }
    return best;
  }

  private int rank(Link link) {
    boolean selfIsLower = Arrays.compareUnsigned(self.multihash(), link.peer().multihash()) < 0;
    return (link.isLeaving() ? 0 : 2) + (link.isDialed() == selfIsLower ? 1 : 0);
  }
}

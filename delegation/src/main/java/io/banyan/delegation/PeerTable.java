package io.banyan.delegation;

import io.banyan.schema.Digest;
import io.banyan.schema.PeerId;
import io.banyan.schema.Routing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The peers that a node has a task stream to, in the order of their ids.
 *
 * <p>Confined to the driver thread.
 */
final class PeerTable {
  /** As many as a machine keeps connections to; more are not lent to. */
  static final int PEERS_MAX = 1024;

  private final TreeMap<Digest, Peer> peers = new TreeMap<>(); // by key
  private Optional<Digest> lastLent = Optional.empty();

  private static Digest order(PeerId id) {
    return Digest.of(id.key().bytes().toArray());
  }

  /** A peer joined, for the first time or again; nothing if there are too many. */
  Optional<Peer> join(PeerId id, int workers, long nowNanos) {
    Peer known = peers.get(order(id));
    if (known != null) {
      known.rejoined(workers, nowNanos);
      return Optional.of(known);
    }
    if (peers.size() == PEERS_MAX) {
      return Optional.empty();
    }
    Peer peer = new Peer(id, workers, nowNanos);
    peers.put(order(id), peer);
    return Optional.of(peer);
  }

  Optional<Peer> find(PeerId id) {
    return Optional.ofNullable(peers.get(order(id)));
  }

  /** A peer left: what it was, if it was known. What it did is forgotten. */
  Optional<Peer> leave(PeerId id) {
    return Optional.ofNullable(peers.remove(order(id)));
  }

  /** The peers that parts of {@code task} may be lent to, whether they have credit or not. */
  List<Peer> eligible(Task task) {
    Routing routing = task.manifest().routing();
    if (!routing.labels().isEmpty()) {
      return List.of(); // nobody's labels are known
    }
    List<Peer> eligible = new ArrayList<>();
    for (Peer peer : peers.values()) {
      boolean wanted = routing.onlyPeers().isEmpty() || routing.onlyPeers().contains(peer.id);
      if (wanted && !peer.isSuspect() && !task.above().contains(peer.id)) {
        eligible.add(peer);
      }
    }
    return eligible;
  }

  /** Those of {@code eligible} that have credit, the one to be asked first before the others. */
  List<Peer> inOrder(List<Peer> eligible, Placement placement, Prices prices) {
    List<Peer> ready = new ArrayList<>(eligible.stream().filter(Peer::hasCredit).toList());
    switch (placement) {
      case FASTEST_FINISH -> ready.sort(Comparator.comparingDouble(peer -> peer.nextNanos(prices)));
      case ROUND_ROBIN -> {
        List<Peer> passed =
            ready.stream()
                .filter(
                    peer -> lastLent.isPresent() && order(peer.id).compareTo(lastLent.get()) <= 0)
                .toList();
        ready.removeAll(passed);
        ready.addAll(passed);
      }
    }
    return ready;
  }

  /** {@code peer} was given a lease. */
  void lent(Peer peer) {
    lastLent = Optional.of(order(peer.id));
  }
}

package io.banyan.delegation;

import io.banyan.schema.Digest;
import io.banyan.schema.PeerId;
import io.banyan.schema.Routing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The peers that a node has a task stream to, in the order of their ids; and those that it had one
 * to, as long as a lease of theirs may go on when they are back.
 *
 * <p>Confined to the driver thread.
 */
final class PeerTable {
  /** As many as a machine keeps connections to; more are not lent to. Those that left count. */
  static final int PEERS_MAX = 1024;

  private final TreeMap<Digest, Peer> peers = new TreeMap<>(); // by key
  private final Map<PeerId, Breaker> breakers = new LinkedHashMap<>(); // of those that left ill
  private Optional<Digest> lastLent = Optional.empty();

  static Digest order(PeerId id) {
    return Digest.of(id.key().bytes().toArray());
  }

  /** A peer joined, for the first time or again; nothing if there are too many. */
  Optional<Peer> join(PeerId id, PeerProfile profile, long nowNanos) {
    Peer known = peers.get(order(id));
    if (known != null) {
      known.rejoined(profile, nowNanos);
      return Optional.of(known);
    }
    if (peers.size() == PEERS_MAX) {
      return Optional.empty();
    }
    Peer peer = new Peer(id, profile, breaker(id), nowNanos);
    peers.put(order(id), peer);
    return Optional.of(peer);
  }

  /** The peer {@code id}, if it is there, or may come back to a lease. */
  Optional<Peer> find(PeerId id) {
    return Optional.ofNullable(peers.get(order(id)));
  }

  /** A peer left: what it was, if it was there. It is forgotten as soon as it holds no lease. */
  Optional<Peer> leave(PeerId id) {
    Optional<Peer> peer = find(id).filter(known -> !known.isGone());
    if (peer.isPresent()) {
      peer.get().left();
      forgetIfGone(peer.get());
    }
    return peer;
  }

  private void forgetIfGone(Peer peer) {
    if (peer.isGone() && !peer.hasLeases()) {
      peers.remove(order(peer.id));
      if (!peer.breaker.allows(peer.leaseCount() + 1)) { // who comes back is no better by that
        breakers.put(peer.id, peer.breaker);
        if (breakers.size() > PEERS_MAX) {
          breakers.remove(breakers.keySet().iterator().next());
        }
      }
    }
  }

  private Breaker breaker(PeerId id) {
    Breaker known = breakers.remove(id);
    return known == null ? new Breaker() : known;
  }

  /** The time is over for which {@code id} was given no leases. */
  void halfOpen(PeerId id) {
    find(id).map(peer -> peer.breaker).ifPresent(Breaker::halfOpen);
    Breaker kept = breakers.get(id);
    if (kept != null) {
      kept.halfOpen();
    }
  }

  /** {@code lent} does not use its peer's credit any more, and says nothing of its pace. */
  void remove(Lent lent) {
    Optional<Peer> peer = find(lent.peer);
    if (peer.isPresent()) {
      peer.get().remove(lent);
      forgetIfGone(peer.get());
    }
  }

  /** All of {@code lent} is done; {@code rest} of it since it was last told how far it had come. */
  void delivered(Lent lent, Pace.Work rest, long nowNanos) {
    Optional<Peer> peer = find(lent.peer);
    if (peer.isPresent()) {
      peer.get().delivered(lent, rest, nowNanos);
      forgetIfGone(peer.get());
    }
  }

  /** Nothing came of {@code lent}. */
  void lost(Lent lent, long nowNanos) {
    Optional<Peer> peer = find(lent.peer);
    if (peer.isPresent()) {
      peer.get().lost(lent, nowNanos);
      forgetIfGone(peer.get());
    }
  }

  /** The peers that parts of {@code state} may be lent to, whether they have credit or not. */
  List<Peer> eligible(TaskState state) {
    Routing routing = state.task.manifest().routing();
    List<Peer> eligible = new ArrayList<>();
    for (Peer peer : peers.values()) {
      if (isThere(peer, state) && isWanted(peer, routing)) {
        eligible.add(peer);
      }
    }
    return eligible;
  }

  /**
   * Whether there are peers that {@code state} could be lent to, had its submitter not ruled them
   * out.
   */
  boolean isNarrowed(TaskState state) {
    Routing routing = state.task.manifest().routing();
    return peers.values().stream()
        .anyMatch(peer -> isThere(peer, state) && !isWanted(peer, routing));
  }

  private static boolean isThere(Peer peer, TaskState state) {
    return !peer.isSuspect()
        && peer.profile().accepting()
        && !peer.breaker.isOpen()
        && state.allows(peer.id)
        && !state.task.above().contains(peer.id);
  }

  private static boolean isWanted(Peer peer, Routing routing) {
    return (routing.onlyPeers().isEmpty() || routing.onlyPeers().contains(peer.id))
        && peer.profile().labels().containsAll(routing.labels());
  }

  /**
   * Those of {@code eligible} that have credit, the one to be asked first before the others.
   *
   * @param nearFirst whether near peers are preferred to better ones
   * @param enoughNanos in which a peer must be done with what it holds to be given more than its
   *     own workers are good for
   */
  List<Peer> inOrder(
      List<Peer> eligible,
      Placement placement,
      boolean nearFirst,
      Prices prices,
      double enoughNanos) {
    return new Ranking(placement, nearFirst, prices, enoughNanos, lastLent).order(eligible);
  }

  /** {@code peer} was given a lease. */
  void lent(Peer peer) {
    lastLent = Optional.of(order(peer.id));
  }
}

package io.banyan.node;

import io.banyan.delegation.Placement;
import io.banyan.p2p.Multiaddr;
import io.banyan.schema.CallLimits;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Routing;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a node is started with.
 *
 * @param listen where it listens, without a peer id
 * @param peers whom it dials and keeps, each with a peer id and a port
 * @param data where its key, its journal and its jobs lie
 * @param workers guests that run at once, 1 to {@link #WORKERS_MAX}
 * @param owner who may ask about every job; by default the key of who started it
 * @param allow whose jobs it takes; by default the owner's alone
 * @param thresholdSeconds a ComplexityScore above it makes the node look for peers, 0 to {@link
 *     #THRESHOLD_SECONDS_MAX}
 * @param placement how peers are chosen
 * @param labels what it calls itself, for jobs that want such nodes alone
 * @param callMost what a call of any job may use here at most; of memory also no more than guests
 *     have together
 * @param readyFile gets peer id, addresses and process id once the node serves
 */
public record NodeSettings(
    Multiaddr listen,
    List<Multiaddr> peers,
    Path data,
    int workers,
    Optional<PublicKey> owner,
    Optional<Allow> allow,
    double thresholdSeconds,
    Placement placement,
    List<String> labels,
    CallLimits callMost,
    Optional<Path> readyFile) {
  /** A list that people write by hand; the others a node meets by itself. */
  public static final int PEERS_MAX = 256;

  public static final int WORKERS_MAX = 1024; // more threads than that serve nobody

  /** A day: who wants to keep all to himself. */
  public static final double THRESHOLD_SECONDS_MAX = 86_400;

  /**
   * What a call may use unless the operator says something else: of fuel, memory and depth as much
   * as any manifest may ask for, since they are bounded by what they are; of time and output as
   * much as a node can spare for a stranger.
   */
  public static final CallLimits CALL_MOST =
      new CallLimits(
          CallLimits.FUEL_MAX,
          CallLimits.MEMORY_BYTES_MAX,
          CallLimits.DEFAULT.depthBytesMax(),
          256L << 20, // 256 MiB
          3_600_000); // 1 h

  public NodeSettings {
    peers = List.copyOf(peers);
    labels = Routing.requireLabels(labels);
    if (peers.size() > PEERS_MAX) {
      throw new IllegalArgumentException(peers.size() + " peers, limit " + PEERS_MAX);
    }
    for (Multiaddr peer : peers) {
      if (peer.peer().isEmpty() || peer.port() == 0) {
        throw new IllegalArgumentException(
            "'" + peer + "' names no peer to dial: it wants a port and /p2p/PEER");
      }
    }
    if (listen.peer().isPresent()) {
      throw new IllegalArgumentException(
          "'" + listen + "' is where to listen: /p2p/PEER has no place there");
    }
    if (workers < 1 || workers > WORKERS_MAX) {
      throw new IllegalArgumentException(workers + " is not between 1 and " + WORKERS_MAX);
    }
    if (!(thresholdSeconds >= 0 && thresholdSeconds <= THRESHOLD_SECONDS_MAX)) {
      throw new IllegalArgumentException(
          "a threshold of " + thresholdSeconds + " s, must be 0 to " + THRESHOLD_SECONDS_MAX);
    }
  }

  /** Whose jobs it takes if {@code owner} runs it. */
  public Allow allowFor(PublicKey actualOwner) {
    return allow.orElseGet(() -> Allow.only(actualOwner));
  }
}

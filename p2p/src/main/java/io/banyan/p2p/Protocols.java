package io.banyan.p2p;

import io.banyan.schema.PeerId;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** What this host serves, and to whom it does so at present. Safe for any thread. */
final class Protocols {
  private final Map<String, Served> byName = new ConcurrentHashMap<>();
  private final Rejections rejections;
  private final Workers workers;

  Protocols(Rejections rejections, Workers workers) {
    this.rejections = rejections;
    this.workers = workers;
  }

  /** One protocol; the streams that are served, counted by peer. */
  private record Served(
      int streamsPerPeerMax, StreamHandler handler, Map<PeerId, Integer> streamsByPeer) {
    boolean begin(PeerId peer) {
      int count = streamsByPeer.merge(peer, 1, Integer::sum);
      if (count > streamsPerPeerMax) {
        end(peer);
        return false;
      }
      return true;
    }

    void end(PeerId peer) {
      streamsByPeer.computeIfPresent(peer, (key, count) -> count == 1 ? null : count - 1);
    }
  }

  void add(String protocol, int streamsPerPeerMax, StreamHandler handler) {
    if (streamsPerPeerMax < 1) {
      throw new IllegalArgumentException(
          protocol + " is served on " + streamsPerPeerMax + " streams a peer, not on any");
    }
    Served served = new Served(streamsPerPeerMax, handler, new ConcurrentHashMap<>());
    if (byName.putIfAbsent(protocol, served) != null) {
      throw new IllegalStateException(protocol + " is served already");
    }
  }

  boolean speaks(String protocol) {
    return byName.containsKey(protocol);
  }

  Set<String> names() {
    return new TreeSet<>(byName.keySet());
  }

  /** Serves a stream on a thread of its own; false if the peer has too many of them. */
  boolean serve(LinkStream stream) {
    Optional<Served> served = Optional.ofNullable(byName.get(stream.protocol()));
    if (served.isEmpty() || !served.get().begin(stream.remote())) {
      return false;
    }
    return workers.start(
        stream.protocol() + " of " + stream.remote(), () -> serve(served.get(), stream));
  }

  private void serve(Served served, LinkStream stream) {
    boolean inOrder = false;
    try {
      served.handler().serve(stream);
      inOrder = true;
    } catch (IOException e) {
      rejections.count(Refusal.FAILED_STREAM);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      served.end(stream.remote());
      if (inOrder) {
        stream.close();
      } else {
        stream.reset();
      }
    }
  }
}

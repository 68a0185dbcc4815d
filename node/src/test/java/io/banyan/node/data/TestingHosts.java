package io.banyan.node.data;

import io.banyan.p2p.Multiaddr;
import io.banyan.schema.PeerId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Hosts in one process, joined by bounded pipes in memory: no sockets, no handshakes, no time that
 * passes. A test says when a connection is lost, and which bit arrives wrong.
 *
 * <p>Safe for any thread; guarded by its own lock, which is not held while anybody is told.
 */
public final class TestingHosts implements AutoCloseable {
  private final Map<PeerId, TestingHost> hosts = new HashMap<>();
  private final Map<Way, TestingWire> wires = new ConcurrentHashMap<>();
  private final Set<Pair> apart = new HashSet<>();
  private final Set<Pair> kept = new HashSet<>();

  private record Way(PeerId from, PeerId to) {}

  /** Two hosts, in either order. */
  private record Pair(Set<PeerId> both) {
    static Pair of(PeerId a, PeerId b) {
      return new Pair(Set.of(a, b));
    }
  }

  /** A new host, connected to nobody. */
  public synchronized TestingHost host(PeerId id) {
    TestingHost host = new TestingHost(this, id, hosts.size() + 1);
    if (hosts.putIfAbsent(id, host) != null) {
      throw new IllegalArgumentException("there is a host " + id + " already");
    }
    return host;
  }

  /** Connects two hosts, unless they are connected; the first one dials. */
  public synchronized void connect(TestingHost dialer, TestingHost other) {
    if (dialer.join(other, true)) {
      other.join(dialer, false);
    }
  }

  /** Takes the connection between two hosts away; who keeps it dials again. */
  public void disconnect(PeerId a, PeerId b) {
    List<TestingStream> lost = new ArrayList<>();
    synchronized (this) {
      lost.addAll(leave(a, b));
      lost.addAll(leave(b, a));
    }
    lost.forEach(TestingStream::lose);
    reconnect(a, b);
  }

  private List<TestingStream> leave(PeerId host, PeerId peer) {
    return hosts.containsKey(host) ? hosts.get(host).leave(peer) : List.of();
  }

  private synchronized void reconnect(PeerId a, PeerId b) {
    if (kept.contains(Pair.of(a, b)) && !apart.contains(Pair.of(a, b))) {
      connect(hosts.get(a), hosts.get(b));
    }
  }

  /** Takes the connection away, and any that is dialed until they are brought together. */
  public void separate(PeerId a, PeerId b) {
    synchronized (this) {
      apart.add(Pair.of(a, b));
    }
    disconnect(a, b);
  }

  /** Lets two hosts connect again, and connects them if one of them keeps the other. */
  public void bringTogether(PeerId a, PeerId b) {
    synchronized (this) {
      apart.remove(Pair.of(a, b));
    }
    reconnect(a, b);
  }

  /** Loses the connection once {@code bytes} more bytes went from the one to the other. */
  public void cutAfter(PeerId from, PeerId to, long bytes) {
    wire(from, to).cutAfter(bytes);
  }

  /**
   * Turns a bit of the byte behind the next {@code bytes} that go from the one to the other.
   *
   * @param bit 0 to 7
   */
  public void flipAfter(PeerId from, PeerId to, long bytes, int bit) {
    wire(from, to).flipAfter(bytes, bit);
  }

  /** All bytes that went from the one to the other. */
  public long sentBytes(PeerId from, PeerId to) {
    return wire(from, to).sentBytes();
  }

  TestingWire wire(PeerId from, PeerId to) {
    return wires.computeIfAbsent(
        new Way(from, to), _ -> new TestingWire(() -> disconnect(from, to)));
  }

  synchronized void dial(TestingHost dialer, Multiaddr address) throws IOException {
    PeerId peer = address.peer().orElseThrow(() -> new IllegalArgumentException("no peer id"));
    TestingHost other = hosts.get(peer);
    if (other == null || apart.contains(Pair.of(dialer.id(), peer))) {
      throw new IOException("nobody answers at " + address);
    }
    connect(dialer, other);
  }

  synchronized void keep(PeerId a, PeerId b) {
    kept.add(Pair.of(a, b));
  }

  /** A host is closed: nobody reaches it any more. */
  void remove(PeerId id, List<PeerId> peers) {
    synchronized (this) {
      kept.removeIf(pair -> pair.both().contains(id));
    }
    peers.forEach(peer -> disconnect(id, peer));
    synchronized (this) {
      hosts.remove(id);
    }
  }

  /** Closes every host. */
  @Override
  public void close() {
    Set<TestingHost> all;
    synchronized (this) {
      all = new HashSet<>(hosts.values());
    }
    all.forEach(TestingHost::close);
  }
}

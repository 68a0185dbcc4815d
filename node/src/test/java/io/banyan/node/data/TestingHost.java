package io.banyan.node.data;

import io.banyan.p2p.ConnectionListener;
import io.banyan.p2p.Host;
import io.banyan.p2p.Multiaddr;
import io.banyan.p2p.P2pStream;
import io.banyan.p2p.PeerConnection;
import io.banyan.p2p.RejectionCounts;
import io.banyan.p2p.StreamHandler;
import io.banyan.schema.PeerId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** One of {@link TestingHosts}. Safe for any thread; guarded by its own lock. */
public final class TestingHost implements Host {
  private final TestingHosts hosts;
  private final PeerId id;
  private final Multiaddr address;
  private final Map<String, Served> served = new HashMap<>();
  private final Map<PeerId, Joined> joined = new HashMap<>();
  private final List<ConnectionListener> listeners = new ArrayList<>();
  private final TreeMap<String, Long> rejections = new TreeMap<>();
  private final ExecutorService teller =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().factory());
  private final ExecutorService handlers = Executors.newVirtualThreadPerTaskExecutor();

  private record Served(StreamHandler handler, int streamsPerPeerMax) {}

  /** A connection, with this side's ends of its streams. */
  private static final class Joined {
    final TestingHost other;
    final boolean dialed;
    final Set<TestingStream> streams = new HashSet<>();
    final Map<String, Integer> inbound = new HashMap<>();

    Joined(TestingHost other, boolean dialed) {
      this.other = other;
      this.dialed = dialed;
    }
  }

  TestingHost(TestingHosts hosts, PeerId id, int port) {
    this.hosts = hosts;
    this.id = id;
    this.address = new Multiaddr(Multiaddr.Network.IP4, "127.0.0.1", port, Optional.of(id));
  }

  @Override
  public PeerId id() {
    return id;
  }

  @Override
  public List<Multiaddr> addresses() {
    return List.of(address);
  }

  @Override
  public void connect(Multiaddr address, Duration timeout) throws IOException {
    hosts.dial(this, address);
  }

  @Override
  public void keep(Multiaddr address) {
    PeerId peer = address.peer().orElseThrow(() -> new IllegalArgumentException("no peer id"));
    hosts.keep(id, peer);
    try {
      hosts.dial(this, address);
    } catch (IOException e) {
      // It is dialed when the two are brought together.
    }
  }

  /** Whether there was no connection before. */
  synchronized boolean join(TestingHost other, boolean dialed) {
    if (joined.containsKey(other.id)) {
      return false;
    }
    joined.put(other.id, new Joined(other, dialed));
    tell(listener -> listener.connected(connection(other, dialed)));
    return true;
  }

  /** The streams of the connection that is gone, which are the caller's to lose. */
  synchronized List<TestingStream> leave(PeerId peer) {
    Joined gone = joined.remove(peer);
    if (gone == null) {
      return List.of();
    }
    tell(listener -> listener.disconnected(peer));
    return List.copyOf(gone.streams);
  }

  private void tell(Consumer<ConnectionListener> event) {
    List<ConnectionListener> told = List.copyOf(listeners);
    if (!teller.isShutdown()) {
      teller.execute(() -> told.forEach(event));
    }
  }

  private PeerConnection connection(TestingHost other, boolean dialed) {
    return new PeerConnection(
        other.id,
        other.address,
        dialed,
        Optional.empty(),
        hosts.sentBytes(other.id, id),
        hosts.sentBytes(id, other.id));
  }

  @Override
  public P2pStream open(PeerId peer, String protocol, Duration timeout) throws IOException {
    TestingPipe there = new TestingPipe(hosts.wire(id, peer));
    TestingPipe back = new TestingPipe(hosts.wire(peer, id));
    TestingStream mine =
        new TestingStream(
            peer, protocol, back, there, this::forget, (other, time) -> open(peer, other, time));
    TestingHost other;
    synchronized (this) {
      Joined connection = joined.get(peer);
      if (connection == null) {
        throw new IOException("there is no connection to " + peer);
      }
      other = connection.other;
      connection.streams.add(mine);
    }
    other.accept(
        new TestingStream(
            id, protocol, there, back, _ -> {}, (next, time) -> other.open(id, next, time)));
    return mine;
  }

  private synchronized void forget(TestingStream mine) {
    Joined connection = joined.get(mine.remote());
    if (connection != null) {
      connection.streams.remove(mine);
    }
  }

  private void accept(TestingStream stream) throws IOException {
    Served handler;
    Joined connection;
    synchronized (this) {
      connection = joined.get(stream.remote());
      handler = served.get(stream.protocol());
      if (connection == null) {
        throw new IOException(TestingWire.LOST);
      }
      if (handler == null) {
        throw new IOException(id + " does not speak " + stream.protocol());
      }
      int open = connection.inbound.getOrDefault(stream.protocol(), 0);
      if (open == handler.streamsPerPeerMax) {
        rejections.merge("too many streams of " + stream.protocol(), 1L, Long::sum);
        stream.reset();
        return;
      }
      connection.inbound.put(stream.protocol(), open + 1);
      connection.streams.add(stream);
    }
    handlers.execute(() -> serve(stream, handler.handler, connection));
  }

  private void serve(TestingStream stream, StreamHandler handler, Joined connection) {
    try {
      handler.serve(stream);
      stream.close();
    } catch (IOException | InterruptedException | RuntimeException e) {
      stream.reset();
    } finally {
      synchronized (this) {
        connection.inbound.merge(stream.protocol(), -1, Integer::sum);
        connection.streams.remove(stream);
      }
    }
  }

  @Override
  public synchronized void handle(String protocol, int streamsPerPeerMax, StreamHandler handler) {
    served.put(protocol, new Served(handler, streamsPerPeerMax));
  }

  @Override
  public synchronized void watch(ConnectionListener listener) {
    listeners.add(listener);
  }

  @Override
  public synchronized List<PeerConnection> connections() {
    return joined.values().stream()
        .map(connection -> connection(connection.other, connection.dialed))
        .sorted(Comparator.comparing(connection -> connection.peer().toString()))
        .toList();
  }

  @Override
  public void disconnect(PeerId peer) {
    hosts.disconnect(id, peer);
  }

  @Override
  public synchronized RejectionCounts rejections() {
    return new RejectionCounts(rejections);
  }

  @Override
  public void close() {
    List<PeerId> peers;
    synchronized (this) {
      peers = List.copyOf(joined.keySet());
    }
    hosts.remove(id, peers);
    teller.shutdown();
    handlers.shutdownNow();
    handlers.close();
  }
}

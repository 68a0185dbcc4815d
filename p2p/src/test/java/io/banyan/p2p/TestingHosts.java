package io.banyan.p2p;

import io.banyan.schema.PeerId;
import io.banyan.trust.Identity;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** Hosts on this machine, each with an identity of its own, closed together. */
final class TestingHosts implements AutoCloseable {
  /** Long enough for a machine with other things to do; nothing waits for it to pass. */
  static final Duration LONG = Duration.ofSeconds(20);

  static final Multiaddr ANY_PORT = Multiaddr.parse("/ip4/127.0.0.1/tcp/0");

  private final Deque<Host> hosts = new ArrayDeque<>();

  /** The identity with this number, the same each time. */
  static Identity identity(int number) {
    byte[] seed = new byte[Identity.SEED_LENGTH];
    seed[0] = (byte) number;
    return Identity.ofSeed(seed);
  }

  Host open(HostSettings settings) throws IOException {
    Host host = Hosts.open(settings);
    hosts.push(host);
    return host;
  }

  Host open(int number) throws IOException {
    return open(number, HostLimits.DEFAULT);
  }

  Host open(int number, HostLimits limits) throws IOException {
    return open(new HostSettings(identity(number), Optional.of(ANY_PORT), "banyan/test", limits));
  }

  Host openDialOnly(int number) throws IOException {
    return open(HostSettings.of(identity(number), Optional.empty(), "banyan/test"));
  }

  static void connect(Host from, Host to) throws IOException, InterruptedException {
    from.connect(to.addresses().getFirst(), LONG);
  }

  /** Sends back what comes, as it comes. */
  static void echo(P2pStream stream) throws IOException {
    byte[] buffer = new byte[1 << 16];
    int count = stream.input().read(buffer);
    while (count >= 0) {
      stream.output().write(buffer, 0, count);
      stream.output().flush();
      count = stream.input().read(buffer);
    }
  }

  /** The side that was dialed is ready a little later than the one that dials. */
  static void untilConnected(Host host, Host to) throws InterruptedException {
    CountDownLatch connected = new CountDownLatch(1);
    host.watch(counting(connected));
    if (host.connections().stream().noneMatch(one -> one.peer().equals(to.id()))) {
      connected.await();
    }
  }

  /** Counts connections down. */
  static ConnectionListener counting(CountDownLatch connected) {
    return new ConnectionListener() {
      @Override
      public void connected(PeerConnection connection) {
        connected.countDown();
      }

      @Override
      public void disconnected(PeerId peer) {}
    };
  }

  @Override
  public void close() {
    while (!hosts.isEmpty()) {
      hosts.pop().close();
    }
  }
}

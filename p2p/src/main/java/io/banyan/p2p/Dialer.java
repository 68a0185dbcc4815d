package io.banyan.p2p;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Dials, an address once at a time: who wants it too waits for the same outcome. Safe for any
 * thread.
 */
final class Dialer {
  /** Makes the channel's handlers, which complete the future. */
  interface Setup {
    void prepare(Channel channel, Multiaddr address, CompletableFuture<Link> outcome);
  }

  private final Bootstrap bootstrap;
  private final Optional<InetAddress> from;
  private final Admissions admissions;
  private final Setup setup;
  private final Map<Multiaddr, CompletableFuture<Link>> dials = new ConcurrentHashMap<>();

  /**
   * @param bootstrap with its group and kind of channel
   * @param from the address that this host listens at, so that it is known by it; any if empty
   */
  Dialer(Bootstrap bootstrap, Optional<InetAddress> from, Admissions admissions, Setup setup) {
    this.bootstrap = bootstrap;
    this.from = from;
    this.admissions = admissions;
    this.setup = setup;
  }

  /** Waits until there is a connection. */
  void dial(Multiaddr address, Duration timeout) throws IOException, InterruptedException {
    CompletableFuture<Link> outcome = new CompletableFuture<>();
    CompletableFuture<Link> before = dials.putIfAbsent(address, outcome);
    if (before != null) {
      Outcomes.await(before, "connect to " + address, timeout);
      return;
    }
    try {
      begin(address, timeout, outcome);
      Outcomes.await(outcome, "connect to " + address, timeout);
    } catch (IOException e) {
      outcome.completeExceptionally(e);
      throw e;
    } finally {
      // Closes the channel of a dial that nobody waits for; one that came to an end heeds it not.
      outcome.completeExceptionally(new IOException("the dial was given up"));
      dials.remove(address);
    }
  }

  private void begin(Multiaddr address, Duration timeout, CompletableFuture<Link> outcome)
      throws IOException {
    InetSocketAddress remote = SocketAddresses.resolve(address);
    admissions.dial();
    Bootstrap dial =
        bootstrap
            .clone()
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                Math.clamp(timeout.toMillis(), 1, Integer.MAX_VALUE))
            .handler(new Prepare(channel -> setup.prepare(channel, address, outcome)));
    boolean sameFamily =
        from.isPresent() && from.get().getClass().equals(remote.getAddress().getClass());
    ChannelFuture connecting =
        sameFamily
            ? dial.connect(remote, new InetSocketAddress(from.get(), 0))
            : dial.connect(remote);
    connecting.channel().closeFuture().addListener(done -> admissions.closed());
    connecting.addListener(
        done -> {
          if (!done.isSuccess()) {
            outcome.completeExceptionally(
                new IOException(
                    "nobody answers there: " + done.cause().getMessage(), done.cause()));
          }
        });
    var unused =
        outcome.exceptionally(
            failure -> {
              Sockets.close(connecting.channel());
              throw new IllegalStateException(failure); // Nobody sees this stage.
            });
  }
}

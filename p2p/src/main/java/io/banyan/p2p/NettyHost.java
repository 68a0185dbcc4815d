package io.banyan.p2p;

import io.banyan.p2p.noise.NoiseChannel;
import io.banyan.p2p.noise.NoiseIdentity;
import io.banyan.schema.PeerId;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.ChannelMatchers;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A host on Netty. Event loops move bytes and never wait; one thread does the arithmetic of
 * handshakes; streams are served, and connections kept, on virtual threads.
 *
 * <p>Safe for any thread.
 */
final class NettyHost implements Host, Link.Owner {
  private static final int EVENT_LOOPS_MAX = 8;
  private static final int BACKLOG = 256;
  private static final Duration IDENTIFY_TIMEOUT = Duration.ofSeconds(10);

  /** Bytes sealed, and not yet with the system. */
  private static final WriteBufferWaterMark SEALED_BYTES =
      new WriteBufferWaterMark(256 << 10, 1 << 20); // 256 KiB, 1 MiB

  private final HostSettings settings;
  private final PeerId self;
  private final NoiseIdentity noise;
  private final Rejections rejections = new Rejections();
  private final Workers workers = new Workers();
  private final Notices notices = new Notices();
  private final Protocols protocols = new Protocols(rejections, workers);
  private final Admissions admissions;
  private final Connections connections;
  private final EventLoopGroup loops;
  private final ExecutorService arithmetic;
  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final Set<Multiaddr> kept = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final List<Multiaddr> addresses;
  private final Dialer dialer;

  private NettyHost(HostSettings settings, Optional<InetSocketAddress> listen) throws IOException {
    this.settings = settings;
    this.self = settings.identity().publicKey().peerId();
    this.noise = NoiseIdentity.fresh(settings.identity());
    this.admissions = new Admissions(settings.limits());
    this.connections = new Connections(self, settings.limits(), notices);
    this.loops =
        new MultiThreadIoEventLoopGroup(
            Math.min(Runtime.getRuntime().availableProcessors(), EVENT_LOOPS_MAX),
            new DefaultThreadFactory("banyan-p2p-loop", true),
            NioIoHandler.newFactory());
    this.arithmetic =
        Executors.newSingleThreadExecutor(new DefaultThreadFactory("banyan-p2p-handshakes", true));
    Bootstrap dial =
        new Bootstrap()
            .group(loops)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, SEALED_BYTES);
    Optional<InetAddress> from =
        listen.map(InetSocketAddress::getAddress).filter(place -> !place.isAnyLocalAddress());
    this.dialer = new Dialer(dial, from, admissions, this::prepareDialed);
    protocols.add(Ping.PROTOCOL, Ping.STREAMS_PER_PEER_MAX, Ping::serve);
    protocols.add(Identify.PROTOCOL, Identify.STREAMS_PER_PEER_MAX, this::identify);
    this.addresses = listen.isPresent() ? listen(listen.get()) : List.of();
    workers.start("notices", notices::run);
  }

  static NettyHost open(HostSettings settings) throws IOException {
    Optional<InetSocketAddress> listen = Optional.empty();
    if (settings.listen().isPresent()) {
      listen = Optional.of(SocketAddresses.resolve(settings.listen().get()));
    }
    return new NettyHost(settings, listen);
  }

  private List<Multiaddr> listen(InetSocketAddress place) throws IOException {
    ServerBootstrap server =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, SEALED_BYTES)
            .childHandler(new Prepare(this::prepareAccepted));
    var bound = server.bind(place).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      close();
      throw new IOException(
          "cannot listen at "
              + SocketAddresses.of(place, Optional.empty())
              + ": "
              + bound.cause().getMessage(),
          bound.cause());
    }
    channels.add(bound.channel());
    InetSocketAddress local = (InetSocketAddress) bound.channel().localAddress();
    return SocketAddresses.reachable(local).stream()
        .map(reachable -> SocketAddresses.of(reachable, Optional.of(self)))
        .toList();
  }

  // Sockets become connections, on their event loops.

  private void prepareAccepted(Channel channel) {
    InetSocketAddress remote = (InetSocketAddress) channel.remoteAddress();
    InetAddress from = remote.getAddress();
    Optional<Refusal> refusal = admissions.accept(from);
    if (refusal.isPresent()) {
      count(refusal.get());
      Sockets.close(channel);
      return;
    }
    channel.closeFuture().addListener(done -> admissions.closed());
    SocketMeter meter = new SocketMeter();
    Upgrade.Taker taker =
        new Upgrade.Taker() {
          @Override
          public void secured(
              ChannelHandlerContext context, PeerId peer, NoiseChannel channel, ByteBuf rest) {
            admissions.handshakeOver(from);
            establish(context, peer, false, channel, meter, rest);
          }

          @Override
          public void failed(Optional<Refusal> refusal, IOException cause) {
            admissions.handshakeOver(from);
            refusal.ifPresent(NettyHost.this::count);
          }
        };
    channels.add(channel);
    channel
        .pipeline()
        .addLast(meter, Upgrade.listening(noise, settings.limits(), arithmetic, taker));
  }

  private void prepareDialed(Channel channel, Multiaddr address, CompletableFuture<Link> outcome) {
    SocketMeter meter = new SocketMeter();
    Upgrade.Taker taker =
        new Upgrade.Taker() {
          @Override
          public void secured(
              ChannelHandlerContext context, PeerId peer, NoiseChannel channel, ByteBuf rest) {
            establish(context, peer, true, channel, meter, rest)
                .ifPresentOrElse(
                    outcome::complete,
                    () -> outcome.completeExceptionally(new IOException("it was refused here")));
          }

          @Override
          public void failed(Optional<Refusal> refusal, IOException cause) {
            refusal.ifPresent(NettyHost.this::count);
            outcome.completeExceptionally(cause);
          }
        };
    channels.add(channel);
    channel
        .pipeline()
        .addLast(
            meter, Upgrade.dialing(noise, address.peer(), settings.limits(), arithmetic, taker));
  }

  /** The peer is known: lets it in, and asks what it speaks. */
  private Optional<Link> establish(
      ChannelHandlerContext context,
      PeerId peer,
      boolean dialed,
      NoiseChannel channel,
      SocketMeter meter,
      ByteBuf rest) {
    InetSocketAddress remote = (InetSocketAddress) context.channel().remoteAddress();
    Multiaddr address = SocketAddresses.of(remote, Optional.of(peer));
    Link link = new Link(peer, address, dialed, context.channel(), channel, meter, this);
    Optional<Refusal> refusal = connections.add(link);
    if (refusal.isPresent()) {
      count(refusal.get());
      rest.release();
      Sockets.close(context.channel());
      return Optional.empty();
    }
    context.pipeline().replace(context.handler(), "link", link);
    link.start(rest);
    workers.start("identify " + peer, () -> ask(link));
    return Optional.of(link);
  }

  private void ask(Link link) {
    try (LinkStream stream = link.open(Identify.PROTOCOL, IDENTIFY_TIMEOUT)) {
      stream.readTimeout(IDENTIFY_TIMEOUT);
      stream.closeWrite();
      link.identity().complete(Identify.read(stream));
    } catch (ViolationException e) {
      count(Refusal.BROKEN_IDENTIFY);
    } catch (IOException e) {
      // A peer that does not say what it speaks is asked at each stream.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void identify(P2pStream stream) throws IOException {
    Optional<Multiaddr> observed = connections.to(stream.remote()).map(Link::address);
    Identify.answer(stream, self, addresses, protocols.names(), settings.agent(), observed);
  }

  /** Waits for what a connected peer says of itself. */
  Identify identity(PeerId peer, Duration timeout) throws IOException, InterruptedException {
    Optional<Link> link = connections.to(peer);
    if (link.isEmpty()) {
      throw new IOException("there is no connection to " + peer);
    }
    return Outcomes.await(link.get().identity(), "hear what " + peer + " speaks", timeout);
  }

  /** All connections, the ones that are on their way out too. */
  Connections registry() {
    return connections;
  }

  Workers workers() {
    return workers;
  }

  // What connections ask for.

  @Override
  public HostLimits limits() {
    return settings.limits();
  }

  @Override
  public void count(Refusal refusal) {
    rejections.count(refusal);
  }

  @Override
  public boolean speaks(String protocol) {
    return protocols.speaks(protocol);
  }

  @Override
  public boolean serve(LinkStream stream) {
    return protocols.serve(stream);
  }

  @Override
  public void gone(Link link) {
    connections.remove(link);
  }

  // What users ask for.

  @Override
  public PeerId id() {
    return self;
  }

  @Override
  public List<Multiaddr> addresses() {
    return addresses;
  }

  @Override
  public void connect(Multiaddr address, Duration timeout)
      throws IOException, InterruptedException {
    PeerId peer = requirePeer(address);
    if (peer.equals(self)) {
      throw new IOException(address + " is this host itself");
    }
    requireOpen();
    if (connections.to(peer).isPresent()) {
      return;
    }
    dialer.dial(address, timeout);
  }

  private static PeerId requirePeer(Multiaddr address) {
    if (address.port() == 0) {
      throw new IllegalArgumentException(address + " has port 0, where nobody can listen");
    }
    return address
        .peer()
        .orElseThrow(
            () -> new IllegalArgumentException(address + " does not say who is expected there"));
  }

  private void requireOpen() throws IOException {
    if (closed.get()) {
      throw new IOException("this host is closed");
    }
  }

  @Override
  public void keep(Multiaddr address) {
    PeerId peer = requirePeer(address);
    if (peer.equals(self)) {
      throw new IllegalArgumentException(address + " is this host itself");
    }
    if (kept.add(address)) {
      Keeper keeper = new Keeper(address, peer, connections, this::connect);
      workers.start("keep " + address, keeper::run);
    }
  }

  @Override
  public P2pStream open(PeerId peer, String protocol, Duration timeout)
      throws IOException, InterruptedException {
    requireOpen();
    Optional<Link> link = connections.to(peer);
    if (link.isEmpty()) {
      throw new IOException("there is no connection to " + peer);
    }
    return link.get().open(protocol, timeout);
  }

  @Override
  public void handle(String protocol, int streamsPerPeerMax, StreamHandler handler) {
    protocols.add(protocol, streamsPerPeerMax, handler);
  }

  @Override
  public void watch(ConnectionListener listener) {
    notices.watch(listener);
  }

  @Override
  public List<PeerConnection> connections() {
    return connections.used().stream().map(Link::describe).toList();
  }

  @Override
  public void disconnect(PeerId peer) {
    connections.all(peer).forEach(link -> link.close("disconnected from " + peer + " here"));
  }

  @Override
  public RejectionCounts rejections() {
    return rejections.counts();
  }

  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    List<Link> links = connections.close();
    links.forEach(link -> link.close("this host is closed"));
    channels.close(ChannelMatchers.isServerChannel()).awaitUninterruptibly();
    links.forEach(Link::awaitClosed);
    channels.close().awaitUninterruptibly(); // those in the handshake
    arithmetic.shutdown(); // Nobody asks for more, since every channel is closed.
    try {
      workers.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    arithmetic.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}

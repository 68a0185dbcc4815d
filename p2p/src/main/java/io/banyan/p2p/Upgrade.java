package io.banyan.p2p;

import io.banyan.p2p.multistream.Negotiated;
import io.banyan.p2p.noise.NoiseChannel;
import io.banyan.p2p.noise.NoiseHandshake;
import io.banyan.p2p.noise.NoiseIdentity;
import io.banyan.p2p.noise.Secured;
import io.banyan.p2p.noise.WrongPeerException;
import io.banyan.schema.PeerId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Makes a connection of a socket (libp2p specification, "Connection establishment"):
 *
 * <pre>
 *   SECURITY   multistream-select agrees on /noise
 *   NOISE      the handshake shows who the peer is, and perhaps agrees on /yamux/1.0.0
 *   MUXER      else multistream-select does, inside the secured channel
 *   OVER       handed on, or closed
 * </pre>
 *
 * <p>Confined to the channel's event loop; the handshake's arithmetic, a millisecond in all, is
 * done by another thread, and what comes in the meantime waits for it.
 */
final class Upgrade extends ChannelInboundHandlerAdapter {
  static final String NOISE = "/noise";
  static final String YAMUX = "/yamux/1.0.0";
  private static final List<String> MUXERS = List.of(YAMUX);

  /** Length, u16 big-endian, before each message of the handshake. */
  private static final int HEADER_LENGTH = 2;

  /** Told what came of it, on the event loop. */
  interface Taker {
    /**
     * The peer is who it says it is.
     *
     * @param rest what it has already sent on the channel, opened; the taker's to release
     */
    void secured(ChannelHandlerContext context, PeerId peer, NoiseChannel channel, ByteBuf rest);

    /** The socket is closed. Nobody is to blame if {@code refusal} is empty. */
    void failed(Optional<Refusal> refusal, IOException cause);
  }

  private record SecuredChannel(PeerId peer, NoiseChannel noise) {}

  private enum Phase {
    SECURITY,
    NOISE,
    MUXER,
    OVER
  }

  private final boolean dialing;
  private final NoiseIdentity self;
  private final Optional<PeerId> expected;
  private final HostLimits limits;
  private final Executor arithmetic;
  private final Taker taker;

  private Phase phase = Phase.SECURITY;

  /** What it is called if what is read next breaks a rule. */
  private Refusal suspect = Refusal.NOT_LIBP2P;

  private Negotiation negotiation;
  private Optional<Future<?>> timer = Optional.empty();

  /** Written by the thread that computes, while nothing else is done. */
  private Optional<NoiseHandshake> handshake = Optional.empty();

  private Optional<SecuredChannel> channel = Optional.empty();

  /** Of the handshake: what came, and is not a whole message, or waits for the one before it. */
  private ByteBuf received = Unpooled.EMPTY_BUFFER;

  private boolean computing;

  private Upgrade(
      boolean dialing,
      NoiseIdentity self,
      Optional<PeerId> expected,
      HostLimits limits,
      Executor arithmetic,
      Taker taker) {
    this.dialing = dialing;
    this.self = self;
    this.expected = expected;
    this.limits = limits;
    this.arithmetic = arithmetic;
    this.taker = taker;
    this.negotiation = negotiation(NOISE);
  }

  static Upgrade dialing(
      NoiseIdentity self,
      Optional<PeerId> expected,
      HostLimits limits,
      Executor arithmetic,
      Taker taker) {
    return new Upgrade(true, self, expected, limits, arithmetic, taker);
  }

  static Upgrade listening(
      NoiseIdentity self, HostLimits limits, Executor arithmetic, Taker taker) {
    return new Upgrade(false, self, Optional.empty(), limits, arithmetic, taker);
  }

  private Negotiation negotiation(String protocol) {
    return dialing ? Negotiation.dialing(protocol) : Negotiation.listening(protocol::equals);
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    long nanos = limits.handshakeTimeout().toNanos();
    timer =
        Optional.of(
            context.executor().schedule(() -> timeout(context), nanos, TimeUnit.NANOSECONDS));
    Sockets.send(context.channel(), negotiation.output().apply(context.alloc()));
  }

  private void timeout(ChannelHandlerContext context) {
    long millis = limits.handshakeTimeout().toMillis();
    fail(context, Refusal.HANDSHAKE_TIMEOUT, "the handshake took longer than " + millis + " ms");
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      switch (phase) {
        case SECURITY -> security(context, bytes);
        case NOISE -> noise(context, bytes);
        case MUXER -> muxer(context, bytes);
        case OVER -> bytes.release();
      }
    } catch (ViolationException e) {
      fail(context, suspect, e.sentence());
    }
  }

  private void security(ChannelHandlerContext context, ByteBuf bytes) throws ViolationException {
    Negotiated result = negotiation.taking().receive(bytes);
    Sockets.send(context.channel(), negotiation.output().apply(context.alloc()));
    switch (result) {
      case Negotiated.Pending() -> {}
      case Negotiated.Refused(String sentence) -> fail(context, Refusal.BROKEN_HANDSHAKE, sentence);
      case Negotiated.Agreed(String protocol, ByteBuf rest) -> {
        phase = Phase.NOISE;
        received = context.alloc().buffer();
        compute(context, this::begin);
        noise(context, rest);
      }
    }
  }

  private interface Arithmetic {
    Optional<byte[]> run() throws ViolationException, WrongPeerException;
  }

  private Optional<byte[]> begin() throws ViolationException {
    NoiseHandshake begun =
        dialing
            ? NoiseHandshake.dialing(self, expected, MUXERS)
            : NoiseHandshake.listening(self, MUXERS);
    handshake = Optional.of(begun);
    return begun.begin();
  }

  private void noise(ChannelHandlerContext context, ByteBuf bytes) {
    if (phase == Phase.OVER) { // The host was closed in between.
      bytes.release();
      return;
    }
    received.writeBytes(bytes);
    bytes.release();
    nextMessage(context);
  }

  /** One after the other: the next message waits for what comes of the one before. */
  private void nextMessage(ChannelHandlerContext context) {
    if (computing || received.readableBytes() < HEADER_LENGTH) {
      return;
    }
    int length = received.getUnsignedShort(received.readerIndex());
    if (received.readableBytes() < HEADER_LENGTH + length) {
      return;
    }
    byte[] message = new byte[length];
    received.skipBytes(HEADER_LENGTH).readBytes(message);
    received.discardReadBytes();
    NoiseHandshake begun = handshake.orElseThrow();
    compute(context, () -> begun.receive(message));
  }

  private void compute(ChannelHandlerContext context, Arithmetic work) {
    computing = true;
    context.channel().config().setAutoRead(false); // so that what waits is bounded
    try {
      arithmetic.execute(
          () -> {
            try {
              Optional<byte[]> reply = work.run();
              context.executor().execute(() -> computed(context, reply));
            } catch (ViolationException e) {
              context
                  .executor()
                  .execute(() -> fail(context, Refusal.BROKEN_HANDSHAKE, e.sentence()));
            } catch (WrongPeerException e) {
              context
                  .executor()
                  .execute(
                      () ->
                          fail(
                              context,
                              Refusal.WRONG_PEER,
                              "somebody else is there: " + e.getMessage()));
            }
          });
    } catch (RejectedExecutionException e) {
      over(context, Optional.empty(), new IOException("this host is closed", e));
    }
  }

  private void computed(ChannelHandlerContext context, Optional<byte[]> reply) {
    computing = false;
    if (phase == Phase.OVER) {
      return;
    }
    reply.ifPresent(
        message ->
            Sockets.send(
                context.channel(),
                context
                    .alloc()
                    .buffer(HEADER_LENGTH + message.length)
                    .writeShort(message.length)
                    .writeBytes(message)));
    Optional<Secured> secured = handshake.flatMap(NoiseHandshake::secured);
    context.channel().config().setAutoRead(true);
    if (secured.isPresent()) {
      secured(context, secured.get());
    } else {
      nextMessage(context);
    }
  }

  private void secured(ChannelHandlerContext context, Secured secured) {
    NoiseChannel noise = new NoiseChannel(secured.sending(), secured.receiving());
    SecuredChannel made = new SecuredChannel(secured.peer(), noise);
    channel = Optional.of(made);
    phase = Phase.MUXER;
    suspect = Refusal.BROKEN_FRAME;
    ByteBuf rest = received;
    received = Unpooled.EMPTY_BUFFER;
    try {
      if (secured.muxer().isPresent()) {
        handOn(context, made, open(noise, rest));
        return;
      }
      negotiation = negotiation(YAMUX);
      writeSealed(context, noise);
      muxer(context, rest);
    } catch (ViolationException e) {
      fail(context, suspect, e.sentence());
    }
  }

  private void writeSealed(ChannelHandlerContext context, NoiseChannel noise)
      throws ViolationException {
    ByteBuf output = negotiation.output().apply(context.alloc());
    ByteBuf plain = Unpooled.buffer().writeBytes(output);
    output.release();
    if (plain.isReadable()) {
      Sockets.send(context.channel(), noise.seal(plain, context.alloc()));
    }
  }

  private void muxer(ChannelHandlerContext context, ByteBuf bytes) throws ViolationException {
    SecuredChannel made = channel.orElseThrow();
    ByteBuf opened = open(made.noise(), bytes);
    suspect = Refusal.BROKEN_HANDSHAKE;
    Negotiated result = negotiation.taking().receive(opened);
    suspect = Refusal.BROKEN_FRAME;
    writeSealed(context, made.noise());
    switch (result) {
      case Negotiated.Pending() -> {}
      case Negotiated.Refused(String sentence) -> fail(context, Refusal.BROKEN_HANDSHAKE, sentence);
      case Negotiated.Agreed(String protocol, ByteBuf rest) -> handOn(context, made, rest);
    }
  }

  private static ByteBuf open(NoiseChannel noise, ByteBuf bytes) throws ViolationException {
    ByteBuf opened = Unpooled.buffer();
    try {
      noise.open(
          bytes,
          plain -> {
            opened.writeBytes(plain);
            plain.release();
          });
    } finally {
      bytes.release();
    }
    return opened;
  }

  private void handOn(ChannelHandlerContext context, SecuredChannel made, ByteBuf rest) {
    phase = Phase.OVER;
    timer.ifPresent(pending -> pending.cancel(false));
    taker.secured(context, made.peer(), made.noise(), rest);
  }

  private void fail(ChannelHandlerContext context, Refusal refusal, String sentence) {
    over(context, Optional.of(refusal), new IOException(sentence));
  }

  private void over(ChannelHandlerContext context, Optional<Refusal> refusal, IOException cause) {
    if (phase == Phase.OVER) {
      return;
    }
    phase = Phase.OVER;
    timer.ifPresent(pending -> pending.cancel(false));
    received.release();
    received = Unpooled.EMPTY_BUFFER;
    taker.failed(refusal, cause);
    Sockets.close(context.channel());
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    over(
        context,
        Optional.empty(),
        new IOException("it closed the connection during the handshake"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Sockets.requireWorldsFault(cause);
    over(
        context,
        Optional.empty(),
        new IOException("lost during the handshake: " + cause.getMessage(), cause));
  }
}

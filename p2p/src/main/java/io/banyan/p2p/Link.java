package io.banyan.p2p;

import io.banyan.p2p.noise.CipherState;
import io.banyan.p2p.noise.NoiseChannel;
import io.banyan.p2p.yamux.GoAwayCode;
import io.banyan.p2p.yamux.Opening;
import io.banyan.p2p.yamux.Side;
import io.banyan.p2p.yamux.YamuxEvent;
import io.banyan.p2p.yamux.YamuxSession;
import io.banyan.schema.PeerId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * One connection to one peer: between the socket and the streams on it. It opens what comes and
 * tells {@link YamuxSession}, and seals what that has to send, in messages as full as they can be.
 *
 * <p>Confined to the channel's event loop, but for what says that it is for any thread. The loop
 * never waits: what cannot leave stays with the muxer, whose queues are bounded, and the streams'
 * users wait for room. The file is long since all of this touches one session on one thread.
 */
final class Link extends ChannelInboundHandlerAdapter {
  /** How late the muxer may hear that its time has come. */
  private static final long TIMER_NANOS_MAX = 1_000_000_000L; // 1 s

  /** How long a farewell may take to leave. */
  private static final long FAREWELL_NANOS_MAX = 1_000_000_000L; // 1 s

  /** What the rest of the host is to a connection. */
  interface Owner {
    HostLimits limits();

    void count(Refusal refusal);

    boolean speaks(String protocol);

    /** Serves a stream, unless the peer has too many of them. */
    boolean serve(LinkStream stream);

    /** The connection is over; said once, if it was ever ready. */
    void gone(Link link);
  }

  private final PeerId peer;
  private final Multiaddr address;
  private final boolean dialed;
  private final Channel channel;
  private final NoiseChannel noise;
  private final SocketMeter meter;
  private final Owner owner;
  private final YamuxSession session;
  private final Map<Long, StreamSlot> slots = new HashMap<>();

  /** Outbound streams that the muxer has no room for; each has a thread that waits. */
  private final ArrayDeque<StreamSlot> waiting = new ArrayDeque<>();

  /** At most one for each stream. */
  private final List<Runnable> afterDrain = new ArrayList<>();

  private final ByteBuf plain =
      Unpooled.buffer(CipherState.PLAIN_LENGTH_MAX, CipherState.PLAIN_LENGTH_MAX);
  private long refusedStreams;
  private boolean drainWanted;
  private boolean retiring;
  private boolean over;
  private IOException end;

  private final CompletableFuture<Identify> identity = new CompletableFuture<>();

  /** Written by the loop; 0 until the first is measured. */
  private volatile long roundTripNanos;

  /** Written by the loop; such a connection is not to be used for new streams. */
  private volatile boolean leaving;

  Link(
      PeerId peer,
      Multiaddr address,
      boolean dialed,
      Channel channel,
      NoiseChannel noise,
      SocketMeter meter,
      Owner owner) {
    this.peer = peer;
    this.address = address;
    this.dialed = dialed;
    this.channel = channel;
    this.noise = noise;
    this.meter = meter;
    this.owner = owner;
    this.session =
        new YamuxSession(
            dialed ? Side.DIALER : Side.LISTENER, owner.limits().streams(), System.nanoTime());
    this.end = new IOException("the connection to " + peer + " was closed by the peer");
  }

  // For any thread.

  PeerId peer() {
    return peer;
  }

  boolean isDialed() {
    return dialed;
  }

  boolean isLeaving() {
    return leaving;
  }

  PeerConnection describe() {
    long nanos = roundTripNanos;
    return new PeerConnection(
        peer,
        address,
        dialed,
        nanos == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(nanos)),
        meter.receivedBytes(),
        meter.sentBytes());
  }

  Multiaddr address() {
    return address;
  }

  /** Done when the peer has said what it speaks; many say it at once, some never. */
  CompletableFuture<Identify> identity() {
    return identity;
  }

  void onLoop(Runnable work) {
    try {
      channel.eventLoop().execute(work);
    } catch (RejectedExecutionException e) {
      // The host is closed, and with it every stream: nobody waits for this any more.
    }
  }

  /**
   * Opens a stream, and waits until the peer agrees to the protocol, unless it said before that it
   * speaks it.
   */
  LinkStream open(String protocol, Duration timeout) throws IOException, InterruptedException {
    StreamSlot slot = StreamSlot.outbound(this, protocol);
    try {
      channel.eventLoop().execute(() -> begin(slot));
    } catch (RejectedExecutionException e) {
      throw new IOException("this host is closed", e);
    }
    boolean done = false;
    try {
      LinkStream stream =
          Outcomes.await(slot.opened(), "open " + protocol + " with " + peer, timeout);
      done = true;
      return stream;
    } finally {
      if (!done) {
        onLoop(() -> abandon(slot));
      }
    }
  }

  /** Ends the connection in order. */
  void close(String reason) {
    onLoop(() -> end(GoAwayCode.NORMAL, new IOException(reason)));
  }

  /** Waits until the socket is closed, however long a farewell may take. */
  void awaitClosed() {
    channel.closeFuture().awaitUninterruptibly(2 * FAREWELL_NANOS_MAX, TimeUnit.NANOSECONDS);
  }

  /** Another connection to this peer takes over: this one ends when it has no streams. */
  void retire() {
    onLoop(
        () -> {
          retiring = true;
          endIfRetired();
        });
  }

  // For streams, on the loop.

  YamuxSession session() {
    return session;
  }

  ByteBufAllocator allocator() {
    return channel.alloc();
  }

  boolean speaks(String protocol) {
    boolean spoken = owner.speaks(protocol);
    if (!spoken) {
      count(Refusal.UNKNOWN_PROTOCOL);
    }
    return spoken;
  }

  void count(Refusal refusal) {
    owner.count(refusal);
  }

  LinkStream newStream(StreamSlot slot, String protocol) {
    return new LinkStream(this, protocol, owner.limits().writeBufferBytesMax(), slot::wake);
  }

  boolean serve(LinkStream stream) {
    return owner.serve(stream);
  }

  Future<?> afterNegotiationTimeout(Runnable work) {
    return after(owner.limits().negotiationTimeout().toNanos(), work);
  }

  Future<?> afterLingerTimeout(Runnable work) {
    return after(owner.limits().lingerTimeout().toNanos(), work);
  }

  private Future<?> after(long nanos, Runnable work) {
    return channel.eventLoop().schedule(work, nanos, TimeUnit.NANOSECONDS);
  }

  /** Sends, once all that is waiting on the loop is done: together it fills fuller messages. */
  void wantDrain() {
    if (!drainWanted) {
      drainWanted = true;
      channel.eventLoop().execute(this::drain);
    }
  }

  /** Runs {@code work} when all that can leave has left. */
  void afterDrain(Runnable work) {
    afterDrain.add(work);
    wantDrain();
  }

  /** A stream is over. */
  void gone(StreamSlot slot) {
    if (slot.handle() != 0) {
      slots.remove(slot.handle());
    }
    waiting.remove(slot);
    openWaiting();
    endIfRetired();
  }

  // The loop's own.

  private void begin(StreamSlot slot) {
    if (over) {
      slot.fail(end);
    } else if (!slot.isGone()) {
      waiting.add(slot);
      openWaiting();
      wantDrain();
    }
  }

  private void abandon(StreamSlot slot) {
    if (slots.containsValue(slot)) {
      slot.reset();
    } else {
      slot.fail(new IOException("given up"));
    }
  }

  private void openWaiting() {
    while (!waiting.isEmpty()) {
      switch (session.open()) {
        case Opening.Opened(long handle) -> {
          StreamSlot slot = waiting.remove();
          slots.put(handle, slot);
          slot.open(handle, spoken());
        }
        case Opening.Refused(Opening.Reason reason) -> {
          switch (reason) {
            case ACK_BACKLOG, STREAMS -> {
              return;
            }
            case IDS, GOING_AWAY, CLOSED ->
                waiting
                    .remove()
                    .fail(new IOException("the connection to " + peer + " takes no new streams"));
          }
        }
      }
    }
  }

  private Set<String> spoken() {
    return identity.getNow(Identify.NOTHING).protocols();
  }

  /** The socket is ready, and {@code rest} has already come. */
  void start(ByteBuf rest) {
    armTimer();
    received(rest);
    drain();
  }

  private void armTimer() {
    long left = session.wakeNanos() - System.nanoTime();
    long nanos = Math.clamp(left, 1, TIMER_NANOS_MAX);
    Sockets.after(
        channel,
        nanos,
        () -> {
          if (!over) {
            deliver(session.onTime(System.nanoTime()));
            drain();
            armTimer();
          }
        });
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      noise.open(bytes, this::received);
    } catch (ViolationException e) {
      count(Refusal.BROKEN_FRAME);
      end(GoAwayCode.PROTOCOL_ERROR, new IOException(peer + " broke its channel: " + e.sentence()));
    } finally {
      bytes.release();
    }
  }

  private void received(ByteBuf opened) {
    if (over) {
      opened.release();
      return;
    }
    deliver(session.receive(opened, System.nanoTime()));
    for (; refusedStreams < session.refusedStreams(); refusedStreams++) {
      count(Refusal.TOO_MANY_STREAMS);
    }
  }

  private void deliver(List<YamuxEvent> events) {
    for (YamuxEvent event : events) {
      deliver(event);
    }
  }

  private void deliver(YamuxEvent event) {
    switch (event) {
      case YamuxEvent.Opened(long stream) -> slots.put(stream, StreamSlot.inbound(this, stream));
      case YamuxEvent.Data(long stream, ByteBuf bytes) ->
          slot(stream).ifPresentOrElse(slot -> slot.data(bytes), bytes::release);
      case YamuxEvent.RemoteClosed(long stream) -> slot(stream).ifPresent(StreamSlot::remoteClosed);
      case YamuxEvent.Reset(long stream) ->
          slot(stream)
              .ifPresent(slot -> slot.fail(new IOException(peer + " has reset the stream")));
      case YamuxEvent.Acked(long stream) -> openWaiting();
      case YamuxEvent.Writable(long stream) -> slot(stream).ifPresent(StreamSlot::writable);
      case YamuxEvent.Pong(long nanos) -> roundTripNanos = nanos;
      case YamuxEvent.GoAway(long code) -> {
        leaving = true;
        retiring = true;
        endIfRetired();
      }
      case YamuxEvent.Violation(String sentence) -> {
        count(Refusal.YAMUX);
        end(GoAwayCode.PROTOCOL_ERROR, new IOException(peer + " is given up: " + sentence));
      }
    }
  }

  private Optional<StreamSlot> slot(long stream) {
    return Optional.ofNullable(slots.get(stream));
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    drain();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    drain();
  }

  private void drain() {
    drainWanted = false;
    if (over) {
      return;
    }
    boolean wrote = false;
    try {
      while (session.hasOutput() && channel.isWritable()) {
        List<YamuxEvent> events =
            session.poll(plain.clear(), CipherState.PLAIN_LENGTH_MAX, System.nanoTime());
        Sockets.write(channel, noise.seal(plain, channel.alloc()));
        wrote = true;
        deliver(events);
      }
    } catch (ViolationException e) {
      end(GoAwayCode.INTERNAL_ERROR, new IOException(e.sentence(), e));
      return;
    }
    if (wrote) {
      channel.flush();
    }
    if (!session.hasOutput() && !afterDrain.isEmpty()) {
      List<Runnable> due = List.copyOf(afterDrain);
      afterDrain.clear();
      due.forEach(Runnable::run);
    }
  }

  private void endIfRetired() {
    if (retiring && slots.isEmpty() && !over) {
      Sockets.after(
          channel,
          owner.limits().retiringTimeout().toNanos(),
          () -> {
            if (slots.isEmpty()) {
              end(
                  GoAwayCode.NORMAL,
                  new IOException("another connection to " + peer + " took over"));
            }
          });
    }
  }

  /** Says farewell, and closes the socket behind all that is on its way. */
  private void end(GoAwayCode code, IOException cause) {
    if (over) {
      return;
    }
    over = true;
    leaving = true;
    end = cause;
    session.goAway(code);
    sendFarewell();
    failAll();
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    Sockets.after(
        channel,
        FAREWELL_NANOS_MAX,
        () -> Sockets.close(channel)); // The peer may not read any more.
  }

  private void failAll() {
    List.copyOf(slots.values()).forEach(slot -> slot.fail(end));
    List.copyOf(waiting).forEach(slot -> slot.fail(end));
  }

  /** Whatever fits into one message: the farewell is ahead of all data. */
  private void sendFarewell() {
    try {
      if (session.hasOutput()) {
        session.poll(plain.clear(), CipherState.PLAIN_LENGTH_MAX, System.nanoTime());
        Sockets.write(channel, noise.seal(plain, channel.alloc()));
      }
    } catch (ViolationException e) {
      // The key is used up: the peer will see the connection end, and nothing else.
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!over) {
      end =
          new IOException("the connection to " + peer + " was lost: " + cause.getMessage(), cause);
    }
    Sockets.close(channel);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    over = true;
    leaving = true;
    failAll();
    session.close();
    owner.gone(this);
  }
}

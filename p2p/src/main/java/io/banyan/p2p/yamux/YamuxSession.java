package io.banyan.p2p.yamux;

import io.banyan.p2p.ViolationException;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One side of a {@code /yamux/1.0.0} connection: told what comes in and what is to be sent, it says
 * what happened, and has bytes ready to leave. It never waits, and reads no clock; times are
 * nanoseconds on any clock that only goes forward.
 *
 * <p>A stream is gone when it is reset from either side, or when both ends are closed and all that
 * came has been consumed: until then it counts against the limits. Its handle is never used again,
 * and what is asked of a handle that is gone is ignored.
 *
 * <p>A peer that breaks the protocol gets a GoAway, and the session is dead: it ignores what comes
 * and what is asked.
 *
 * <p>Confined to one thread, the connection's event loop.
 */
public final class YamuxSession implements AutoCloseable {
  /** The least that {@code poll} takes: a frame, and payload that is worth one. */
  private static final int POLL_BYTES_MIN = FrameHeader.BYTES + Outbox.DATA_BYTES_WORTHWHILE;

  private final YamuxLimits limits;
  private final StreamTable streams;
  private final KeepAlive keepAlive;
  private final Outbox outbox;
  private final Receiver receiver;
  private boolean goingAway;
  private boolean dead;

  public YamuxSession(Side side, YamuxLimits limits, long nowNanos) {
    this.limits = limits;
    this.streams = new StreamTable(side, limits);
    this.keepAlive = new KeepAlive(limits, nowNanos);
    this.outbox = new Outbox(limits, streams, keepAlive);
    this.receiver = new Receiver(side, limits, streams, outbox, keepAlive);
  }

  /**
   * Takes what has come from the peer, cut anywhere, and releases it.
   *
   * @return what it means, in order
   */
  public List<YamuxEvent> receive(ByteBuf bytes, long nowNanos) {
    try {
      if (dead || !bytes.isReadable()) {
        return List.of();
      }
      keepAlive.heard(nowNanos);
      List<YamuxEvent> events = new ArrayList<>();
      try {
        receiver.receive(bytes, nowNanos, events);
      } catch (ViolationException e) {
        events.add(violation(e.sentence()));
      }
      return events;
    } finally {
      bytes.release();
    }
  }

  /** Opens a stream, if there can be one now; the peer hears of it with the next poll. */
  public Opening open() {
    Optional<Opening.Reason> refusal = refusal();
    if (refusal.isPresent()) {
      return new Opening.Refused(refusal.get());
    }
    YamuxStream stream = streams.addOutbound();
    outbox.addControl(stream);
    return new Opening.Opened(stream.handle());
  }

  private Optional<Opening.Reason> refusal() {
    if (dead) {
      return Optional.of(Opening.Reason.CLOSED);
    }
    if (goingAway || receiver.peerGoesAway()) {
      return Optional.of(Opening.Reason.GOING_AWAY);
    }
    return streams.refusal();
  }

  /** Room in the stream's send queue; 0 if the stream is gone, or closed for writing. */
  public int writableBytes(long stream) {
    return streams
        .byHandle(stream)
        .filter(open -> !open.isWriteClosed())
        .map(open -> limits.sendQueueBytesMax() - open.queuedBytes())
        .orElse(0);
  }

  /**
   * Sends bytes, as the peer's credit allows; takes the buffer over.
   *
   * @throws IllegalStateException if there is no room for them, or the stream is closed for writing
   */
  public void write(long stream, ByteBuf bytes) {
    Optional<YamuxStream> found = streams.byHandle(stream);
    if (found.isEmpty()) {
      bytes.release();
      return;
    }
    YamuxStream open = found.get();
    int count = bytes.readableBytes();
    if (open.isWriteClosed() || count > limits.sendQueueBytesMax() - open.queuedBytes()) {
      bytes.release();
      throw new IllegalStateException(
          count
              + " bytes written to a stream that is "
              + (open.isWriteClosed() ? "closed" : "full with " + open.queuedBytes()));
    }
    acknowledge(open);
    open.write(bytes);
    outbox.addData(open);
  }

  /** Ends this side's bytes, behind all that was written. */
  public void closeWrite(long stream) {
    streams
        .byHandle(stream)
        .ifPresent(
            open -> {
              acknowledge(open);
              open.closeWrite();
              outbox.addData(open);
            });
  }

  /** Ends the stream at once, both ways; what waits to be sent is dropped. No event follows. */
  public void reset(long stream) {
    streams
        .byHandle(stream)
        .ifPresent(
            open -> {
              outbox.remove(open);
              streams.remove(open);
              if (open.isKnownToPeer() && !open.isEnded()) {
                outbox.reset(open.id());
              }
            });
  }

  /**
   * So many bytes of the stream's were read, and make room for more.
   *
   * @throws IllegalStateException if so many have not come
   */
  public void consumed(long stream, int bytes, long nowNanos) {
    streams.byHandle(stream).ifPresent(open -> consumed(open, bytes, nowNanos));
  }

  private void consumed(YamuxStream stream, int bytes, long nowNanos) {
    ReceiveWindow window = stream.window();
    window.consumed(bytes, nowNanos, keepAlive.roundTripNanos());
    acknowledge(stream);
    if (stream.isOver()) {
      outbox.remove(stream);
      streams.remove(stream);
    } else if (window.isUpdateDue() && !stream.isRemoteClosed()) {
      outbox.addControl(stream);
    }
  }

  private void acknowledge(YamuxStream stream) {
    if (stream.isAckDue()) {
      outbox.addControl(stream);
    }
  }

  /** Measures the round trip, unless a ping is on its way; the clock starts when it leaves. */
  public void ping() {
    if (!dead) {
      keepAlive.request();
    }
  }

  /**
   * Says farewell, ahead of all data; many peers end their streams when they see it. No stream is
   * opened any more; those that are open go on.
   */
  public void goAway(GoAwayCode code) {
    if (!dead) {
      goingAway = true;
      receiver.refuseStreams();
      outbox.goAway(code);
    }
  }

  /** Whether something could leave now. */
  public boolean hasOutput() {
    return !outbox.isEmpty();
  }

  /**
   * Appends what is to leave next, whole frames; something, if {@code hasOutput}.
   *
   * @param bytesMax at least 1 KiB and a frame's 12 bytes
   * @return which streams have room in their queues again
   */
  public List<YamuxEvent> poll(ByteBuf into, int bytesMax, long nowNanos) {
    if (bytesMax < POLL_BYTES_MIN) {
      throw new IllegalArgumentException(
          "room for " + bytesMax + " bytes, must be " + POLL_BYTES_MIN + " or more");
    }
    return outbox.poll(into, bytesMax, nowNanos);
  }

  /** When {@code onTime} is to be called; Long.MAX_VALUE if never. */
  public long wakeNanos() {
    return dead ? Long.MAX_VALUE : keepAlive.wakeNanos();
  }

  /** Time has passed: a ping may be due, or the peer have been silent for too long. */
  public List<YamuxEvent> onTime(long nowNanos) {
    if (dead) {
      return List.of();
    }
    return keepAlive
        .onTime(nowNanos)
        .map(sentence -> List.<YamuxEvent>of(violation(sentence)))
        .orElse(List.of());
  }

  /** Streams that are not gone. */
  public int streamCount() {
    return streams.count();
  }

  /** Streams, ever, that the peer opened although it had enough of them, and that were reset. */
  public long refusedStreams() {
    return receiver.refusedStreams();
  }

  /** The mean round trip, the newest weighing most; 0 before the first is measured. */
  public long roundTripNanos() {
    return keepAlive.roundTripNanos();
  }

  /** The receive windows of all streams together: what the peer can make this side hold. */
  public long windowBytes() {
    return streams.windowBytes();
  }

  private YamuxEvent violation(String sentence) {
    close();
    outbox.goAway(GoAwayCode.PROTOCOL_ERROR);
    return new YamuxEvent.Violation(sentence);
  }

  /** Releases all that is held; nothing leaves any more. */
  @Override
  public void close() {
    dead = true;
    outbox.clear();
    streams.close();
  }
}

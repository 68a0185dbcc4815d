package io.banyan.p2p.yamux;

import static io.banyan.p2p.yamux.FrameHeader.ACK;
import static io.banyan.p2p.yamux.FrameHeader.DATA;
import static io.banyan.p2p.yamux.FrameHeader.FIN;
import static io.banyan.p2p.yamux.FrameHeader.GO_AWAY;
import static io.banyan.p2p.yamux.FrameHeader.PING;
import static io.banyan.p2p.yamux.FrameHeader.RST;
import static io.banyan.p2p.yamux.FrameHeader.SYN;
import static io.banyan.p2p.yamux.FrameHeader.WINDOW_UPDATE;

import io.banyan.p2p.ViolationException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Optional;

/**
 * Takes the peer's frames apart. A payload is handed on as it comes, so that nothing is kept here
 * but the first bytes of a header, and nothing is spent on a length before its bytes are there.
 *
 * <p>Frames for streams that are gone are in order: the peer may not know yet. Their payload is
 * dropped.
 */
final class Receiver {
  /** A piece that is smaller than this part of its buffer is copied, not to pin the rest. */
  private static final int PINNED_PART_MIN = 4;

  private final Side side;
  private final YamuxLimits limits;
  private final StreamTable streams;
  private final Outbox outbox;
  private final KeepAlive keepAlive;
  private final ByteBuf headerBytes = Unpooled.buffer(FrameHeader.BYTES, FrameHeader.BYTES);
  private boolean refusesStreams;
  private boolean peerGoesAway;
  private long refusedStreams;

  // Of the frame whose payload is being received.
  private long payloadLeft;
  private long payloadHandle; // of no stream, if it is to be dropped
  private boolean endsBehindPayload;

  Receiver(Side side, YamuxLimits limits, StreamTable streams, Outbox outbox, KeepAlive keepAlive) {
    this.side = side;
    this.limits = limits;
    this.streams = streams;
    this.outbox = outbox;
    this.keepAlive = keepAlive;
  }

  /** From now on every stream that the peer opens is reset. */
  void refuseStreams() {
    refusesStreams = true;
  }

  /** How many streams were reset as soon as the peer opened them. */
  long refusedStreams() {
    return refusedStreams;
  }

  /** Whether the peer has said so. */
  boolean peerGoesAway() {
    return peerGoesAway;
  }

  /**
   * Reads all of {@code bytes}, which stay the caller's, and tells {@code events} what they are.
   */
  void receive(ByteBuf bytes, long nowNanos, List<YamuxEvent> events) throws ViolationException {
    while (bytes.isReadable()) {
      if (payloadLeft > 0) {
        payload(bytes, events);
        continue;
      }
      bytes.readBytes(headerBytes, Math.min(headerBytes.writableBytes(), bytes.readableBytes()));
      if (!headerBytes.isWritable()) {
        FrameHeader header = FrameHeader.read(headerBytes);
        headerBytes.clear();
        frame(header, nowNanos, events);
      }
    }
  }

  private void payload(ByteBuf bytes, List<YamuxEvent> events) {
    int count = (int) Math.min(payloadLeft, bytes.readableBytes());
    payloadLeft -= count;
    Optional<YamuxStream> stream = streams.byHandle(payloadHandle);
    if (stream.isEmpty()) {
      bytes.skipBytes(count);
      return;
    }
    events.add(new YamuxEvent.Data(payloadHandle, piece(bytes, count)));
    if (payloadLeft == 0 && endsBehindPayload) {
      remoteClosed(stream.get(), events);
    }
  }

  private static ByteBuf piece(ByteBuf bytes, int count) {
    if (count >= bytes.capacity() / PINNED_PART_MIN) {
      return bytes.readRetainedSlice(count);
    }
    return bytes.alloc().buffer(count, count).writeBytes(bytes, count);
  }

  private void frame(FrameHeader frame, long nowNanos, List<YamuxEvent> events)
      throws ViolationException {
    if (frame.version() != 0) {
      throw new ViolationException("a frame has version " + frame.version());
    }
    switch (frame.type()) {
      case DATA, WINDOW_UPDATE -> streamFrame(frame, events);
      case PING -> ping(frame, nowNanos, events);
      case GO_AWAY -> {
        peerGoesAway = true;
        events.add(new YamuxEvent.GoAway(frame.length()));
      }
      default -> throw new ViolationException("a frame has type " + frame.type());
    }
  }

  private void ping(FrameHeader frame, long nowNanos, List<YamuxEvent> events)
      throws ViolationException {
    if (frame.has(SYN)) {
      requireRoomForReply();
      outbox.pong(frame.length());
    } else if (frame.has(ACK)) {
      keepAlive
          .pong(frame.length(), nowNanos)
          .ifPresent(nanos -> events.add(new YamuxEvent.Pong(nanos)));
    }
  }

  private void streamFrame(FrameHeader frame, List<YamuxEvent> events) throws ViolationException {
    if (frame.id() == 0) {
      throw new ViolationException("a frame of type " + frame.type() + " is for stream 0");
    }
    if (frame.has(SYN)) {
      opened(frame, events);
    }
    Optional<YamuxStream> stream = streams.byId(frame.id());
    if (frame.type() == DATA) {
      data(frame, stream, events);
    } else if (stream.isPresent()) {
      flags(frame, stream.get(), events);
      if (!frame.has(RST)) { // beside which the length is a reason in go-libp2p
        grant(frame, stream.get());
      }
      if (frame.has(FIN)) {
        remoteClosed(stream.get(), events);
      }
    }
  }

  private void opened(FrameHeader frame, List<YamuxEvent> events) throws ViolationException {
    if (side.numbers(frame.id())) {
      throw new ViolationException(frame.name() + " is opened, which is not the peer's to number");
    }
    if (streams.byId(frame.id()).isPresent()) {
      throw new ViolationException(frame.name() + " is opened twice");
    }
    if (frame.has(RST)) {
      return;
    }
    requireRoomForReply(); // if not now, then when the stream is reset at once
    if (refusesStreams || !streams.hasRoomForInbound()) {
      refusedStreams++;
      outbox.reset(frame.id());
      return;
    }
    events.add(new YamuxEvent.Opened(streams.addInbound(frame.id()).handle()));
  }

  private void requireRoomForReply() throws ViolationException {
    if (!outbox.hasRoomForReply()) {
      throw new ViolationException(
          "more than " + limits.repliesMax() + " answers are demanded before any is taken");
    }
  }

  private void data(FrameHeader frame, Optional<YamuxStream> stream, List<YamuxEvent> events)
      throws ViolationException {
    payloadLeft = frame.length();
    payloadHandle = 0;
    endsBehindPayload = frame.has(FIN);
    if (stream.isEmpty()) {
      if (frame.length() > limits.streamWindowBytesMax()) {
        throw new ViolationException(
            frame.name() + " is sent " + frame.length() + " bytes, which is over any window");
      }
      return;
    }
    YamuxStream open = stream.get();
    if (frame.length() > 0 && open.isRemoteClosed()) {
      throw new ViolationException(frame.name() + " is sent data behind its end");
    }
    if (!open.window().announced(frame.length())) {
      throw new ViolationException(
          frame.name() + " is sent " + frame.length() + " bytes, which is over its window");
    }
    flags(frame, open, events);
    payloadHandle = open.handle();
    if (payloadLeft == 0 && endsBehindPayload) {
      remoteClosed(open, events);
    }
  }

  /** What stands on frames of either type. Whatever the peer says of a stream acknowledges it. */
  private void flags(FrameHeader frame, YamuxStream stream, List<YamuxEvent> events) {
    if (frame.has(RST)) {
      reset(stream, events);
      return;
    }
    if (stream.isUnacked()) {
      streams.acked(stream);
      events.add(new YamuxEvent.Acked(stream.handle()));
    }
  }

  private void reset(YamuxStream stream, List<YamuxEvent> events) {
    if (stream.isEnded()) {
      return; // What came before the end may still be read.
    }
    outbox.remove(stream);
    streams.remove(stream);
    events.add(new YamuxEvent.Reset(stream.handle()));
  }

  private void grant(FrameHeader frame, YamuxStream stream) throws ViolationException {
    if (!stream.grant(frame.length())) {
      throw new ViolationException(
          frame.name() + " is granted " + frame.length() + " bytes, and has over 4 GiB then");
    }
    outbox.addData(stream);
  }

  private void remoteClosed(YamuxStream stream, List<YamuxEvent> events) {
    if (stream.isRemoteClosed() || streams.byHandle(stream.handle()).isEmpty()) {
      return;
    }
    stream.remoteClosed();
    events.add(new YamuxEvent.RemoteClosed(stream.handle()));
    if (stream.isOver()) {
      outbox.remove(stream);
      streams.remove(stream);
    }
  }
}

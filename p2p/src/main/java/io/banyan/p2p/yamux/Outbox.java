package io.banyan.p2p.yamux;

import static io.banyan.p2p.yamux.FrameHeader.ACK;
import static io.banyan.p2p.yamux.FrameHeader.BYTES;
import static io.banyan.p2p.yamux.FrameHeader.DATA;
import static io.banyan.p2p.yamux.FrameHeader.FIN;
import static io.banyan.p2p.yamux.FrameHeader.GO_AWAY;
import static io.banyan.p2p.yamux.FrameHeader.PING;
import static io.banyan.p2p.yamux.FrameHeader.RST;
import static io.banyan.p2p.yamux.FrameHeader.SYN;
import static io.banyan.p2p.yamux.FrameHeader.WINDOW_UPDATE;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * What is to leave, in this order: a farewell, a ping, answers and resets, then what each stream
 * has to say (SYN, ACK, credit), then the streams' data, one frame of each in turn. So nothing that
 * keeps a peer going waits behind data.
 */
final class Outbox {
  /** Room for less than this is left empty, rather than filled with a frame for a few bytes. */
  static final int DATA_BYTES_WORTHWHILE = 1 << 10; // 1 KiB

  private final YamuxLimits limits;
  private final StreamTable streams;
  private final KeepAlive keepAlive;
  private Optional<GoAwayCode> farewell = Optional.empty();
  // At most limits.repliesMax() that the peer demanded, and one for each stream that was reset
  // here.
  private final ArrayDeque<FrameHeader> replies = new ArrayDeque<>();
  private final LinkedHashSet<YamuxStream> control = new LinkedHashSet<>();
  private final LinkedHashSet<YamuxStream> data = new LinkedHashSet<>();

  Outbox(YamuxLimits limits, StreamTable streams, KeepAlive keepAlive) {
    this.limits = limits;
    this.streams = streams;
    this.keepAlive = keepAlive;
  }

  void goAway(GoAwayCode code) {
    farewell = Optional.of(code);
  }

  boolean hasRoomForReply() {
    return replies.size() < limits.repliesMax();
  }

  void pong(long value) {
    replies.add(FrameHeader.of(PING, ACK, 0, value));
  }

  void reset(int id) {
    replies.add(FrameHeader.of(WINDOW_UPDATE, RST, id, 0));
  }

  /** The stream has something to say besides its data. */
  void addControl(YamuxStream stream) {
    control.add(stream);
  }

  /** The stream may have become able to send data, or its end. */
  void addData(YamuxStream stream) {
    if (stream.hasData()) {
      data.add(stream);
    }
  }

  void remove(YamuxStream stream) {
    control.remove(stream);
    data.remove(stream);
  }

  boolean isEmpty() {
    return farewell.isEmpty()
        && !keepAlive.isDue()
        && replies.isEmpty()
        && control.isEmpty()
        && data.isEmpty();
  }

  /** Appends whole frames, of at most {@code bytesMax} bytes together. */
  List<YamuxEvent> poll(ByteBuf into, int bytesMax, long nowNanos) {
    int end = into.writerIndex() + bytesMax;
    if (farewell.isPresent()) {
      FrameHeader.of(GO_AWAY, 0, 0, farewell.get().number()).write(into);
      farewell = Optional.empty();
    }
    if (keepAlive.isDue() && hasRoom(into, end, 0)) {
      FrameHeader.of(PING, SYN, 0, Integer.toUnsignedLong(keepAlive.leave(nowNanos))).write(into);
    }
    while (!replies.isEmpty() && hasRoom(into, end, 0)) {
      replies.remove().write(into);
    }
    while (!control.isEmpty() && hasRoom(into, end, 0)) {
      control.removeFirst().control(limits.streamWindowBytes()).write(into);
    }
    List<YamuxEvent> events = new ArrayList<>();
    while (!data.isEmpty() && hasRoom(into, end, worthwhile(data.getFirst()))) {
      YamuxStream stream = data.removeFirst();
      sendTurn(stream, into, end, events);
      addData(stream);
    }
    return events;
  }

  private static boolean hasRoom(ByteBuf into, int end, int payload) {
    return end - into.writerIndex() >= BYTES + payload;
  }

  private static int worthwhile(YamuxStream stream) {
    return Math.min(stream.sendableBytes(), DATA_BYTES_WORTHWHILE);
  }

  private void sendTurn(YamuxStream stream, ByteBuf into, int end, List<YamuxEvent> events) {
    if (stream.isFinDue()) {
      FrameHeader.of(WINDOW_UPDATE, FIN, stream.id(), 0).write(into);
      stream.finSent();
      if (stream.isOver()) {
        control.remove(stream);
        streams.remove(stream);
      }
      return;
    }
    int room = Math.min(limits.dataBytesMax(), end - into.writerIndex() - BYTES);
    int count = Math.min(stream.sendableBytes(), room);
    int half = limits.sendQueueBytesMax() / 2;
    boolean full = stream.queuedBytes() > half;
    FrameHeader.of(DATA, 0, stream.id(), count).write(into);
    stream.moveTo(into, count);
    if (full && stream.queuedBytes() <= half && !stream.isWriteClosed()) {
      events.add(new YamuxEvent.Writable(stream.handle()));
    }
  }

  void clear() {
    keepAlive.stop();
    farewell = Optional.empty();
    replies.clear();
    control.clear();
    data.clear();
  }
}

package io.banyan.p2p.yamux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** One session, the application above it, and the bytes that it has put on the wire. */
final class TestingSide {
  /** The application's part of a stream. */
  static final class Use {
    final long stream;
    final Inbox inbox = new Inbox();
    long written;
    long read;
    boolean writeClosed;
    boolean remoteClosed;
    boolean reset;

    Use(long stream) {
      this.stream = stream;
    }

    long id() {
      return stream & 0xFFFF_FFFFL;
    }

    boolean isDone() {
      return reset || (writeClosed && remoteClosed && inbox.readableBytes() == 0);
    }
  }

  final YamuxSession session;
  final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
  final Map<Long, Use> uses = new LinkedHashMap<>();
  final ByteBuf wire = Unpooled.buffer();
  private final Side side;
  private final YamuxLimits limits;
  private final CreditObserver observer;

  TestingSide(Side side, YamuxLimits limits) {
    this.side = side;
    this.limits = limits;
    this.session = new YamuxSession(side, limits, 0);
    this.observer = new CreditObserver(side);
  }

  List<Use> open() {
    return uses.values().stream().filter(use -> !use.isDone()).toList();
  }

  /** Opens a stream, if there can be one. */
  void openStream() {
    if (session.open() instanceof Opening.Opened(long stream)) {
      uses.put(stream, new Use(stream));
    }
  }

  /** Writes so many bytes, or as many as there is room for. */
  void write(Use use, int bytesMax) {
    int count = Math.min(bytesMax, session.writableBytes(use.stream));
    if (use.writeClosed || use.reset) {
      assertEquals(0, count);
      return;
    }
    ByteBuf bytes = allocator.buffer(count);
    for (int i = 0; i < count; i++) {
      bytes.writeByte(content(side, use.id(), use.written + i));
    }
    session.write(use.stream, bytes);
    use.written += count;
  }

  /** Reads so many bytes, or as many as there are, and holds them to what was written. */
  void read(Use use, int bytesMax, long nowNanos) {
    byte[] bytes = new byte[Math.min(bytesMax, use.inbox.readableBytes())];
    assertEquals(bytes.length, use.inbox.read(bytes, 0, bytes.length));
    Side other = side == Side.DIALER ? Side.LISTENER : Side.DIALER;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] != content(other, use.id(), use.read + i)) {
        fail("byte " + (use.read + i) + " of stream " + use.id() + " is another one");
      }
    }
    use.read += bytes.length;
    session.consumed(use.stream, bytes.length, nowNanos);
  }

  void closeWrite(Use use) {
    session.closeWrite(use.stream);
    use.writeClosed = true;
  }

  void reset(Use use) {
    session.reset(use.stream);
    end(use);
  }

  private static void end(Use use) {
    use.reset = true;
    use.inbox.close();
  }

  /** Puts on the wire what is to leave, of at most so many bytes. */
  void send(int bytesMax, long nowNanos) {
    if (!session.hasOutput()) {
      return;
    }
    ByteBuf into = Unpooled.buffer();
    told(session.poll(into, bytesMax, nowNanos));
    assertTrue(into.isReadable());
    assertTrue(into.readableBytes() <= bytesMax);
    observer.left(into);
    wire.writeBytes(into);
  }

  /** Has so many bytes of the other side's wire reach this side. */
  void receive(ByteBuf from, int count, long nowNanos) {
    ByteBuf bytes = allocator.buffer(Math.max(1, count)).writeBytes(from, count);
    from.discardReadBytes();
    observer.reached(bytes);
    told(session.receive(bytes, nowNanos));
  }

  void wake(long nowNanos) {
    told(session.onTime(nowNanos));
  }

  private void told(List<YamuxEvent> events) {
    for (YamuxEvent event : events) {
      switch (event) {
        case YamuxEvent.Opened(long stream) -> uses.put(stream, new Use(stream));
        case YamuxEvent.Data(long stream, ByteBuf bytes) -> delivered(uses.get(stream), bytes);
        case YamuxEvent.RemoteClosed(long stream) -> uses.get(stream).remoteClosed = true;
        case YamuxEvent.Reset(long stream) -> end(uses.get(stream));
        case YamuxEvent.Acked _, YamuxEvent.Writable _, YamuxEvent.Pong _ -> {}
        case YamuxEvent.GoAway(long code) -> fail("goes away: " + code);
        case YamuxEvent.Violation(String sentence) -> fail(sentence);
      }
    }
  }

  private void delivered(Use use, ByteBuf bytes) {
    assertTrue(bytes.isReadable());
    assertTrue(!use.remoteClosed && !use.reset);
    use.inbox.add(bytes);
    long window = observer.window(use.id(), use.read);
    assertTrue(use.inbox.readableBytes() <= window, "more is held than was ever granted");
    assertTrue(window <= limits.streamWindowBytesMax(), "more was granted than a window");
  }

  private static byte content(Side writer, long id, long offset) {
    long mixed = (offset + 1) * 0x9E3779B97F4A7C15L + id * 31 + writer.firstId();
    return (byte) (mixed >>> 40);
  }

  /** Any of {@code uses}, if there are any. */
  static List<Use> any(List<Use> uses, RandomGenerator random) {
    return uses.isEmpty() ? List.of() : List.of(uses.get(random.nextInt(uses.size())));
  }

  /** Nothing is left of any stream. */
  void requireNothingHeld() {
    assertEquals(List.of(), new ArrayList<>(open().stream().map(Use::id).toList()));
    assertEquals(0, session.streamCount());
    assertEquals(0, session.windowBytes());
    assertEquals(0, allocator.metric().usedHeapMemory());
  }
}

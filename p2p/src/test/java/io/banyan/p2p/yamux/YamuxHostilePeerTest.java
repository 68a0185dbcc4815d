package io.banyan.p2p.yamux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.BeforeTry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A session whose peer sends anything at all, below an application that goes on regardless. */
class YamuxHostilePeerTest {
  private static final int KIB = 1 << 10;

  private static final YamuxLimits SMALL =
      new YamuxLimits(
          4, 4, 4, 256 * KIB, 512 * KIB, 2048 * KIB, 4 * KIB, 16 * KIB, 32, 1_000_000, 1L << 50);

  private static final long[] LENGTHS = {
    0, 1, 11, 12, 1000, 70_000, 256 * KIB, 256 * KIB + 1, 512 * KIB + 1, 1L << 31, 0xFFFF_FFFFL
  };

  private UnpooledByteBufAllocator allocator;
  private YamuxSession session;
  private Map<Long, Inbox> inboxes;
  private ByteBuf wire;
  private List<Long> handles;
  private List<Long> unended;
  private int synId;
  private boolean violated;
  private long nowNanos;

  @BeforeTry
  @BeforeEach
  void begin() {
    allocator = new UnpooledByteBufAllocator(false);
    session = new YamuxSession(Side.LISTENER, SMALL, 0);
    inboxes = new HashMap<>();
    wire = Unpooled.buffer();
    handles = new ArrayList<>();
    unended = new ArrayList<>();
    synId = -1;
    violated = false;
    nowNanos = 0;
  }

  @Property(tries = 400)
  void framesWithoutSenseAreIgnoredOrEndTheSession(
      @ForAll long seed, @ForAll @IntRange(max = 60) int nonsensePerMille) {
    Random random = new Random(seed);
    for (int i = 0; i < 400 && !violated; i++) {
      ByteBuf frame = random.nextInt(1000) < nonsensePerMille ? nonsense(random) : sensible(random);
      feed(frame, random);
      applicationGoesOn(random);
    }
    requireBoundedThenNothingHeld();
  }

  @Property(tries = 300)
  void alteredTrafficIsIgnoredOrEndsTheSession(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 20) int alterations) {
    Random random = new Random(seed);
    ByteBuf traffic = traffic(random);
    for (int i = 0; i < alterations; i++) {
      traffic.setByte(random.nextInt(traffic.writerIndex()), random.nextInt(256));
    }
    while (traffic.isReadable()) {
      int count = Math.min(traffic.readableBytes(), 1 + random.nextInt(20 * KIB));
      feed(traffic.readRetainedSlice(count), random);
      applicationGoesOn(random);
    }
    requireBoundedThenNothingHeld();
  }

  @Property(tries = 300)
  void noiseIsIgnoredOrEndsTheSession(@ForAll byte[] noise) {
    feed(Unpooled.wrappedBuffer(noise), new Random(0));
    requireBoundedThenNothingHeld();
  }

  @Test
  void aPeerThatUsesAllItsRightsMakesUsHoldNoMoreThanTheWindows() {
    Random random = new Random(0);
    for (int id = 1; id <= 2 * SMALL.inboundStreamsMax(); id += 2) {
      feed(TestingFrames.update(TestingFrames.SYN, id, 0), random);
      for (int i = 0; i < 256 * KIB; i += KIB) {
        feed(TestingFrames.zeros(0, id, KIB), random);
      }
    }

    assertEquals(4 * 256 * KIB, session.windowBytes());
    assertEquals(4 * 256 * KIB, inboxes.values().stream().mapToInt(Inbox::readableBytes).sum());
    assertFalse(violated);
    feed(TestingFrames.zeros(0, 1, 1), random);
    assertTrue(violated);
    requireBoundedThenNothingHeld();
  }

  private static ByteBuf nonsense(Random random) {
    ByteBuf header =
        TestingFrames.header(
            random.nextInt(50) == 0 ? 1 : 0,
            random.nextInt(40) == 0 ? random.nextInt(256) : random.nextInt(4),
            random.nextInt(20) == 0 ? random.nextInt(1 << 16) : random.nextInt(16),
            random.nextInt(20) == 0 ? random.nextInt() : random.nextInt(12),
            LENGTHS[random.nextInt(LENGTHS.length)]);
    return random.nextInt(10) == 0 ? header.readRetainedSlice(random.nextInt(12)) : header;
  }

  /** About streams that are, or were, open, and that the peer has not ended. */
  private ByteBuf sensible(Random random) {
    int flags = random.nextInt(12) == 0 ? 2 << random.nextInt(3) : 0;
    long id = unended.isEmpty() ? 99 : unended.get(random.nextInt(unended.size()));
    return switch (random.nextInt(8)) {
      case 0 -> TestingFrames.update(TestingFrames.SYN, synId += 2, random.nextInt(1 << 20));
      case 1, 2 -> TestingFrames.update(flags, id, random.nextInt(1 << 20));
      case 3 -> TestingFrames.ping(1 + random.nextInt(2), random.nextInt(4));
      default -> TestingFrames.zeros(flags, id, random.nextInt(4 * KIB));
    };
  }

  /** What an honest dialer might send: some streams with data, closed and reset. */
  private static ByteBuf traffic(Random random) {
    TestingSide dialer = new TestingSide(Side.DIALER, SMALL);
    for (int i = 0; i < 40; i++) {
      dialer.openStream();
      for (TestingSide.Use use : TestingSide.any(dialer.open(), random)) {
        dialer.write(use, random.nextInt(8 * KIB));
        switch (random.nextInt(8)) {
          case 0 -> dialer.closeWrite(use);
          case 1 -> dialer.reset(use);
          default -> {}
        }
      }
      dialer.send(16 * KIB, 0);
    }
    return dialer.wire;
  }

  private void feed(ByteBuf bytes, Random random) {
    while (bytes.isReadable()) {
      int count = 1 + random.nextInt(bytes.readableBytes());
      ByteBuf part = allocator.buffer(count).writeBytes(bytes, count);
      session.receive(part, nowNanos).forEach(this::told);
    }
  }

  private void told(YamuxEvent event) {
    assertFalse(violated, "nothing follows a violation");
    switch (event) {
      case YamuxEvent.Opened(long stream) -> {
        handles.add(stream);
        unended.add(stream);
        inboxes.put(stream, new Inbox());
      }
      case YamuxEvent.Data(long stream, ByteBuf bytes) ->
          inboxes.computeIfAbsent(stream, _ -> new Inbox()).add(bytes);
      case YamuxEvent.Reset(long stream) -> {
        if (inboxes.containsKey(stream)) {
          inboxes.remove(stream).close();
        }
      }
      case YamuxEvent.Violation(String sentence) -> {
        assertFalse(sentence.isEmpty());
        violated = true;
      }
      case YamuxEvent.RemoteClosed _,
          YamuxEvent.Acked _,
          YamuxEvent.Writable _,
          YamuxEvent.Pong _,
          YamuxEvent.GoAway _ -> {}
    }
  }

  private void applicationGoesOn(Random random) {
    nowNanos += random.nextInt(1000);
    if (session.open() instanceof Opening.Opened(long stream)) {
      handles.add(stream);
      unended.add(stream);
    }
    if (!handles.isEmpty()) {
      long stream = handles.get(random.nextInt(handles.size()));
      switch (random.nextInt(8)) {
        case 0 -> session.closeWrite(stream);
        case 1 -> {
          session.reset(stream);
          if (inboxes.containsKey(stream)) {
            inboxes.remove(stream).close();
          }
        }
        case 2, 3 -> {
          int count = session.writableBytes(stream);
          if (count > 0) {
            session.write(stream, allocator.buffer(count).writeZero(count));
          }
        }
        case 4, 5 -> {
          if (inboxes.containsKey(stream)) {
            byte[] read = new byte[random.nextInt(100 * KIB)];
            int count = inboxes.get(stream).read(read, 0, read.length);
            session.consumed(stream, count, nowNanos);
          }
        }
        default -> {}
      }
    }
    if (random.nextInt(4) == 0 && session.hasOutput()) {
      session.poll(wire, 16 * KIB, nowNanos).forEach(this::told);
    }
  }

  private void requireBoundedThenNothingHeld() {
    int streams = SMALL.inboundStreamsMax() + SMALL.outboundStreamsMax();
    assertTrue(session.streamCount() <= streams);
    assertTrue(session.windowBytes() <= SMALL.connectionWindowBytesMax());
    long sending = streams * (long) SMALL.sendQueueBytesMax();
    long small = (long) inboxes.size() * Inbox.SMALL_BYTES;
    // A piece may pin four times its length.
    assertTrue(
        allocator.metric().usedHeapMemory() <= 4 * session.windowBytes() + sending + small
            || violated);

    while (session.hasOutput()) {
      session.poll(wire, 64 * KIB, nowNanos);
    }
    if (violated) {
      assertEquals("goaway 1", new TestingFrames.Scanner().scan(wire).getLast().toString());
      assertEquals(0, session.streamCount());
    }
    session.close();
    inboxes.values().forEach(Inbox::close);
    assertEquals(0, allocator.metric().usedHeapMemory());
  }
}

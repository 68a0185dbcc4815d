package io.banyan.p2p.yamux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.p2p.yamux.TestingSide.Use;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.BeforeTry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two sessions, and a wire between them that cuts and delays bytes as it likes. */
class YamuxPairTest {
  private static final int KIB = 1 << 10;
  private static final int WIRE_BYTES_MAX = 128 * KIB;

  private static final YamuxLimits SMALL =
      new YamuxLimits(
          6, 8, 4, 320 * KIB, 1024 * KIB, 4096 * KIB, 4 * KIB, 64 * KIB, 32, 1_000_000, 1L << 50);

  private TestingSide dialer;
  private TestingSide listener;
  private long nowNanos;

  @BeforeTry
  @BeforeEach
  void begin() {
    dialer = new TestingSide(Side.DIALER, SMALL);
    listener = new TestingSide(Side.LISTENER, SMALL);
    nowNanos = 0;
  }

  @Property(tries = 200)
  void whateverIsClosedOrResetWheneverNothingIsLostOrLeft(
      @ForAll long seed, @ForAll @IntRange(min = 10, max = 1500) int steps) {
    Random random = new Random(seed);

    for (int i = 0; i < steps; i++) {
      boolean first = random.nextBoolean();
      step(first ? dialer : listener, first ? listener : dialer, random);
    }
    finish(random);

    requireAllArrived();
    dialer.requireNothingHeld();
    listener.requireNothingHeld();
  }

  private void step(TestingSide side, TestingSide other, Random random) {
    nowNanos += random.nextInt(100_000);
    List<Use> any = TestingSide.any(side.open(), random);
    switch (random.nextInt(24)) {
      case 0, 1 -> side.openStream();
      case 2 -> any.forEach(side::closeWrite);
      case 3 -> {
        if (random.nextInt(4) == 0) {
          any.forEach(side::reset);
        }
      }
      case 4 -> side.wake(nowNanos);
      case 5, 6, 7, 8, 9 -> any.forEach(use -> side.write(use, random.nextInt(80 * KIB)));
      case 10, 11, 12, 13 ->
          any.forEach(use -> side.read(use, random.nextInt(200 * KIB), nowNanos));
      case 14, 15, 16, 17, 18 -> send(side, 1036 + random.nextInt(64 * KIB));
      default -> side.receive(other.wire, random.nextInt(other.wire.readableBytes() + 1), nowNanos);
    }
  }

  private void send(TestingSide side, int bytesMax) {
    if (side.wire.readableBytes() < WIRE_BYTES_MAX) {
      side.send(bytesMax, nowNanos);
    }
  }

  /** Everybody closes, and reads to the end; that must come to an end. */
  private void finish(Random random) {
    int rounds = 0;
    while (!isQuiet()) {
      for (TestingSide side : List.of(dialer, listener)) {
        TestingSide other = side == dialer ? listener : dialer;
        nowNanos += 1000;
        side.open().forEach(side::closeWrite);
        side.open().forEach(use -> side.read(use, Integer.MAX_VALUE, nowNanos));
        send(side, 64 * KIB);
        side.receive(other.wire, random.nextInt(other.wire.readableBytes() + 1), nowNanos);
      }
      assertTrue(++rounds < 10_000, "the sessions do not come to rest");
    }
  }

  private boolean isQuiet() {
    return dialer.open().isEmpty()
        && listener.open().isEmpty()
        && !dialer.session.hasOutput()
        && !listener.session.hasOutput()
        && !dialer.wire.isReadable()
        && !listener.wire.isReadable();
  }

  private void requireAllArrived() {
    for (Use use : dialer.uses.values()) {
      listener.uses.values().stream()
          .filter(theirs -> theirs.id() == use.id() && !theirs.reset && !use.reset)
          .forEach(
              theirs -> {
                assertEquals(use.written, theirs.read);
                assertEquals(theirs.written, use.read);
              });
    }
  }

  @Property(tries = 15)
  void bothSidesWriteMoreThanAllWindowsAndNobodyIsStuck(@ForAll long seed) {
    Random random = new Random(seed);
    long each = 1200 * KIB;
    for (int i = 0; i < 2; i++) {
      dialer.openStream();
      listener.openStream();
    }

    int steps = 0;
    while (dialer.session.streamCount() + listener.session.streamCount() > 0) {
      boolean first = random.nextBoolean();
      TestingSide side = first ? dialer : listener;
      TestingSide other = first ? listener : dialer;
      nowNanos += random.nextInt(100_000);
      for (Use use : TestingSide.any(side.open(), random)) {
        side.read(use, random.nextInt(100 * KIB), nowNanos);
        side.write(use, (int) Math.min(each - use.written, random.nextInt(64 * KIB)));
        if (use.written == each) {
          side.closeWrite(use);
        }
      }
      send(side, 1036 + random.nextInt(64 * KIB));
      side.receive(other.wire, random.nextInt(other.wire.readableBytes() + 1), nowNanos);
      assertTrue(++steps < 100_000, "somebody is stuck");
    }

    dialer.uses.values().forEach(use -> assertEquals(each, use.read));
    listener.uses.values().forEach(use -> assertEquals(each, use.read));
    finish(random);
    dialer.requireNothingHeld();
    listener.requireNothingHeld();
  }

  @Test
  void aStreamThatNobodyReadsDoesNotStopTheOthers() {
    dialer.openStream();
    dialer.openStream();
    Use unread = List.copyOf(dialer.uses.values()).get(0);
    Use read = List.copyOf(dialer.uses.values()).get(1);

    for (int i = 0; i < 64; i++) {
      dialer.write(unread, 64 * KIB);
      dialer.write(read, 64 * KIB);
      exchange();
      listener.uses.values().stream()
          .filter(use -> use.id() == read.id())
          .forEach(use -> listener.read(use, Integer.MAX_VALUE, nowNanos));
    }

    assertEquals(4096 * KIB, read.written);
    Use held = List.copyOf(listener.uses.values()).get(0);
    assertEquals(256 * KIB, held.inbox.readableBytes());
    finish(new Random(0));
    requireAllArrived();
  }

  /** All that both sides have to say is said, without a delay. */
  private void exchange() {
    while (dialer.session.hasOutput() || listener.session.hasOutput()) {
      nowNanos += 1000;
      dialer.send(64 * KIB, nowNanos);
      listener.receive(dialer.wire, dialer.wire.readableBytes(), nowNanos);
      listener.send(64 * KIB, nowNanos);
      dialer.receive(listener.wire, listener.wire.readableBytes(), nowNanos);
    }
  }
}

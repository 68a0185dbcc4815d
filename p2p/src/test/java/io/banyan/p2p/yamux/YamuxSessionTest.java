package io.banyan.p2p.yamux;

import static io.banyan.p2p.yamux.TestingFrames.ACK;
import static io.banyan.p2p.yamux.TestingFrames.FIN;
import static io.banyan.p2p.yamux.TestingFrames.RST;
import static io.banyan.p2p.yamux.TestingFrames.SYN;
import static io.banyan.p2p.yamux.TestingFrames.data;
import static io.banyan.p2p.yamux.TestingFrames.goAway;
import static io.banyan.p2p.yamux.TestingFrames.header;
import static io.banyan.p2p.yamux.TestingFrames.ping;
import static io.banyan.p2p.yamux.TestingFrames.update;
import static io.banyan.p2p.yamux.TestingFrames.zeros;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.p2p.yamux.TestingFrames.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A session beside a peer that is played by hand, frame by frame. Long, for the many rules of the
 * specification.
 */
class YamuxSessionTest {
  private static final int KIB = 1 << 10;
  private static final int FIRST = 256 * KIB;
  private static final String GREETING = "ping SYN 1";

  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
  private YamuxSession session = new YamuxSession(Side.LISTENER, YamuxLimits.DEFAULT, 0);
  private long nowNanos;

  @AfterEach
  void nothingIsHeldBehindTheSession() {
    session.close();
    assertFalse(session.hasOutput());
    assertEquals(0, session.streamCount());
    assertEquals(0, session.windowBytes());
    assertEquals(0, allocator.metric().usedHeapMemory());
  }

  @Test
  void aNewStreamIsAnnouncedTogetherWithItsLargerWindow() {
    session = new YamuxSession(Side.DIALER, YamuxLimits.DEFAULT, 0);

    long stream = opened(session.open());
    session.write(stream, bytes("hello"));
    session.closeWrite(stream);

    assertEquals(
        List.of(GREETING, "window SYN 1 786432", "data 1 'hello'", "window FIN 1 0"), sent());
  }

  @Test
  void theDialerNumbersItsStreamsOddTheListenerEven() {
    opened(session.open());
    opened(session.open());
    assertEquals(List.of(GREETING, "window SYN 2 786432", "window SYN 4 786432"), sent());
    session.close();

    session = new YamuxSession(Side.DIALER, YamuxLimits.DEFAULT, 0);
    opened(session.open());
    opened(session.open());
    assertEquals(List.of(GREETING, "window SYN 1 786432", "window SYN 3 786432"), sent());
  }

  @Test
  void anInboundStreamIsAcknowledgedWhenItIsFirstUsed() {
    long stream = accept(1);
    assertEquals(List.of(GREETING), sent());

    session.write(stream, bytes("a"));

    assertEquals(List.of("window ACK 1 786432", "data 1 'a'"), sent());
  }

  @Test
  void readingAndClosingAcknowledgeToo() {
    long read = accept(1);
    long closed = accept(3);
    receive(data(0, 1, "abc"));
    sent();

    session.consumed(read, 3, nowNanos);
    session.closeWrite(closed);

    assertEquals(List.of("window ACK 1 786435", "window ACK 3 786432", "window FIN 3 0"), sent());
  }

  @Test
  void whateverThePeerSaysOfAStreamAcknowledgesIt() {
    long first = opened(session.open());
    long second = opened(session.open());
    sent();

    assertEquals(List.of("Acked " + id(first)), receive(update(ACK, 2, 0)));
    assertEquals(List.of("Acked " + id(second), "Data 4 'x'"), receive(data(0, 4, "x")));
    assertEquals(List.of(), receive(update(ACK, 2, 0)));
  }

  @Test
  void flagsMayStandTogetherOnFramesOfEitherType() {
    assertEquals(
        List.of("Opened 1", "Data 1 'all'", "RemoteClosed 1"),
        receive(data(SYN | ACK | FIN, 1, "all")));
    assertEquals(List.of("Opened 3", "RemoteClosed 3"), receive(update(SYN | FIN, 3, 0)));
    assertEquals(List.of("Opened 5"), receive(data(SYN, 5, "")));
    assertEquals(List.of("RemoteClosed 5"), receive(data(FIN, 5, "")));
    assertEquals(List.of(), receive(data(FIN, 5, "")));
    assertEquals(List.of(), receive(data(SYN | RST, 7, "never mind")));
    assertEquals(List.of("Opened 9"), receive(data(SYN, 9, "")));
    assertEquals(List.of("Reset 9"), receive(data(RST | FIN, 9, "never mind")));
    assertEquals(3, session.streamCount());
  }

  @Test
  void dataIsHandedOnAsItComes() {
    accept(1);
    ByteBuf frame = data(FIN, 1, "hello");

    assertEquals(List.of(), receive(frame.readRetainedSlice(7)));
    assertEquals(List.of("Data 1 'he'"), receive(frame.readRetainedSlice(7)));
    assertEquals(List.of("Data 1 'llo'", "RemoteClosed 1"), receive(frame));
  }

  @Test
  void aSmallPieceDoesNotPinALargeBuffer() {
    accept(1);
    ByteBuf large = allocator.buffer(64 * KIB).writeBytes(data(0, 1, "hello"));

    List<YamuxEvent> events = session.receive(large, nowNanos);

    var piece = (YamuxEvent.Data) events.getFirst();
    assertEquals(0, large.refCnt());
    assertEquals("hello", piece.bytes().toString(StandardCharsets.UTF_8));
    assertEquals(5, allocator.metric().usedHeapMemory());
    piece.bytes().release();
  }

  @Test
  void dataLeavesAsFarAsThePeersCreditGoes() {
    long stream = accept(1);
    session.write(stream, held(FIRST));
    assertEquals(FIRST, sentDataBytes());
    session.write(stream, held(100));
    session.closeWrite(stream);
    assertFalse(session.hasOutput());

    receive(update(0, 1, 60));
    assertEquals(List.of("data 1 60"), sent());
    receive(update(0, 1, 1000));
    assertEquals(List.of("data 1 40", "window FIN 1 0"), sent());
  }

  @Test
  void anEndNeedsNoCredit() {
    long stream = accept(1);
    session.write(stream, held(FIRST));
    session.closeWrite(stream);

    List<String> sent = sent();

    assertEquals("window FIN 1 0", sent.getLast());
  }

  @Test
  void streamsTakeTurns() {
    long first = accept(1);
    long second = accept(3);
    session.write(first, held(80 * KIB));
    session.write(second, held(40 * KIB));

    assertEquals(
        List.of(
            GREETING,
            "window ACK 1 786432",
            "window ACK 3 786432",
            "data 1 32768",
            "data 3 32768",
            "data 1 32768",
            "data 3 8192",
            "data 1 16384"),
        sent());
  }

  @Test
  void whatKeepsThePeerGoingLeavesBeforeData() {
    long stream = accept(1);
    long other = accept(3);
    sent();
    session.write(stream, held(80 * KIB));

    receive(ping(SYN, 77));
    session.reset(other);
    session.goAway(GoAwayCode.NORMAL);

    assertEquals(
        List.of("goaway 0", "ping ACK 77", "window RST 3 0", "window ACK 1 786432"),
        sent().subList(0, 4));
  }

  @Test
  void aPollKeepsToItsRoomAndFillsIt() {
    long stream = accept(1);
    session.write(stream, held(FIRST));

    ByteBuf into = Unpooled.buffer();
    session.poll(into, 65_519, nowNanos);

    assertEquals(65_519, into.readableBytes());
    assertThrows(IllegalArgumentException.class, () -> session.poll(into, 1035, 0));
  }

  @Test
  void aStreamWhoseQueueWasMostlyFullIsWritableWhenItIsHalfEmpty() {
    long stream = accept(1);
    assertEquals(FIRST, session.writableBytes(stream));
    session.write(stream, held(FIRST));
    assertEquals(0, session.writableBytes(stream));

    List<String> events = new ArrayList<>();
    while (session.hasOutput()) {
      events.addAll(names(session.poll(Unpooled.buffer(), 65_519, nowNanos)));
    }

    assertEquals(List.of("Writable 1"), events);
    assertEquals(FIRST, session.writableBytes(stream));
  }

  @Test
  void writingTooMuchOrBehindTheEndIsOurBug() {
    long stream = accept(1);

    assertThrows(IllegalStateException.class, () -> session.write(stream, held(FIRST + 1)));
    session.closeWrite(stream);
    session.closeWrite(stream);
    assertThrows(IllegalStateException.class, () -> session.write(stream, held(1)));
    assertEquals(0, session.writableBytes(stream));
  }

  @Test
  void creditIsGivenBackForWhatIsReadHalfAWindowAtATime() {
    long stream = accept(1);
    receive(zeros(0, 1, FIRST));
    sent();
    session.consumed(stream, 1, nowNanos);
    assertEquals(List.of("window ACK 1 786433"), sent());

    receive(zeros(0, 1, 768 * KIB + 1));
    session.consumed(stream, 512 * KIB - 1, nowNanos);
    assertEquals(List.of(), sent());
    session.consumed(stream, 1, nowNanos);

    assertEquals(List.of("window 1 524288"), sent());
    assertThrows(
        IllegalStateException.class, () -> session.consumed(stream, 512 * KIB + 1, nowNanos));
  }

  @Test
  void aStreamThatThePeerHasEndedGetsNoMoreCredit() {
    long stream = accept(1);
    receive(zeros(FIN, 1, FIRST));
    sent();

    session.consumed(stream, FIRST, nowNanos);

    assertEquals(List.of("window ACK 1 1048576"), sent());
  }

  @Test
  void aStreamIsGoneWhenBothEndsAreClosedAndAllIsRead() {
    long stream = accept(1);
    receive(data(FIN, 1, "bye"));
    session.closeWrite(stream);
    sent();
    assertEquals(1, session.streamCount());

    receive(update(RST, 1, 0)); // a peer that is done with it for good
    session.consumed(stream, 3, nowNanos);

    assertEquals(0, session.streamCount());
    assertFalse(session.hasOutput());
  }

  @Test
  void framesForAStreamThatIsGoneAreDropped() {
    long stream = accept(1);
    session.reset(stream);
    assertEquals(List.of(GREETING, "window RST 1 0"), sent());

    ByteBuf late = data(0, 1, "payload that nobody reads");
    assertEquals(List.of(), receive(late.readRetainedSlice(20)));
    assertEquals(List.of(), receive(late));
    assertEquals(List.of(), receive(update(FIN, 1, 4096)));
    assertEquals(List.of(), receive(update(RST, 1, 0)));

    assertEquals(List.of("Opened 3"), receive(data(SYN, 3, "")));
    assertFalse(session.hasOutput());
  }

  @Test
  void aStreamThatIsResetAmidAPayloadGetsNoMoreOfIt() {
    long stream = accept(1);
    ByteBuf frame = data(FIN, 1, "payload");
    receive(frame.readRetainedSlice(14));

    session.reset(stream);

    assertEquals(List.of(), receive(frame));
    assertEquals(List.of("Opened 1"), receive(data(SYN, 1, "")));
  }

  @Test
  void aHandleNeverMeansAnotherStreamOfTheSameNumber() {
    long before = accept(1);
    receive(update(RST, 1, 0));
    long after = accept(1);
    sent();
    receive(data(0, 1, "new"));

    session.write(before, bytes("old"));
    session.consumed(before, 3, nowNanos);
    session.closeWrite(before);
    session.reset(before);

    assertEquals(0, session.writableBytes(before));
    assertEquals(FIRST, session.writableBytes(after));
    assertFalse(session.hasOutput());
    assertEquals(1, session.streamCount());
  }

  @Test
  void aResetDropsWhatWaitsAndIsToldOnce() {
    long stream = accept(1);
    session.write(stream, held(FIRST));

    session.reset(stream);
    session.reset(stream);

    assertEquals(List.of(GREETING, "window RST 1 0"), sent());
  }

  @Test
  void aStreamThatThePeerNeverHeardOfIsForgottenInSilence() {
    session.reset(opened(session.open()));

    assertEquals(List.of(GREETING), sent());
  }

  @Test
  void theReasonOfAResetIsNoCredit() {
    accept(1);

    assertEquals(List.of("Reset 1"), receive(update(RST, 1, 0xFFFF_FFFFL)));
  }

  @Test
  void roundTripsAreMeasuredFromWhereThePingLeaves() {
    nowNanos = 500;
    assertEquals(List.of(GREETING), sent());
    nowNanos = 700;

    assertEquals(List.of(), receive(ping(ACK, 2)));
    assertEquals(List.of("Pong 200"), receive(ping(ACK, 1)));
    assertEquals(List.of(), receive(ping(ACK, 1)));

    assertEquals(200, session.roundTripNanos());
    session.ping();
    session.ping();
    assertEquals(List.of("ping SYN 2"), sent());
    session.ping();
    assertFalse(session.hasOutput());
    nowNanos = 1100;
    assertEquals(List.of("Pong 400"), receive(ping(ACK, 2)));
    assertEquals(300, session.roundTripNanos());
  }

  @Test
  void aPingIsAnsweredWithItsNumber() {
    sent();

    receive(ping(SYN, 0xFFFF_FFFFL));

    assertEquals(List.of("ping ACK 4294967295"), sent());
  }

  @Test
  void aPingLeavesEachIntervalAndASilentPeerIsGivenUp() {
    sent();
    long second = 1_000_000_000;
    receive(ping(ACK, 1));
    assertEquals(15 * second, session.wakeNanos());
    assertEquals(List.of(), onTime(14 * second));
    assertFalse(session.hasOutput());

    assertEquals(List.of(), onTime(15 * second));
    assertEquals(List.of("ping SYN 2"), sent());
    assertEquals(45 * second, session.wakeNanos());
    assertEquals(List.of(), onTime(45 * second - 1));
    assertFalse(session.hasOutput());

    assertEquals(List.of("Violation silent for 45000 ms"), onTime(45 * second));
    assertEquals(Long.MAX_VALUE, session.wakeNanos());
    assertEquals(List.of("goaway 1"), sent());
    assertEquals(List.of(), onTime(60 * second));
  }

  @Test
  void anyByteShowsThatThePeerLives() {
    sent();
    nowNanos = 40_000_000_000L;
    receive(Unpooled.wrappedBuffer(new byte[1]));

    assertEquals(85_000_000_000L, session.wakeNanos());
    assertEquals(List.of(), onTime(84_999_999_999L));
  }

  @Test
  void aWindowThatIsUsedUpWithinFourRoundTripsDoubles() {
    long stream = withRoundTrip(1000);

    assertEquals(
        List.of("window 1 524288", "window 1 1572864"), readAWindow(stream, 1024 * KIB, 0));
    nowNanos += 10_000;
    assertEquals(
        List.of("window 1 1048576", "window 1 1048576"), readAWindow(stream, 2048 * KIB, 4001));
    nowNanos += 10_000;
    assertEquals(
        List.of("window 1 1048576", "window 1 3145728"), readAWindow(stream, 2048 * KIB, 4000));

    assertEquals(4096 * KIB, session.windowBytes());
  }

  @Test
  void aWindowStopsGrowingAtTheLimitOfItsStream() {
    long stream = withRoundTrip(1000);
    for (int window = 1024 * KIB; window < 16384 * KIB; window *= 2) {
      readAWindow(stream, window, 0);
    }

    assertEquals(
        List.of("window 1 8388608", "window 1 8388608"), readAWindow(stream, 16384 * KIB, 0));
  }

  @Test
  void windowsStopGrowingAtTheLimitOfTheConnection() {
    YamuxLimits small = limits(8, 1536 * KIB, 1024);
    session = new YamuxSession(Side.LISTENER, small, 0);
    long first = accept(1);
    long second = accept(3);
    sent();

    session.write(first, bytes("a"));
    session.write(second, bytes("b"));

    assertEquals(
        List.of("window ACK 1 786432", "window ACK 3 0", "data 1 'a'", "data 3 'b'"), sent());
    session.reset(first);
    assertEquals(FIRST, session.windowBytes());
  }

  @Test
  void withoutAMeasuredRoundTripNoWindowGrows() {
    long stream = accept(1);
    session.write(stream, bytes("a"));
    sent();

    assertEquals(List.of("window 1 524288", "window 1 524288"), readAWindow(stream, 1024 * KIB, 0));
  }

  @Test
  void inboundStreamsOverTheLimitAreReset() {
    session = new YamuxSession(Side.LISTENER, limits(2, 1 << 30, 1024), 0);
    accept(1);
    long second = accept(3);
    sent();

    assertEquals(List.of(), receive(data(SYN, 5, "payload of a refused stream")));
    assertEquals(List.of("window RST 5 0"), sent());

    session.reset(second);
    assertEquals(List.of("Opened 7"), receive(update(SYN, 7, 0)));
  }

  @Test
  void aFloodOfStreamsIsBoundedByItsAnswers() {
    session = new YamuxSession(Side.LISTENER, limits(2, 1 << 30, 10), 0);
    accept(1);
    accept(3);
    for (int i = 0; i < 10; i++) {
      assertEquals(List.of(), receive(update(SYN, 5 + 2 * i, 0)));
    }

    assertEquals(
        List.of("Violation more than 10 answers are demanded before any is taken"),
        receive(update(SYN, 25, 0)));
    assertEquals(List.of("goaway 1"), sent());
  }

  @Test
  void streamsThatAreResetHereAtOnceAreBoundedToo() {
    session = new YamuxSession(Side.LISTENER, limits(2, 1 << 30, 10), 0);
    for (int i = 0; i < 10; i++) {
      session.reset(accept(1));
    }

    assertEquals(
        List.of("Violation more than 10 answers are demanded before any is taken"),
        receive(update(SYN, 1, 0)));
  }

  @Test
  void aFloodOfPingsIsBounded() {
    ByteBuf flood = Unpooled.buffer();
    for (int i = 0; i < 2000; i++) {
      flood.writeBytes(ping(SYN, i));
    }

    assertEquals(
        List.of("Violation more than 1024 answers are demanded before any is taken"),
        receive(flood));
    assertEquals(List.of("goaway 1"), sent());
  }

  @Test
  void aPeerThatTakesItsAnswersMayAskOnAndOn() {
    for (int i = 0; i < 3000; i++) {
      assertEquals(List.of(), receive(ping(SYN, i)));
      sent();
    }
  }

  @Test
  void moreStreamsThanTheBacklogWaitForThePeer() {
    YamuxLimits limits = new YamuxLimits(0, 4, 3, FIRST, FIRST, 0, KIB, KIB, 1, 1L << 40, 1L << 40);
    session = new YamuxSession(Side.DIALER, limits, 0);
    long first = opened(session.open());
    long second = opened(session.open());
    opened(session.open());
    assertEquals(new Opening.Refused(Opening.Reason.ACK_BACKLOG), session.open());
    sent();

    receive(update(ACK, 1, 0));
    opened(session.open());
    assertEquals(new Opening.Refused(Opening.Reason.STREAMS), session.open());

    session.reset(first);
    assertEquals(new Opening.Refused(Opening.Reason.ACK_BACKLOG), session.open());
    session.reset(second);
    opened(session.open());
  }

  @Test
  void whoGoesAwayOpensNoStreamsAndTakesNone() {
    long stream = accept(1);
    sent();

    session.goAway(GoAwayCode.INTERNAL_ERROR);

    assertEquals(new Opening.Refused(Opening.Reason.GOING_AWAY), session.open());
    assertEquals(List.of(), receive(update(SYN, 3, 0)));
    assertEquals(List.of("goaway 2", "window RST 3 0"), sent());
    session.write(stream, bytes("still"));
    assertEquals(List.of("window ACK 1 786432", "data 1 'still'"), sent());
  }

  @Test
  void whenThePeerGoesAwayItsStreamsGoOn() {
    accept(1);

    assertEquals(List.of("GoAway 7"), receive(goAway(7)));

    assertEquals(new Opening.Refused(Opening.Reason.GOING_AWAY), session.open());
    assertEquals(List.of("Data 1 'on'"), receive(data(0, 1, "on")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1 | 0 | 0 | 1 | 0          | a frame has version 1
          0 | 4 | 0 | 1 | 0          | a frame has type 4
          0 | 0 | 0 | 0 | 0          | a frame of type 0 is for stream 0
          0 | 1 | 1 | 0 | 0          | a frame of type 1 is for stream 0
          0 | 1 | 1 | 2 | 0          | stream 2 is opened, which is not the peer's to number
          0 | 1 | 1 | 1 | 0          | stream 1 is opened twice
          0 | 0 | 0 | 1 | 262145     | stream 1 is sent 262145 bytes, which is over its window
          0 | 0 | 1 | 5 | 262145     | stream 5 is sent 262145 bytes, which is over its window
          0 | 0 | 0 | 1 | 4294967295 | stream 1 is sent 4294967295 bytes, which is over its window
          0 | 0 | 0 | 9 | 16777217   | stream 9 is sent 16777217 bytes, which is over any window
          0 | 0 | 0 | 3 | 1          | stream 3 is sent data behind its end
          0 | 1 | 0 | 1 | 4294705152 | stream 1 is granted 4294705152 bytes, and has over 4 GiB then
          """)
  void aPeerThatBreaksARuleEndsTheSession(
      int version, int type, int flags, long id, long length, String sentence) {
    accept(1);
    long stream = accept(3);
    receive(update(FIN, 3, 0));
    session.write(stream, bytes("queued"));

    List<String> events = receive(header(version, type, flags, id, length));

    assertEquals("Violation " + sentence, events.getLast());
    assertEquals(0, session.streamCount());
    assertEquals(List.of("goaway 1"), sent());
    assertEquals(List.of(), receive(data(SYN, 11, "")));
    assertEquals(new Opening.Refused(Opening.Reason.CLOSED), session.open());
    session.goAway(GoAwayCode.NORMAL);
    session.ping();
    session.write(stream, bytes("late"));
    assertFalse(session.hasOutput());
  }

  @Test
  void theWholeWindowMayBeUsedAndAllCreditTaken() {
    long stream = accept(1);

    assertEquals(1, receive(zeros(0, 1, FIRST)).size());
    assertEquals(List.of(), receive(update(0, 1, 4294705151L)));
    assertEquals(
        List.of("Violation stream 1 is sent 1 bytes, which is over its window"),
        receive(zeros(0, 1, 1)));
    assertEquals(0, session.writableBytes(stream));
  }

  @Test
  void aStreamOfAnotherNumberThanTheJavaSignBitIsAStreamToo() {
    assertEquals(List.of("Opened 4294967295"), receive(data(SYN, 0xFFFF_FFFFL, "")));
    assertEquals(List.of("Data 4294967295 'x'"), receive(data(0, 0xFFFF_FFFFL, "x")));
  }

  private long withRoundTrip(long nanos) {
    long stream = accept(1);
    session.write(stream, bytes("a"));
    sent();
    nowNanos += nanos;
    receive(ping(ACK, 1));
    return stream;
  }

  /** Sends a window of bytes, and has it read in halves that are so far apart: what leaves. */
  private List<String> readAWindow(long stream, int window, long nanos) {
    receive(zeros(0, 1, window));
    session.consumed(stream, window / 2, nowNanos);
    List<String> updates = new ArrayList<>(sent());
    nowNanos += nanos;
    session.consumed(stream, window / 2, nowNanos);
    updates.addAll(sent());
    return updates;
  }

  private static YamuxLimits limits(int inboundStreamsMax, long windowsMax, int repliesMax) {
    YamuxLimits usual = YamuxLimits.DEFAULT;
    return new YamuxLimits(
        inboundStreamsMax,
        usual.outboundStreamsMax(),
        usual.ackBacklogMax(),
        usual.streamWindowBytes(),
        usual.streamWindowBytesMax(),
        windowsMax,
        usual.dataBytesMax(),
        usual.sendQueueBytesMax(),
        repliesMax,
        usual.pingNanos(),
        usual.silenceNanos());
  }

  private long accept(long id) {
    List<YamuxEvent> events = session.receive(update(SYN, id, 0), nowNanos);
    return ((YamuxEvent.Opened) events.getFirst()).stream();
  }

  private static long opened(Opening opening) {
    return ((Opening.Opened) opening).stream();
  }

  private List<String> receive(ByteBuf bytes) {
    return names(session.receive(bytes, nowNanos));
  }

  private List<String> onTime(long nanos) {
    nowNanos = nanos;
    return names(session.onTime(nanos));
  }

  /** All that leaves now. */
  private List<String> sent() {
    return frames().stream().map(Frame::toString).toList();
  }

  private long sentDataBytes() {
    return frames().stream().filter(frame -> frame.type() == 0).mapToLong(Frame::length).sum();
  }

  private List<Frame> frames() {
    ByteBuf into = Unpooled.buffer();
    while (session.hasOutput()) {
      int before = into.writerIndex();
      session.poll(into, 1 << 20, nowNanos);
      assertTrue(into.writerIndex() > before);
    }
    return new TestingFrames.Scanner().scan(into);
  }

  private ByteBuf bytes(String text) {
    return allocator.buffer().writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  private ByteBuf held(int length) {
    return allocator.buffer(length).writeZero(length);
  }

  private static long id(long stream) {
    return stream & 0xFFFF_FFFFL;
  }

  /** Events as words, with the streams' numbers on the wire; releases what they carry. */
  private static List<String> names(List<YamuxEvent> events) {
    return events.stream().map(YamuxSessionTest::name).toList();
  }

  private static String name(YamuxEvent event) {
    return switch (event) {
      case YamuxEvent.Opened(long stream) -> "Opened " + id(stream);
      case YamuxEvent.Data(long stream, ByteBuf bytes) -> {
        String text = bytes.toString(StandardCharsets.UTF_8);
        bytes.release();
        yield "Data " + id(stream) + " '" + text + "'";
      }
      case YamuxEvent.RemoteClosed(long stream) -> "RemoteClosed " + id(stream);
      case YamuxEvent.Reset(long stream) -> "Reset " + id(stream);
      case YamuxEvent.Acked(long stream) -> "Acked " + id(stream);
      case YamuxEvent.Writable(long stream) -> "Writable " + id(stream);
      case YamuxEvent.Pong(long nanos) -> "Pong " + nanos;
      case YamuxEvent.GoAway(long code) -> "GoAway " + code;
      case YamuxEvent.Violation(String sentence) -> "Violation " + sentence;
    };
  }
}

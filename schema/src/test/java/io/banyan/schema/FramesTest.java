package io.banyan.schema;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.banyan.schema.wire.BanyanWire;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.capnproto.BuilderArena;
import org.capnproto.MessageBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

final class FramesTest {
  private static final byte[] ACK = WireCodec.encodeMessage(new Ack(Examples.KEY));
  private static final byte[] FRAME = Frames.frame(FrameKind.TASK, ACK);

  @Test
  void aFrameIsItsLengthBigEndianThenTheMessage() {
    assertEquals(ACK.length, ByteBuffer.wrap(FRAME).order(ByteOrder.BIG_ENDIAN).getInt());
    assertArrayEquals(ACK, Arrays.copyOfRange(FRAME, 4, FRAME.length));
  }

  @Test
  void framesAreCutWhereverTheStreamIsCut() throws MalformedMessageException {
    List<Message> messages = new ArrayList<>(Examples.messages().values());
    ByteBuffer stream = ByteBuffer.allocate(1 << 20);
    for (Message message : messages) {
      stream.put(Frames.frame(FrameKind.CLIENT, WireCodec.encodeMessage(message)));
    }
    stream.flip();
    Random random = new Random(1);
    FrameDecoder decoder = new FrameDecoder(FrameKind.CLIENT);

    List<Message> decoded = new ArrayList<>();
    while (stream.hasRemaining()) {
      int size = Math.min(stream.remaining(), random.nextInt(300));
      ByteBuffer piece = stream.slice(stream.position(), size);
      stream.position(stream.position() + size);
      for (Optional<ByteBuffer> next = decoder.next(piece);
          next.isPresent();
          next = decoder.next(piece)) {
        decoded.add(WireCodec.decodeMessage(next.get()));
      }
      assertEquals(0, piece.remaining());
    }

    decoder.end();
    assertEquals(messages, decoded);
  }

  @Test
  void whatFollowsAFrameIsLeftAlone() throws MalformedMessageException, IOException {
    byte[] withRaw = Arrays.copyOf(FRAME, FRAME.length + 3);
    ByteBuffer stream = ByteBuffer.wrap(withRaw);
    ByteArrayInputStream file = new ByteArrayInputStream(withRaw);

    Optional<ByteBuffer> fromStream = new FrameDecoder(FrameKind.TASK).next(stream);
    Optional<ByteBuffer> fromFile = Frames.read(FrameKind.TASK, file);

    assertEquals(Optional.of(ByteBuffer.wrap(ACK)), fromStream);
    assertEquals(3, stream.remaining());
    assertEquals(Optional.of(ByteBuffer.wrap(ACK)), fromFile);
    assertEquals(3, file.available());
  }

  @Test
  void aFileEndsBehindItsLastFrame() throws MalformedMessageException, IOException {
    ByteArrayInputStream file = new ByteArrayInputStream(FRAME);

    assertTrue(Frames.read(FrameKind.TASK, file).isPresent());
    assertEquals(Optional.empty(), Frames.read(FrameKind.TASK, file));
  }

  @Test
  void aFrameCutShortIsMalformed() throws MalformedMessageException {
    for (int length = 1; length < FRAME.length; length++) {
      byte[] cut = Arrays.copyOf(FRAME, length);
      FrameDecoder decoder = new FrameDecoder(FrameKind.TASK);

      assertEquals(Optional.empty(), decoder.next(ByteBuffer.wrap(cut)));
      assertEquals(length, malformed(decoder::end).offset().orElseThrow());
      MalformedMessageException read =
          malformed(() -> Frames.read(FrameKind.TASK, new ByteArrayInputStream(cut)));
      assertEquals(length, read.offset().orElseThrow());
    }
  }

  @Test
  void aLengthOverTheLimitIsRefusedBeforeAnythingIsAllocated() {
    for (FrameKind kind : FrameKind.values()) {
      for (int length : new int[] {kind.bytesMax() + 8, Integer.MAX_VALUE, -8, -1}) {
        byte[] head = ByteBuffer.allocate(4).putInt(length).array();

        long spent =
            spentBy(() -> malformed(() -> new FrameDecoder(kind).next(ByteBuffer.wrap(head))));
        malformed(() -> Frames.read(kind, new ByteArrayInputStream(head)));

        assertTrue(spent < 16 << 10, spent + " bytes for a length of " + length);
      }
    }
  }

  @Test
  void aLengthAtTheLimitCostsOnlyWhatHasCome() {
    byte[] begun = ByteBuffer.allocate(104).putInt(FrameKind.TASK.bytesMax()).array();

    long spent = spentBy(() -> new FrameDecoder(FrameKind.TASK).next(ByteBuffer.wrap(begun)));

    assertTrue(spent < 16 << 10, spent + " bytes for 100 that came");
  }

  @Test
  void aMessageAtTheLimitIsRead() throws MalformedMessageException {
    byte[] message = new byte[FrameKind.TASK.bytesMax()];
    byte[] frame = Frames.frame(FrameKind.TASK, message);

    Optional<ByteBuffer> read = new FrameDecoder(FrameKind.TASK).next(ByteBuffer.wrap(frame));

    assertEquals(message.length, read.orElseThrow().remaining());
    assertThrows(
        IllegalArgumentException.class,
        () -> Frames.frame(FrameKind.TASK, new byte[message.length + 1]));
  }

  @Test
  void aLengthThatIsNotWholeWordsIsMalformed() {
    for (int length : new int[] {0, 8, 15, 17, 1001}) {
      byte[] head = ByteBuffer.allocate(4).putInt(length).array();

      malformed(() -> new FrameDecoder(FrameKind.TASK).next(ByteBuffer.wrap(head)));
    }
  }

  @Test
  void segmentsThatDoNotAddUpAreMalformed() {
    malformedAck(message -> message.putInt(4, ACK.length / 8)); // one word more than there are
    malformedAck(message -> message.putInt(4, ACK.length / 8 - 2)); // one word fewer
    malformedAck(message -> message.putInt(4, 0));
    malformedAck(message -> message.putInt(4, -1));
    malformedAck(message -> message.putInt(4, 0xe0000001)); // one word, in 32 bits
    malformedAck(message -> message.putInt(0, -1)); // 2^32 segments, or none
    malformedAck(message -> message.putInt(0, 1)); // two, the second of which has no room
    malformedAck(message -> message.putInt(0, 15)); // a table longer than the message
  }

  private static void malformedAck(Consumer<ByteBuffer> change) {
    ByteBuffer message = ByteBuffer.wrap(ACK.clone()).order(ByteOrder.LITTLE_ENDIAN);
    change.accept(message);

    MalformedMessageException malformed = malformed(() -> WireCodec.decodeMessage(message));

    assertTrue(malformed.offset().isPresent(), malformed.rule());
  }

  @Test
  void sixteenSegmentsAreReadAndSeventeenAreNot() throws MalformedMessageException {
    assertEquals(Examples.STATUS, WireCodec.decodeMessage(inSegments(Examples.STATUS, 16)));

    MalformedMessageException malformed =
        malformed(() -> WireCodec.decodeMessage(inSegments(Examples.STATUS, 17)));
    assertEquals("17 segments, limit 16", malformed.rule());
  }

  /** In many segments of a word or more, the last ones perhaps empty. */
  private static ByteBuffer inSegments(Message message, int count) {
    MessageBuilder builder = new MessageBuilder(1, BuilderArena.AllocationStrategy.FIXED_SIZE);
    MessageCodec.write(builder.initRoot(BanyanWire.Message.factory), message);
    ByteBuffer[] segments = builder.getSegmentsForOutput();
    assertTrue(segments.length > 1 && segments.length <= count, segments.length + " segments");
    ByteBuffer table =
        ByteBuffer.allocate(8 * ((count + 2) / 2)).order(ByteOrder.LITTLE_ENDIAN).putInt(count - 1);
    ByteBuffer whole = ByteBuffer.allocate(1 << 16);
    for (ByteBuffer segment : segments) {
      table.putInt(segment.remaining() / 8);
    }
    whole.put(table.rewind());
    for (ByteBuffer segment : segments) {
      whole.put(segment);
    }
    return whole.flip();
  }

  private long spentBy(Executable action) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try {
      action.execute(); // once, so that loading is not counted
      long before = threads.getCurrentThreadAllocatedBytes();
      action.execute();
      return threads.getCurrentThreadAllocatedBytes() - before;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static MalformedMessageException malformed(Executable action) {
    return assertThrows(MalformedMessageException.class, action);
  }
}

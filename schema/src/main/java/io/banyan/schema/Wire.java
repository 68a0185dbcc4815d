package io.banyan.schema;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import java.util.function.Function;
import org.capnproto.BuilderArena;
import org.capnproto.FromPointerBuilder;
import org.capnproto.FromPointerReader;
import org.capnproto.MessageBuilder;
import org.capnproto.MessageReader;
import org.capnproto.ReaderOptions;

/**
 * The boundary between values and Cap'n Proto: no reader or builder leaves this package, and no
 * exception but one leaves a decoder.
 */
final class Wire {
  /** 2 KiB: most messages; longer ones are built twice. */
  private static final int FIRST_SEGMENT_WORDS = 256;

  /** Structs in structs: the deepest value has six. */
  private static final int NESTING_MAX = 16;

  private Wire() {}

  /**
   * The one-segment message that {@code fill} builds; the same bytes for the same value, always.
   *
   * @param fill may be called twice
   */
  static <B> byte[] encode(FromPointerBuilder<B> root, Consumer<B> fill) {
    ByteBuffer[] segments = build(root, fill, FIRST_SEGMENT_WORDS);
    if (segments.length > 1) {
      long words = 0;
      for (ByteBuffer segment : segments) {
        words += Math.ceilDiv(segment.remaining(), SegmentTable.WORD_BYTES);
      }
      segments = build(root, fill, Math.toIntExact(words));
    }
    if (segments.length != 1) {
      throw new IllegalStateException("a message does not fit the words it took before");
    }
    ByteBuffer segment = segments[0];
    return ByteBuffer.allocate(SegmentTable.WORD_BYTES + segment.remaining())
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(0)
        .putInt(segment.remaining() / SegmentTable.WORD_BYTES)
        .put(segment)
        .array();
  }

  private static <B> ByteBuffer[] build(
      FromPointerBuilder<B> root, Consumer<B> fill, int firstSegmentWords) {
    MessageBuilder message =
        new MessageBuilder(firstSegmentWords, BuilderArena.AllocationStrategy.GROW_HEURISTICALLY);
    fill.accept(message.initRoot(root));
    return message.getSegmentsForOutput();
  }

  /** The value that {@code message}, whole and nothing but, says. */
  static <R, T> T decode(ByteBuffer message, FromPointerReader<R> root, Function<R, T> read)
      throws MalformedMessageException {
    ByteBuffer[] segments = SegmentTable.segments(message);
    // Each word once: a message is read through once, and many pointers to one thing are refused.
    long words = message.remaining() / SegmentTable.WORD_BYTES;
    try {
      MessageReader reader = new MessageReader(segments, new ReaderOptions(words, NESTING_MAX));
      return read.apply(reader.getRoot(root));
    } catch (RuntimeException e) {
      throw MalformedMessageException.because(e);
    }
  }
}

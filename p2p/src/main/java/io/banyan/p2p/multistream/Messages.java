package io.banyan.p2p.multistream;

import io.banyan.p2p.Uvarint;
import io.banyan.p2p.ViolationException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Messages on one stream: length, text, a line feed that counts. What has come of a message that is
 * not whole is kept; that is less than a message of the largest length, and its length.
 */
final class Messages {
  static final String HEADER = "/multistream/1.0.0";
  static final String NOT_AVAILABLE = "na";

  /** As js-libp2p has it; with the line feed. */
  static final int BYTES_MAX = 1024;

  private final ByteBuf partial = Unpooled.buffer(0, BYTES_MAX + Uvarint.length(BYTES_MAX));

  static void write(String text, ByteBuf out) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= BYTES_MAX) {
      throw new IllegalArgumentException(
          "a protocol's name is " + bytes.length + " bytes long, limit " + (BYTES_MAX - 1));
    }
    Uvarint.write(bytes.length + 1, out);
    out.writeBytes(bytes).writeByte('\n');
  }

  /**
   * Takes the next message off {@code in}, and nothing that stands behind it.
   *
   * @return empty if it is not whole; then {@code in} is read to its end
   */
  Optional<String> next(ByteBuf in) throws ViolationException {
    while (true) {
      OptionalLong length = Uvarint.read(partial.markReaderIndex(), BYTES_MAX);
      int missing = length.isEmpty() ? 1 : (int) length.getAsLong() - partial.readableBytes();
      if (length.isPresent() && missing == 0) {
        String message = text(partial);
        partial.clear();
        return Optional.of(message);
      }
      partial.resetReaderIndex();
      if (!in.isReadable()) {
        return Optional.empty();
      }
      partial.writeBytes(in, Math.min(missing, in.readableBytes()));
    }
  }

  /** Moves all that is written into a buffer of its own. */
  static ByteBuf drain(ByteBuf output, ByteBufAllocator allocator) {
    ByteBuf out = allocator.buffer(output.readableBytes()).writeBytes(output);
    output.clear();
    return out;
  }

  private static String text(ByteBuf message) throws ViolationException {
    int length = message.readableBytes();
    if (length == 0 || message.getByte(message.writerIndex() - 1) != '\n') {
      throw new ViolationException("a message of multistream-select has no line feed at its end");
    }
    return message.readCharSequence(length - 1, StandardCharsets.UTF_8).toString();
  }

  /** The first message of either side. */
  static void requireHeader(String message) throws ViolationException {
    if (!message.equals(HEADER)) {
      throw new ViolationException(
          "the peer begins with '" + printable(message) + "', not with " + HEADER);
    }
  }

  /** The beginning of what a peer sent, for a sentence. */
  static String printable(String message) {
    String line = message.length() > 64 ? message.substring(0, 64) + "…" : message;
    return line.replaceAll("[^\\x20-\\x7E…]", "?");
  }
}

package io.banyan.p2p.yamux;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** Frames as the specification has them, written and read apart from the session's own code. */
final class TestingFrames {
  static final int SYN = 1;
  static final int ACK = 2;
  static final int FIN = 4;
  static final int RST = 8;

  private static final List<String> TYPES = List.of("data", "window", "ping", "goaway");

  private TestingFrames() {}

  static ByteBuf data(int flags, long id, String payload) {
    byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
    return Unpooled.wrappedBuffer(
        header(0, 0, flags, id, bytes.length), Unpooled.wrappedBuffer(bytes));
  }

  static ByteBuf zeros(int flags, long id, int length) {
    return Unpooled.wrappedBuffer(
        header(0, 0, flags, id, length), Unpooled.wrappedBuffer(new byte[length]));
  }

  static ByteBuf update(int flags, long id, long delta) {
    return header(0, 1, flags, id, delta);
  }

  static ByteBuf ping(int flags, long value) {
    return header(0, 2, flags, 0, value);
  }

  static ByteBuf goAway(long code) {
    return header(0, 3, 0, 0, code);
  }

  static ByteBuf header(int version, int type, int flags, long id, long length) {
    return Unpooled.wrappedBuffer(
        ByteBuffer.allocate(12)
            .put((byte) version)
            .put((byte) type)
            .putShort((short) flags)
            .putInt((int) id)
            .putInt((int) length)
            .flip());
  }

  /** A frame as it stands on the wire. */
  record Frame(int type, int flags, long id, long length, String payload) {
    boolean has(int flag) {
      return (flags & flag) != 0;
    }

    /** Such as {@code window SYN 1 786432}, or {@code data 1 'hello'}. */
    @Override
    public String toString() {
      StringJoiner words = new StringJoiner(" ").add(TYPES.get(type));
      for (int i = 0; i < 4; i++) {
        if (has(1 << i)) {
          words.add(List.of("SYN", "ACK", "FIN", "RST").get(i));
        }
      }
      if (type < 2) {
        words.add(Long.toString(id));
      }
      boolean brief = type == 0 && length < 20;
      return words.add(brief ? "'" + payload + "'" : Long.toString(length)).toString();
    }
  }

  /** Reads frames off one direction of a wire, as its bytes pass by. */
  static final class Scanner {
    private final ByteBuf pending = Unpooled.buffer();

    /** The frames that are whole now; {@code bytes} stay as they are. */
    List<Frame> scan(ByteBuf bytes) {
      pending.writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
      List<Frame> frames = new ArrayList<>();
      while (pending.readableBytes() >= 12) {
        int start = pending.readerIndex();
        int type = pending.getUnsignedByte(start + 1);
        long length = pending.getUnsignedInt(start + 8);
        long payload = type == 0 ? length : 0;
        if (pending.readableBytes() < 12 + payload) {
          break;
        }
        frames.add(
            new Frame(
                type,
                pending.getUnsignedShort(start + 2),
                pending.getUnsignedInt(start + 4),
                length,
                pending.toString(start + 12, (int) Math.min(payload, 20), StandardCharsets.UTF_8)));
        pending.skipBytes((int) (12 + payload));
      }
      pending.discardReadBytes();
      return frames;
    }
  }
}

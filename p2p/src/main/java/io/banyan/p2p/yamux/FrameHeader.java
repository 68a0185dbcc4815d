package io.banyan.p2p.yamux;

import io.netty.buffer.ByteBuf;

/**
 * The 12 bytes in front of each frame: version 0, type, flags, stream, length, big-endian.
 *
 * @param type 0 to 255, as it came
 * @param flags any of 16, as they came
 * @param id of the stream, unsigned; 0 is the session
 * @param length unsigned 32 bits: of the payload for data, and a number of another meaning else
 */
record FrameHeader(int version, int type, int flags, int id, long length) {
  static final int BYTES = 12;

  static final int DATA = 0;
  static final int WINDOW_UPDATE = 1;
  static final int PING = 2;
  static final int GO_AWAY = 3;

  static final int SYN = 1;
  static final int ACK = 2;
  static final int FIN = 4;
  static final int RST = 8;

  static FrameHeader of(int type, int flags, int id, long length) {
    return new FrameHeader(0, type, flags, id, length);
  }

  static FrameHeader read(ByteBuf in) {
    return new FrameHeader(
        in.readUnsignedByte(),
        in.readUnsignedByte(),
        in.readUnsignedShort(),
        in.readInt(),
        in.readUnsignedInt());
  }

  void write(ByteBuf out) {
    out.writeByte(version).writeByte(type).writeShort(flags).writeInt(id).writeInt((int) length);
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** The stream as people read it. */
  String name() {
    return "stream " + Integer.toUnsignedString(id);
  }
}

package io.banyan.p2p;

import io.banyan.schema.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Walks over the fields of one protobuf message (Protocol Buffers, "Encoding"): the few forms that
 * libp2p's messages use. Fields that nobody asks for are skipped, as the format demands.
 *
 * <p>For one thread; useless after an exception.
 */
public final class ProtoReader {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int LENGTH_DELIMITED = 2;
  static final int FIXED32 = 5;

  private static final long TAG_MAX = (1L << 32) - 1; // field numbers have 29 bits
  private static final int VARINT_BITS_MAX = 64;

  private final ByteBuffer in;
  private int field;
  private int form;
  private boolean valueIsNext;

  /**
   * @param message whole; who takes it off the wire bounds its length
   */
  public ProtoReader(Bytes message) {
    this.in = message.asByteBuffer();
  }

  /**
   * Goes to the next field.
   *
   * @return whether there is one
   */
  public boolean next() throws ViolationException {
    if (valueIsNext) {
      skip();
    }
    if (!in.hasRemaining()) {
      return false;
    }
    long tag = readVarint();
    if (tag < 0 || tag > TAG_MAX || tag >>> 3 == 0) {
      throw new ViolationException("field " + (tag >>> 3) + " cannot be");
    }
    field = (int) (tag >>> 3);
    form = (int) (tag & 7);
    valueIsNext = true;
    return true;
  }

  /** The number of the field that {@code next} went to. */
  public int field() {
    return field;
  }

  /** Its value, a number. */
  public long varint() throws ViolationException {
    require(VARINT);
    return readVarint();
  }

  /** Its value, which is at most {@code lengthMax} bytes long. */
  public Bytes bytes(int lengthMax) throws ViolationException {
    require(LENGTH_DELIMITED);
    return Bytes.of(take(readLength(lengthMax)));
  }

  /** Its value, UTF-8 of at most {@code lengthMax} bytes. */
  public String text(int lengthMax) throws ViolationException {
    require(LENGTH_DELIMITED);
    ByteBuffer utf8 = take(readLength(lengthMax));
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
    } catch (CharacterCodingException e) {
      throw new ViolationException("the text in field " + field + " is not UTF-8");
    }
  }

  private void skip() throws ViolationException {
    valueIsNext = false;
    switch (form) {
      case VARINT -> readVarint();
      case FIXED64 -> take(Long.BYTES);
      case LENGTH_DELIMITED -> take(readLength(Integer.MAX_VALUE));
      case FIXED32 -> take(Integer.BYTES);
      default -> throw new ViolationException("field " + field + " has the form " + form);
    }
  }

  private void require(int expected) throws ViolationException {
    if (!valueIsNext) {
      throw new IllegalStateException("the value of field " + field + " is already read");
    }
    if (form != expected) {
      throw new ViolationException(
          "field " + field + " has the form " + form + " in the place of " + expected);
    }
    valueIsNext = false;
  }

  private int readLength(int lengthMax) throws ViolationException {
    long length = readVarint();
    if (length < 0 || length > lengthMax) {
      throw new ViolationException(
          "field "
              + field
              + " is "
              + Long.toUnsignedString(length)
              + " bytes long, limit "
              + lengthMax);
    }
    return (int) length;
  }

  private ByteBuffer take(int length) throws ViolationException {
    if (length > in.remaining()) {
      throw new ViolationException(
          "field " + field + " ends " + (length - in.remaining()) + " bytes behind the message");
    }
    ByteBuffer value = in.slice(in.position(), length);
    in.position(in.position() + length);
    return value;
  }

  /** Ten bytes at most; that they need not be the fewest is protobuf's own rule. */
  private long readVarint() throws ViolationException {
    long value = 0;
    for (int shift = 0; shift < VARINT_BITS_MAX; shift += 7) {
      if (!in.hasRemaining()) {
        throw new ViolationException("the message ends in a number");
      }
      byte group = in.get();
      value |= (long) (group & 0x7F) << shift;
      if (group >= 0) {
        return value;
      }
    }
    throw new ViolationException("a number is longer than 10 bytes");
  }
}

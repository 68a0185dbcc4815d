package io.banyan.p2p;

import io.banyan.schema.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes one protobuf message, its fields in the order of the calls, every number in its shortest
 * form; so the same calls are always the same bytes, as libp2p demands of keys (libp2p
 * specification, "Peer Ids and Keys").
 *
 * <p>For one thread.
 */
public final class ProtoWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  public ProtoWriter varint(int field, long value) {
    tag(field, ProtoReader.VARINT);
    number(value);
    return this;
  }

  public ProtoWriter bytes(int field, Bytes value) {
    tag(field, ProtoReader.LENGTH_DELIMITED);
    number(value.length());
    out.writeBytes(value.toArray());
    return this;
  }

  public ProtoWriter text(int field, String value) {
    return bytes(field, Bytes.of(value.getBytes(StandardCharsets.UTF_8)));
  }

  /** What is written so far. */
  public Bytes message() {
    return Bytes.of(out.toByteArray());
  }

  private void tag(int field, int form) {
    if (field < 1 || field >= 1 << 29) {
      throw new IllegalStateException("field " + field + " cannot be");
    }
    number((long) field << 3 | form);
  }

  private void number(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) (rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}

package io.banyan.node;

import io.banyan.delegation.Known;
import io.banyan.node.data.SharedFile;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.PlanNode;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.Value;
import io.banyan.schema.WireCodec;
import io.banyan.trust.Evidence;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * One record of a {@link ClaimLog}.
 *
 * @param places of the records of its children, or of the pieces that hold its steps; a record
 *     without any holds its steps in the order of the plan: one leaf's, or a piece of what a peer
 *     delivered
 * @param length in the file, in bytes; not looked at when it is written
 */
record ClaimRecord(Kind kind, List<Long> places, List<ReceiptEntry> entries, int length) {
  /*
   * u32 length of the body, u32 CRC-32C of it; the body: u8 kind, what the kind says; u32 number of
   * places, their u64 offsets; u32 number of entries, u32 length and bytes of each. Big-endian.
   */
  private static final int HEADER_BYTES = 2 * Integer.BYTES;

  /** 16 MiB: a split's step names 4096 parts in 256 KiB, and a piece has one such at the most. */
  private static final int BODY_BYTES_MAX = 16 << 20;

  ClaimRecord {
    places = List.copyOf(places);
    entries = List.copyOf(entries);
  }

  /** What a record says. */
  sealed interface Kind {
    /** Some of what was delivered. */
    record Piece() implements Kind {}

    /** A plan node is done, by this node's own calls. */
    record Recorded(PlanNode node, Value value, Evidence evidence) implements Kind {}

    /**
     * A plan node is done, by what was staged.
     *
     * @param leasePlaces of the pieces with the leases and receipts
     */
    record Adopted(PlanNode node, Known.Finished what, List<Long> leasePlaces) implements Kind {
      public Adopted {
        leasePlaces = List.copyOf(leasePlaces);
      }
    }

    /** What was done for a plan node is void. */
    record Forgotten(PlanNode node) implements Kind {}
  }

  byte[] encode() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeLong(0); // header
    switch (kind) {
      case Kind.Piece() -> out.writeByte(0);
      case Kind.Recorded(PlanNode node, Value value, Evidence evidence) -> {
        out.writeByte(1);
        out.writeUTF(node.toString());
        write(out, value, evidence);
      }
      case Kind.Adopted(PlanNode node, Known.Finished what, List<Long> leasePlaces) -> {
        out.writeByte(2);
        out.writeUTF(node.toString());
        write(out, what.value(), what.evidence());
        out.writeInt(what.receipts().size());
        for (Digest receipt : what.receipts()) {
          out.write(receipt.bytes());
        }
        out.writeInt(what.leases());
        write(out, leasePlaces);
      }
      case Kind.Forgotten(PlanNode node) -> {
        out.writeByte(3);
        out.writeUTF(node.toString());
      }
    }
    write(out, places);
    out.writeInt(entries.size());
    for (ReceiptEntry entry : entries) {
      byte[] encoded = WireCodec.encodeReceiptEntry(entry);
      out.writeInt(encoded.length);
      out.write(encoded);
    }
    byte[] record = bytes.toByteArray();
    int length = record.length - HEADER_BYTES;
    ByteBuffer body = ByteBuffer.wrap(record, HEADER_BYTES, length);
    ByteBuffer.wrap(record).putInt(length).putInt(checksum(body));
    return record;
  }

  private static void write(DataOutputStream out, List<Long> places) throws IOException {
    out.writeInt(places.size());
    for (long place : places) {
      out.writeLong(place);
    }
  }

  private static void write(DataOutputStream out, Value value, Evidence evidence)
      throws IOException {
    out.writeBoolean(value instanceof Value.Rope);
    out.write(value.named().digest().bytes());
    out.writeLong(value.named().length());
    out.write(evidence.executionRoot().bytes());
    out.writeLong(evidence.leaves());
    out.writeLong(evidence.fuel());
  }

  private static int checksum(ByteBuffer body) {
    CRC32C checksum = new CRC32C();
    checksum.update(body.duplicate());
    return (int) checksum.getValue();
  }

  /**
   * The record at {@code offset}, which was written whole.
   *
   * @throws IOException if it cannot be read
   */
  static ClaimRecord read(SharedFile file, long offset) throws IOException {
    return readIfWhole(file, offset, Long.MAX_VALUE)
        .orElseThrow(() -> new EOFException("the log of claims is damaged at byte " + offset));
  }

  /** The record at {@code offset} of {@code size} bytes; none if there is no whole one. */
  static Optional<ClaimRecord> readIfWhole(SharedFile file, long offset, long size)
      throws IOException {
    byte[] header = new byte[HEADER_BYTES];
    if (size - offset < HEADER_BYTES || file.read(offset, header, 0, HEADER_BYTES) < HEADER_BYTES) {
      return Optional.empty();
    }
    ByteBuffer head = ByteBuffer.wrap(header);
    int length = head.getInt();
    if (length < 1 || length > BODY_BYTES_MAX || length > size - offset - HEADER_BYTES) {
      return Optional.empty();
    }
    byte[] bytes = new byte[length];
    ByteBuffer body = ByteBuffer.wrap(bytes);
    if (file.read(offset + HEADER_BYTES, bytes, 0, length) < length
        || checksum(body) != head.getInt()) {
      return Optional.empty();
    }
    try {
      return Optional.of(decode(body, HEADER_BYTES + length));
    } catch (MalformedMessageException e) {
      throw new IOException("the log of claims does not hold what was written", e);
    }
  }

  private static ClaimRecord decode(ByteBuffer body, int length) throws MalformedMessageException {
    int number = body.get();
    Kind kind =
        switch (number) {
          case 0 -> new Kind.Piece();
          case 1 -> new Kind.Recorded(planNode(body), value(body), evidence(body));
          case 2 ->
              new Kind.Adopted(
                  planNode(body),
                  new Known.Finished(value(body), evidence(body), digests(body), body.getInt()),
                  places(body));
          case 3 -> new Kind.Forgotten(planNode(body));
          default ->
              throw new IllegalStateException("the log of claims has a record of kind " + number);
        };
    List<Long> places = places(body);
    int count = body.getInt();
    List<ReceiptEntry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] encoded = new byte[body.getInt()];
      body.get(encoded);
      entries.add(WireCodec.decodeReceiptEntry(ByteBuffer.wrap(encoded)));
    }
    return new ClaimRecord(kind, places, entries, length);
  }

  private static PlanNode planNode(ByteBuffer body) {
    byte[] words = new byte[body.getShort()]; // some 70 characters at the most
    body.get(words);
    return PlanNode.parse(new String(words, StandardCharsets.US_ASCII));
  }

  private static Value value(ByteBuffer body) {
    boolean rope = body.get() != 0;
    Digest digest = digest(body);
    long length = body.getLong();
    return rope ? new Value.Rope(digest, length) : new Value.Blob(new BlobRef(digest, length));
  }

  private static Evidence evidence(ByteBuffer body) {
    return new Evidence(digest(body), body.getLong(), body.getLong());
  }

  private static Digest digest(ByteBuffer body) {
    byte[] bytes = new byte[Digest.LENGTH];
    body.get(bytes);
    return Digest.of(bytes);
  }

  private static List<Digest> digests(ByteBuffer body) {
    int count = body.getInt();
    List<Digest> digests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      digests.add(digest(body));
    }
    return digests;
  }

  private static List<Long> places(ByteBuffer body) {
    int count = body.getInt();
    List<Long> places = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      places.add(body.getLong());
    }
    return places;
  }
}

package io.banyan.node;

import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.ReceiptEntry;
import io.banyan.schema.WireCodec;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Leases and receipts of a running task, in a file: they come with what peers deliver, in pieces,
 * and are read again when the task is done.
 *
 * <p>Safe for any thread; guarded by its own lock, which is held for one read or write.
 */
final class EntryLog implements AutoCloseable {
  private final SharedFile file;
  private long end; // guarded by this

  /** An empty log in {@code folder}. */
  EntryLog(Path folder) throws IOException {
    file = SharedFile.temporary(folder.resolve("leases"));
  }

  /** Where some entries lie in the file. */
  record Place(long offset, int length) {}

  /** Keeps {@code entries}, at most some thousands of them, in order. */
  Place keep(List<ReceiptEntry> entries) throws IOException {
    List<byte[]> encoded = entries.stream().map(WireCodec::encodeReceiptEntry).toList();
    int length = encoded.stream().mapToInt(entry -> Integer.BYTES + entry.length).sum();
    ByteBuffer buffer = ByteBuffer.allocate(length);
    for (byte[] entry : encoded) {
      buffer.putInt(entry.length).put(entry);
    }
    synchronized (this) {
      Place place = new Place(end, length);
      file.write(end, buffer.array());
      end += length;
      return place;
    }
  }

  /** The entries that were kept at {@code place}. */
  List<ReceiptEntry> read(Place place) throws IOException {
    byte[] bytes = new byte[place.length];
    if (file.read(place.offset, bytes, bytes.length) < bytes.length) {
      throw new EOFException("the log of leases became shorter while it was used");
    }
    List<ReceiptEntry> entries = new ArrayList<>();
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      int length = buffer.getInt();
      entries.add(decode(buffer.slice(buffer.position(), length)));
      buffer.position(buffer.position() + length);
    }
    return entries;
  }

  private static ReceiptEntry decode(ByteBuffer bytes) {
    try {
      return WireCodec.decodeReceiptEntry(bytes);
    } catch (MalformedMessageException e) {
      throw new IllegalStateException("the log of leases does not hold what was written", e);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}

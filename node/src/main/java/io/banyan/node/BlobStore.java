package io.banyan.node;

import io.banyan.schema.BlobRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values of a running job, by name: in memory while there is room for them, then in a file. A
 * blob that was put n times is gone when it was released n times.
 *
 * <p>Safe for any thread; guarded by its own lock, which is not held while it reads or writes.
 */
public final class BlobStore implements AutoCloseable {
  private final long memoryBytesMax;
  private final FileChannel spill;
  private final Map<BlobRef, Held> held = new HashMap<>();
  private long memoryBytes;
  private long spilledBytes; // still needed
  private long spillEnd;

  private static final class Held {
    byte @Nullable [] bytes; // none when spilled
    long offset;
    int references;
  }

  /**
   * A store that spills to a file in {@code folder}.
   *
   * @param memoryBytesMax what it keeps in memory at most, 0 or more
   */
  public BlobStore(Path folder, long memoryBytesMax) throws IOException {
    this.memoryBytesMax = memoryBytesMax;
    this.spill =
        FileChannel.open(
            folder.resolve("values"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
  }

  /** Keeps {@code bytes}, which nobody may change afterwards, and names them. */
  public BlobRef put(byte[] bytes) throws IOException {
    BlobRef ref = BlobRef.of(bytes);
    long offset;
    synchronized (this) {
      Held known = held.get(ref);
      if (known != null) {
        known.references++;
        return ref;
      }
      if (memoryBytes + bytes.length <= memoryBytesMax) {
        memoryBytes += bytes.length;
        hold(ref).bytes = bytes;
        return ref;
      }
      offset = spillEnd;
      spillEnd += bytes.length;
      spilledBytes += bytes.length;
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      spill.write(buffer, offset + buffer.position());
    }
    synchronized (this) {
      Held spilled = hold(ref);
      spilled.offset = offset;
    }
    return ref;
  }

  private Held hold(BlobRef ref) {
    Held fresh = held.computeIfAbsent(ref, _ -> new Held());
    fresh.references++;
    return fresh;
  }

  /**
   * The bytes of a blob that is held; they are not to be changed.
   *
   * @throws IllegalStateException if it is not held
   */
  public byte[] get(BlobRef ref) throws IOException {
    long offset;
    synchronized (this) {
      Held known = required(ref);
      if (known.bytes != null) {
        return known.bytes;
      }
      offset = known.offset;
    }
    ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(ref.length()));
    while (buffer.hasRemaining()) {
      if (spill.read(buffer, offset + buffer.position()) < 0) {
        throw new IOException("the file of spilled values became shorter while it was used");
      }
    }
    return buffer.array();
  }

  /** Forgets one put of {@code ref}. */
  public synchronized void release(BlobRef ref) throws IOException {
    Held known = required(ref);
    known.references--;
    if (known.references > 0) {
      return;
    }
    held.remove(ref);
    if (known.bytes != null) {
      memoryBytes -= ref.length();
      return;
    }
    spilledBytes -= ref.length();
    if (spilledBytes == 0) {
      spillEnd = 0; // nothing in the file is needed: begin anew
    }
  }

  private Held required(BlobRef ref) {
    Held known = held.get(ref);
    if (known == null) {
      throw new IllegalStateException("blob " + ref + " is not held");
    }
    return known;
  }

  @Override
  public void close() throws IOException {
    spill.close();
  }
}

package io.banyan.node;

import io.banyan.node.data.SharedFile;
import io.banyan.schema.BlobRef;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The values of a running job, by name: in memory while there is room for them, then in a file. A
 * blob that was put n times is gone when it was released n times.
 *
 * <p>Safe for any thread; guarded by its own lock, which is not held while it reads or writes.
 */
public final class BlobStore implements AutoCloseable {
  /** What a value costs in memory beside its bytes, wherever they are: its name and its entry. */
  private static final int ENTRY_BYTES = 200;

  private final long memoryBytesMax;
  private final int valuesMax;
  private final SharedFile spill;
  private final Runnable beforeRead;
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
   * A store that spills to a file in {@code folder}. Names may take a quarter of the heap.
   *
   * @param memoryBytesMax the bytes that it keeps in memory at most, 0 or more
   */
  public BlobStore(Path folder, long memoryBytesMax) throws IOException {
    this(
        folder,
        memoryBytesMax,
        (int) Math.min(Runtime.getRuntime().maxMemory() / 4 / ENTRY_BYTES, Integer.MAX_VALUE),
        () -> {});
  }

  /**
   * As the other, for tests of what is rare.
   *
   * @param valuesMax how many different values are held
   * @param beforeRead run outside the lock, before each time that the file is read
   */
  BlobStore(Path folder, long memoryBytesMax, int valuesMax, Runnable beforeRead)
      throws IOException {
    this.beforeRead = beforeRead;
    this.memoryBytesMax = memoryBytesMax;
    this.valuesMax = valuesMax;
    this.spill = SharedFile.temporary(folder.resolve("values"));
  }

  /**
   * Keeps {@code bytes}, which nobody may change afterwards, and names them.
   *
   * @throws IOException if there is no room for them, on the disk or for one name more
   */
  public BlobRef put(byte[] bytes) throws IOException {
    BlobRef ref = BlobRef.of(bytes);
    long offset;
    synchronized (this) {
      Held known = held.get(ref);
      if (known != null) {
        known.references++;
        return ref;
      }
      if (held.size() >= valuesMax) {
        throw new IOException(
            valuesMax
                + " different values are held, more do not fit this heap: choose larger chunks, or"
                + " give it more, BANYAN_JAVA_OPTS=-Xmx…");
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
    spill.write(offset, bytes, 0, bytes.length);
    synchronized (this) {
      Held known = held.get(ref);
      if (known == null) {
        hold(ref).offset = offset; // and never moved
      } else {
        known.references++; // somebody else put it meanwhile
        freeSpill(bytes.length);
      }
    }
    return ref;
  }

  private Held hold(BlobRef ref) {
    Held fresh = new Held();
    fresh.references = 1;
    held.put(ref, fresh);
    return fresh;
  }

  /**
   * The bytes of a blob that is held; they are not to be changed.
   *
   * @throws IllegalStateException if it is not held, or no more when it was read
   */
  public byte[] get(BlobRef ref) throws IOException {
    while (true) {
      Held known;
      synchronized (this) {
        known = required(ref);
        if (known.bytes != null) {
          return known.bytes;
        }
      }
      beforeRead.run();
      byte[] bytes = new byte[Math.toIntExact(ref.length())];
      int count = spill.read(known.offset, bytes, 0, bytes.length);
      synchronized (this) {
        // Once it is released, its place in the file may be another's: what was read is then void.
        if (required(ref) != known) {
          continue; // it was put again meanwhile
        }
      }
      if (count < bytes.length) {
        throw new IOException("the file of spilled values became shorter while it was used");
      }
      return bytes;
    }
  }

  /** The bytes of a blob, if it is held; they are not to be changed. */
  public Optional<byte[]> find(BlobRef ref) throws IOException {
    synchronized (this) {
      if (!held.containsKey(ref)) {
        return Optional.empty();
      }
    }
    try {
      return Optional.of(get(ref));
    } catch (IllegalStateException e) {
      return Optional.empty(); // it was released meanwhile
    }
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
    freeSpill(ref.length());
  }

  private void freeSpill(long bytes) {
    spilledBytes -= bytes;
    if (spilledBytes == 0) {
      spillEnd = 0; // nothing in the file is needed: begin anew
    }
  }

  /** The length of the file, for tests of when it is used. */
  long spillFileBytes() throws IOException {
    return spill.size();
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

package io.banyan.node;

import io.banyan.node.data.SharedFile;
import io.banyan.schema.BlobRef;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The values of a running job, by name: in memory while there is room for them, then in a file. A
 * blob that was put n times is gone when it was released n times. A store that is kept writes every
 * value to its files too, where a later life of the node finds it.
 *
 * <p>Safe for any thread; guarded by its own lock, which is not held while it reads or writes.
 */
public final class BlobStore implements AutoCloseable {
  /** What a value costs in memory beside its bytes, wherever they are: its name and its entry. */
  private static final int ENTRY_BYTES = 200;

  private final long memoryBytesMax;
  private final int valuesMax;
  private final @Nullable SharedFile spill; // of a store that is not kept
  private final @Nullable ValueFiles files; // of one that is
  private final Map<BlobRef, ValueFiles.Place> left = new HashMap<>(); // by an earlier life
  private final Runnable beforeRead;
  private final Map<BlobRef, Held> held = new HashMap<>();
  private long memoryBytes;
  private long spilledBytes; // still needed
  private long spillEnd;

  private static final class Held {
    byte @Nullable [] bytes; // none when they are only in a file
    long offset;
    ValueFiles.@Nullable Place place;
    int references;
  }

  /**
   * A store that spills to a file in {@code folder}. Names may take a quarter of the heap.
   *
   * @param memoryBytesMax the bytes that it keeps in memory at most, 0 or more
   */
  public BlobStore(Path folder, long memoryBytesMax) throws IOException {
    this(folder, memoryBytesMax, valuesMax(), () -> {});
  }

  private static int valuesMax() {
    return (int) Math.min(Runtime.getRuntime().maxMemory() / 4 / ENTRY_BYTES, Integer.MAX_VALUE);
  }

  /**
   * As the other, for tests of what is rare.
   *
   * @param valuesMax how many different values are held
   * @param beforeRead run outside the lock, before each time that the file is read
   */
  BlobStore(Path folder, long memoryBytesMax, int valuesMax, Runnable beforeRead)
      throws IOException {
    this(
        memoryBytesMax,
        valuesMax,
        SharedFile.temporary(folder.resolve("values")),
        null,
        beforeRead);
  }

  private BlobStore(
      long memoryBytesMax,
      int valuesMax,
      @Nullable SharedFile spill,
      @Nullable ValueFiles files,
      Runnable beforeRead) {
    this.memoryBytesMax = memoryBytesMax;
    this.valuesMax = valuesMax;
    this.spill = spill;
    this.files = files;
    this.beforeRead = beforeRead;
  }

  /**
   * A store whose values stay in {@code folder}. What an earlier life has left there can be had by
   * {@link #recall}, until {@link #settle}.
   */
  public static BlobStore kept(Path folder, long memoryBytesMax) throws IOException {
    ValueFiles files = new ValueFiles(folder);
    BlobStore store = new BlobStore(memoryBytesMax, valuesMax(), null, files, () -> {});
    store.left.putAll(files.left());
    return store;
  }

  /** Puts what an earlier life has left under this name, if it is there and undamaged. */
  public boolean recall(BlobRef ref) throws IOException {
    synchronized (this) {
      Held known = held.get(ref);
      if (known != null) {
        known.references++;
        return true;
      }
    }
    ValueFiles.Place place = left.get(ref);
    if (place == null) {
      return false;
    }
    ValueFiles from = Objects.requireNonNull(files, "only a store that is kept has left anything");
    if (!BlobRef.of(from.read(place)).equals(ref)) {
      return false;
    }
    from.need(place);
    synchronized (this) {
      hold(ref).place = place;
    }
    return true;
  }

  /** What was not recalled is let go of. */
  public void settle() throws IOException {
    left.clear();
    if (files != null) {
      files.settle();
    }
  }

  /**
   * Keeps {@code bytes}, which nobody may change afterwards, and names them.
   *
   * @throws IOException if there is no room for them, on the disk or for one name more
   */
  public BlobRef put(byte[] bytes) throws IOException {
    BlobRef ref = BlobRef.of(bytes);
    return files == null ? putHere(ref, bytes) : putFor(ref, bytes, files);
  }

  private BlobRef putHere(BlobRef ref, byte[] bytes) throws IOException {
    long offset;
    synchronized (this) {
      if (isKnown(ref)) {
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
    spill().write(offset, bytes, 0, bytes.length);
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

  private BlobRef putFor(BlobRef ref, byte[] bytes, ValueFiles later) throws IOException {
    synchronized (this) {
      if (isKnown(ref)) {
        return ref;
      }
    }
    ValueFiles.Place place = later.append(ref, bytes);
    synchronized (this) {
      Held known = held.get(ref);
      if (known == null) {
        Held fresh = hold(ref);
        fresh.place = place;
        if (memoryBytes + bytes.length <= memoryBytesMax) {
          memoryBytes += bytes.length;
          fresh.bytes = bytes;
        }
        return ref;
      }
      known.references++; // somebody else put it meanwhile
    }
    later.free(place);
    return ref;
  }

  /** Whether it is held, and then once more. */
  private boolean isKnown(BlobRef ref) throws IOException {
    Held known = held.get(ref);
    if (known != null) {
      known.references++;
      return true;
    }
    if (held.size() >= valuesMax) {
      throw new IOException(
          valuesMax
              + " different values are held, more do not fit this heap: choose larger chunks, or"
              + " give it more, BANYAN_JAVA_OPTS=-Xmx…");
    }
    return false;
  }

  private SharedFile spill() {
    return Objects.requireNonNull(spill, "a store that is kept does not spill");
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
      byte[] bytes = new byte[0];
      IOException trouble = null;
      try {
        bytes = read(ref, known);
      } catch (IOException e) {
        trouble = e; // its file may be gone with it
      }
      synchronized (this) {
        // Once it is released, its place in the file may be another's: what was read is then void.
        if (required(ref) != known) {
          continue; // it was put again meanwhile
        }
      }
      if (trouble != null) {
        throw trouble;
      }
      if (bytes.length < ref.length()) {
        throw new IOException("the file of spilled values became shorter while it was used");
      }
      return bytes;
    }
  }

  private byte[] read(BlobRef ref, Held known) throws IOException {
    if (known.place != null && files != null) {
      return files.read(known.place);
    }
    byte[] bytes = new byte[Math.toIntExact(ref.length())];
    int count = spill().read(known.offset, bytes, 0, bytes.length);
    return count == bytes.length ? bytes : Arrays.copyOf(bytes, count);
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
  public void release(BlobRef ref) throws IOException {
    ValueFiles.Place place;
    synchronized (this) {
      Held known = required(ref);
      known.references--;
      if (known.references > 0) {
        return;
      }
      held.remove(ref);
      if (known.bytes != null) {
        memoryBytes -= ref.length();
      }
      place = known.place;
      if (place == null && known.bytes == null) {
        freeSpill(ref.length());
      }
    }
    if (place != null && files != null) {
      files.free(place);
    }
  }

  private void freeSpill(long bytes) {
    spilledBytes -= bytes;
    if (spilledBytes == 0) {
      spillEnd = 0; // nothing in the file is needed: begin anew
    }
  }

  /** What its values take, in memory and in the file of one that is not kept. */
  public synchronized long bytes() {
    return memoryBytes + spillEnd;
  }

  /** The length of the file, for tests of when it is used. */
  long spillFileBytes() throws IOException {
    return spill().size();
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
    if (spill != null) {
      spill.close();
    }
    if (files != null) {
      files.close();
    }
  }
}

package io.banyan.node;

import io.banyan.node.data.SharedFile;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Blobs one behind the other in a few files that outlive the process, each under its name. A file
 * goes away as a whole, when nothing in it is needed any more: values of a task die in about the
 * order in which they came.
 *
 * <p>Safe for any thread; guarded by its own lock, also while it writes.
 */
final class ValueFiles implements AutoCloseable {
  /** A file is closed to new blobs at this length, 16 MiB: merges let go of it soon. */
  static final long FILE_BYTES = 16L << 20;

  /** Or, when much is needed at once, at this share of it: so few files are open. */
  private static final long SHARE = 32;

  private static final int HEADER_BYTES = Digest.LENGTH + Long.BYTES;

  private final Path folder;
  private final Set<Part> open = new LinkedHashSet<>();
  private final Set<Part> found = new LinkedHashSet<>(); // of an earlier life, not settled yet
  private @Nullable Part current;
  private int nextNumber;
  private long neededBytes;

  /** One file. */
  private static final class Part {
    final Path path;
    final SharedFile file;
    long length;
    int needed; // blobs

    Part(Path path) throws IOException {
      this.path = path;
      this.file = SharedFile.kept(path);
      this.length = file.size();
    }
  }

  /** Where a blob's bytes are. */
  static final class Place {
    private final Part part;
    private final long offset;
    private final long length;

    private Place(Part part, long offset, long length) {
      this.part = part;
      this.offset = offset;
      this.length = length;
    }
  }

  /** The files in {@code folder}, which is made when there is none. */
  ValueFiles(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder);
    List<Path> paths;
    try (Stream<Path> all = Files.list(folder)) {
      paths =
          all.filter(path -> number(path) >= 0)
              .sorted(Comparator.comparingInt(ValueFiles::number))
              .toList();
    }
    for (Path path : paths) {
      Part part = new Part(path);
      open.add(part);
      found.add(part);
      nextNumber = number(path) + 1;
    }
  }

  private static int number(Path path) {
    String name = String.valueOf(path.getFileName());
    return name.matches("values-[0-9]{1,9}") ? Integer.parseInt(name.substring(7)) : -1;
  }

  /** What an earlier life has left, as far as it can be read; nothing of it is needed yet. */
  synchronized Map<BlobRef, Place> left() throws IOException {
    Map<BlobRef, Place> left = new HashMap<>();
    for (Part part : found) {
      byte[] header = new byte[HEADER_BYTES];
      long offset = 0;
      while (part.length - offset >= HEADER_BYTES) {
        part.file.read(offset, header, 0, HEADER_BYTES);
        Digest digest = Digest.of(Arrays.copyOf(header, Digest.LENGTH));
        long length = ByteBuffer.wrap(header).getLong(Digest.LENGTH);
        offset += HEADER_BYTES;
        if (length < 0 || length > part.length - offset) {
          break; // it was being written
        }
        left.put(new BlobRef(digest, length), new Place(part, offset, length));
        offset += length;
      }
    }
    return left;
  }

  /** A blob that was {@link #left} is needed. */
  synchronized void need(Place place) {
    place.part.needed++;
    neededBytes += place.length;
  }

  /** What of {@link #left} is not needed by now never will be. */
  synchronized void settle() throws IOException {
    List<Part> parts = List.copyOf(found);
    found.clear();
    for (Part part : parts) {
      discardIfUnneeded(part);
    }
  }

  /** Keeps a blob, which is needed until it is freed. */
  synchronized Place append(BlobRef ref, byte[] bytes) throws IOException {
    Part part = current;
    if (part == null) {
      part = new Part(folder.resolve("values-" + nextNumber++));
      open.add(part);
      current = part;
    }
    ByteBuffer record =
        ByteBuffer.allocate(HEADER_BYTES + bytes.length)
            .put(ref.digest().bytes())
            .putLong(bytes.length)
            .put(bytes);
    part.file.write(part.length, record.array(), 0, record.limit());
    Place place = new Place(part, part.length + HEADER_BYTES, bytes.length);
    part.length += record.limit();
    need(place);
    if (part.length >= Math.max(FILE_BYTES, neededBytes / SHARE)) {
      current = null;
    }
    return place;
  }

  /** The bytes of a blob; fewer than it has if the file became shorter. */
  byte[] read(Place place) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(place.length)];
    int count = place.part.file.read(place.offset, bytes, 0, bytes.length);
    return count == bytes.length ? bytes : Arrays.copyOf(bytes, count);
  }

  /** A blob is not needed any more. */
  synchronized void free(Place place) throws IOException {
    place.part.needed--;
    neededBytes -= place.length;
    if (place.part != current) {
      discardIfUnneeded(place.part);
    }
  }

  private void discardIfUnneeded(Part part) throws IOException {
    if (part.needed == 0 && !found.contains(part)) {
      open.remove(part);
      part.file.close();
      Files.deleteIfExists(part.path);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    for (Part part : open) {
      part.file.close();
    }
  }
}

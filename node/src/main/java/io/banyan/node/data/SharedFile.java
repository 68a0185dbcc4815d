package io.banyan.node.data;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that many threads read and write at offsets. An interrupt of one of them does nothing to
 * it; a {@link java.nio.channels.FileChannel} would be closed under all the others, and calls are
 * stopped by interrupts.
 *
 * <p>Safe for any thread; guarded by its own lock, which is held for one read or write.
 */
public final class SharedFile implements AutoCloseable {
  private final RandomAccessFile file;

  private SharedFile(RandomAccessFile file) {
    this.file = file;
  }

  public static SharedFile open(Path path) throws IOException {
    return new SharedFile(new RandomAccessFile(path.toFile(), "r"));
  }

  /** A file that is kept, to be read and written; made when there is none. */
  public static SharedFile kept(Path path) throws IOException {
    return new SharedFile(new RandomAccessFile(path.toFile(), "rw"));
  }

  /** A new file without a name, gone when it is closed, however that comes. */
  public static SharedFile temporary(Path path) throws IOException {
    Files.createFile(path);
    RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
    Files.delete(path);
    return new SharedFile(file);
  }

  /**
   * Reads {@code count} bytes at {@code position} into {@code into}, from {@code offset} on; fewer
   * if the file ends before.
   */
  public synchronized int read(long position, byte[] into, int offset, int count)
      throws IOException {
    file.seek(position);
    int done = 0;
    while (done < count) {
      int read = file.read(into, offset + done, count - done);
      if (read < 0) {
        break;
      }
      done += read;
    }
    return done;
  }

  /** Writes {@code count} of {@code bytes}, those from {@code offset} on, at {@code position}. */
  public synchronized void write(long position, byte[] bytes, int offset, int count)
      throws IOException {
    file.seek(position);
    file.write(bytes, offset, count);
  }

  public synchronized long size() throws IOException {
    return file.length();
  }

  /** Makes it this long; what was not written takes no room on most disks, and is zeros. */
  public synchronized void size(long bytes) throws IOException {
    file.setLength(bytes);
  }

  @Override
  public synchronized void close() throws IOException {
    file.close();
  }
}

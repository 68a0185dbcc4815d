package io.banyan.node;

import io.banyan.node.data.RangeReader;
import io.banyan.node.data.SharedFile;
import io.banyan.schema.BlobHasher;
import io.banyan.schema.BlobRef;
import io.banyan.schema.BlobTree;
import io.banyan.schema.Cuts;
import io.banyan.schema.LineCuts;
import io.banyan.schema.SplitRule;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * A job's input on disk: named and cut in one pass, read in pieces afterwards, never held as a
 * whole.
 *
 * <p>Safe for any thread.
 */
public final class InputFile implements RangeReader, AutoCloseable {
  private static final int READ_BYTES = 1 << 20; // 1 MiB: large enough to keep a disk busy

  private final Path path;
  private final SharedFile file;
  private final long size;
  private final FileTime modified;

  private InputFile(Path path, SharedFile file, long size, FileTime modified) {
    this.path = path;
    this.file = file;
    this.size = size;
    this.modified = modified;
  }

  /**
   * Opens {@code path}.
   *
   * @throws CommandException if it cannot be read
   */
  public static InputFile open(Path path) throws CommandException {
    try {
      if (!Files.exists(path)) {
        throw new NoSuchFileException(path.toString());
      }
      if (!Files.isRegularFile(path)) {
        throw new CommandException(ExitCode.FAILURE, "input " + path + " is not a file");
      }
      if (!Files.isReadable(path)) {
        throw new AccessDeniedException(path.toString());
      }
      SharedFile file = SharedFile.open(path);
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return new InputFile(path, file, attributes.size(), attributes.lastModifiedTime());
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.FAILURE, "input " + path + " cannot be read: " + reason(e), e);
    }
  }

  /** Copies {@code stream} to a file in {@code folder}, since an input is read more than once. */
  public static InputFile spool(InputStream stream, Path folder) throws CommandException {
    Path spooled = folder.resolve("input");
    try {
      Files.copy(stream, spooled);
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.FAILURE, "stdin cannot be copied to " + folder + ": " + reason(e), e);
    }
    return open(spooled);
  }

  /** An {@link IOException} in words: the system's own, without the path that is said already. */
  static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "there is no such file";
      case AccessDeniedException _ -> "permission denied";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }

  public long size() {
    return size;
  }

  /**
   * An input's name, what proves ranges of it, and its cuts under a rule that has cells.
   *
   * @param tree of all its blocks
   * @param lineCuts found under the rule {@code lines}
   */
  public record Indexed(BlobTree tree, Optional<Cuts> lineCuts) {
    /** What stands for the input of a job that has none. */
    public static final Indexed NONE = new Indexed(new BlobTree(BlobRef.EMPTY), Optional.empty());

    public BlobRef ref() {
      return tree.ref();
    }
  }

  /**
   * Reads all bytes once.
   *
   * @param progress is told how many bytes are read so far
   */
  public Indexed index(SplitRule rule, int chunkBytes, LongConsumer progress) throws IOException {
    BlobHasher hasher = new BlobHasher();
    Optional<LineCuts.Finder> finder =
        rule instanceof SplitRule.ByLines
            ? Optional.of(new LineCuts.Finder(chunkBytes))
            : Optional.empty();
    byte[] buffer = new byte[READ_BYTES];
    for (long position = 0; position < size; ) {
      int count = (int) Math.min(buffer.length, size - position);
      read(position, buffer, 0, count);
      hasher.update(buffer, 0, count);
      finder.ifPresent(lines -> lines.update(buffer, 0, count));
      position += count;
      progress.accept(position);
    }
    return new Indexed(hasher.finishTree(), finder.map(LineCuts.Finder::finish));
  }

  @Override
  public void read(long from, byte[] into, int offset, int count) throws IOException {
    Objects.checkFromIndexSize(from, count, size);
    if (file.read(from, into, offset, count) < count) {
      throw new EOFException("input " + path + " became shorter while it was read");
    }
  }

  /**
   * Makes sure that the bytes which were named are those which were run.
   *
   * @throws CommandException if the file has another size or time than when it was opened
   */
  public void requireUnchanged() throws IOException, CommandException {
    BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
    if (now.size() != size || !now.lastModifiedTime().equals(modified)) {
      throw new CommandException(
          ExitCode.FAILURE, "input " + path + " was changed while the job ran");
    }
  }

  /** The path, as it was given. */
  @Override
  public String toString() {
    return path.toString();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}

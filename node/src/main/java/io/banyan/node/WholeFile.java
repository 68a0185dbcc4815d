package io.banyan.node;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A file that is there whole, or not at all: written beside its place, and put there when all that
 * belongs together is written. What is no plain file, such as {@code /dev/null} or a pipe, is
 * written to directly.
 *
 * <p>For one thread.
 */
public final class WholeFile implements AutoCloseable {
  private final String what;
  private final Path path;
  private final Path written; // beside the path, or the path itself if that is no plain file

  private WholeFile(String what, Path path) throws IOException {
    this.what = what;
    this.path = Files.isSymbolicLink(path) && Files.exists(path) ? path.toRealPath() : path;
    boolean direct = Files.exists(path) && !Files.isRegularFile(path);
    // Not named by the process: a file that a killed one left must not be in the way.
    this.written =
        direct
            ? this.path
            : this.path.resolveSibling("." + this.path.getFileName() + "." + UUID.randomUUID());
  }

  /** Writes to a stream what the file is to hold. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes {@code content}, but not to its place yet.
   *
   * @param what names the file in a sentence
   */
  public static WholeFile stage(String what, Path path, Content content) throws CommandException {
    try {
      WholeFile file = new WholeFile(what, path);
      try (OutputStream out = new BufferedOutputStream(file.open())) {
        content.writeTo(out);
        return file;
      } catch (IOException e) {
        file.close();
        throw e;
      }
    } catch (IOException e) {
      throw failure(what, path, e);
    }
  }

  private OutputStream open() throws IOException {
    if (written.equals(path)) {
      return Files.newOutputStream(path);
    }
    written.toFile().deleteOnExit(); // an interrupt ends the process at any point
    return Files.newOutputStream(written, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** Puts the file in its place; what was there until now is gone. */
  public void commit() throws CommandException {
    if (written.equals(path)) {
      return;
    }
    try {
      if (Files.exists(path)) {
        Files.setPosixFilePermissions(written, Files.getPosixFilePermissions(path));
      }
      Files.move(written, path, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw failure(what, path, e);
    }
  }

  private static CommandException failure(String what, Path path, IOException e) {
    return new CommandException(
        ExitCode.FAILURE, what + " " + path + " cannot be written: " + InputFile.reason(e), e);
  }

  /** Leaves nothing behind of a file that was not put in its place. */
  @Override
  public void close() {
    if (written.equals(path)) {
      return;
    }
    try {
      Files.deleteIfExists(written);
    } catch (IOException e) {
      // The failure that brought us here says more than that a temporary file stays.
    }
  }

  /** Puts {@code content} in the place of {@code path}, or leaves what was there. */
  public static void write(String what, Path path, Content content) throws CommandException {
    try (WholeFile file = stage(what, path, content)) {
      file.commit();
    }
  }

  /** Refuses a path that cannot be written, before anything is spent on it. */
  public static void requireFolder(String what, Path path) throws CommandException {
    Path folder = path.toAbsolutePath().getParent();
    if (Files.isDirectory(path) || folder == null || !Files.isDirectory(folder)) {
      throw new CommandException(
          ExitCode.FAILURE,
          what
              + " "
              + path
              + " cannot be written: "
              + (Files.isDirectory(path) ? "it is a folder" : "there is no folder " + folder));
    }
  }
}

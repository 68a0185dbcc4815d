package io.banyan.node;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Files that are there whole, or not at all. */
public final class WholeFile {
  private WholeFile() {}

  /** Writes to a stream what the file is to hold. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Puts {@code content} in the place of {@code path}. What was there stays until all is written; a
   * failure leaves nothing behind. What is no plain file, such as {@code /dev/null} or a pipe, is
   * written to directly.
   *
   * @param what names the file in a sentence
   */
  public static void write(String what, Path path, Content content) throws CommandException {
    try {
      write(path, content);
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.FAILURE, what + " " + path + " cannot be written: " + InputFile.reason(e), e);
    }
  }

  /** Refuses a path that {@link #write} is bound to fail on, before anything is spent on it. */
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

  private static void write(Path path, Content content) throws IOException {
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path))) {
        content.writeTo(out);
      }
      return;
    }
    Path fresh =
        path.resolveSibling("." + path.getFileName() + "." + ProcessHandle.current().pid());
    try {
      try (OutputStream out =
          new BufferedOutputStream(
              Files.newOutputStream(
                  fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
        content.writeTo(out);
      }
      Files.move(fresh, path, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }
}

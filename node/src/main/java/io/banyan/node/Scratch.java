package io.banyan.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A folder for one run's temporary files, gone when the run is over, however it ends. */
public final class Scratch implements AutoCloseable {
  private final Path folder;
  private final Thread atExit;

  private Scratch(Path folder) {
    this.folder = folder;
    this.atExit = new Thread(this::delete, "scratch-cleaner");
  }

  /** A new folder where the system keeps temporary files, for this user alone. */
  public static Scratch create() throws IOException {
    Scratch scratch = new Scratch(Files.createTempDirectory("banyan-"));
    Runtime.getRuntime().addShutdownHook(scratch.atExit);
    return scratch;
  }

  public Path folder() {
    return folder;
  }

  @Override
  public void close() {
    delete();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The process is ending; the hook runs, and finds nothing.
    }
  }

  private void delete() {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      // Gone already, or not ours to remove: the system clears its temporary files.
    }
  }
}

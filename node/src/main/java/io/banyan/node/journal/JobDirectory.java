package io.banyan.node.journal;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * What a job rests on and what it came to: one folder, {@code jobs/ID} below the node's data, that
 * only the node's own account can enter. The journal's row is what counts: a folder without one is
 * what a crash left behind.
 */
public final class JobDirectory {
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path folder;

  public JobDirectory(Path folder) {
    this.folder = folder;
  }

  /** Makes the folder, empty; what a killed node left in its place goes away. */
  public void create() throws IOException {
    delete();
    try {
      Files.createDirectory(folder, OWNER_FOLDER);
    } catch (FileAlreadyExistsException e) {
      throw new IOException("job folder " + folder + " cannot be cleared", e);
    }
  }

  public Path folder() {
    return folder;
  }

  public Path module() {
    return folder.resolve("module");
  }

  public Path input() {
    return folder.resolve("input");
  }

  /** The shared blob {@code index} of the manifest. */
  public Path shared(int index) {
    return folder.resolve("shared-" + index);
  }

  public Path output() {
    return folder.resolve("output");
  }

  /** Which plan nodes the output is of, where it is not of all. */
  public Path pieces() {
    return folder.resolve("pieces");
  }

  public Path receipt() {
    return folder.resolve("receipt");
  }

  /** What guests logged, as it was told at the end. */
  public Path logs() {
    return folder.resolve("logs");
  }

  /** Decisions and tree, as they were told at the end. */
  public Path story() {
    return folder.resolve("story");
  }

  /**
   * What was finished of the job so far, claims and values, for the next life of this node. It is
   * not synced: what a crash of the machine takes of it is done again.
   */
  public Path work() {
    return folder.resolve("work");
  }

  /** Removes what was finished of the job. */
  public void deleteWork() throws IOException {
    delete(work());
  }

  /** Returns when every file directly in the folder, and that it lies there, is on the disk. */
  public void sync() throws IOException {
    List<Path> paths;
    try (Stream<Path> listed = Files.list(folder)) {
      paths = new ArrayList<>(listed.filter(Files::isRegularFile).toList());
    }
    paths.add(folder);
    Optional.ofNullable(folder.toAbsolutePath().getParent()).ifPresent(paths::add);
    sync(paths);
  }

  /**
   * Returns when what the job came to, and that it lies here, is on the disk. What it rests on has
   * been there since it was accepted.
   */
  public void syncAnswer() throws IOException {
    List<Path> paths =
        new ArrayList<>(
            Stream.of(output(), pieces(), receipt(), logs()).filter(Files::exists).toList());
    paths.add(folder);
    sync(paths);
  }

  /**
   * All at once: what makes a new file last makes the others last too, on a disk that writes down
   * in one piece what has changed about its files.
   */
  private static void sync(List<Path> paths) throws IOException {
    List<Callable<Void>> each = new ArrayList<>();
    for (Path path : paths) {
      each.add(
          () -> {
            sync(
                path, Files.isDirectory(path) ? StandardOpenOption.READ : StandardOpenOption.WRITE);
            return null;
          });
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Void> done : threads.invokeAll(each)) {
        done.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException trouble) {
        throw trouble;
      }
      throw new IllegalStateException("a file cannot be synced", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while files were being synced");
    }
  }

  private static void sync(Path path, StandardOpenOption option) throws IOException {
    try (FileChannel channel = FileChannel.open(path, option)) {
      channel.force(true);
    }
  }

  /** Removes the folder with all that is in it; harmless if there is none. */
  public void delete() throws IOException {
    delete(folder);
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}

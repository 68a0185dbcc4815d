package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file is there whole, or what was there before is. */
class WholeFileTest {
  @TempDir private Path folder;

  private static WholeFile.Content text(String text) {
    return out -> out.write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static WholeFile.Content failing(String text) {
    return out -> {
      text(text).writeTo(out);
      throw new IOException("the source ran dry");
    };
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void contentTakesThePlaceOfWhatWasThere() throws Exception {
    Path path = Files.writeString(folder.resolve("file"), "a longer text before");

    WholeFile.write("output", path, text("after"));

    assertEquals("after", Files.readString(path));
    assertEquals(List.of("file"), names());
  }

  @Test
  void failureLeavesWhatWasThereAndNothingElse() throws Exception {
    Path path = Files.writeString(folder.resolve("file"), "before");

    CommandException failed =
        assertThrows(
            CommandException.class, () -> WholeFile.write("output", path, failing("half")));

    assertEquals("output " + path + " cannot be written: the source ran dry", failed.getMessage());
    assertEquals(ExitCode.FAILURE, failed.code());
    assertEquals("before", Files.readString(path));
    assertEquals(List.of("file"), names());
  }

  @Test
  void stagedFileIsInItsPlaceOnlyWhenItWasCommitted() throws Exception {
    Path path = folder.resolve("file");

    try (WholeFile _ = WholeFile.stage("output", path, text("dropped"))) {
      assertFalse(Files.exists(path));
    }
    assertEquals(List.of(), names());

    try (WholeFile kept = WholeFile.stage("output", path, text("kept"))) {
      kept.commit();
      assertEquals("kept", Files.readString(path));
    }
    assertEquals(List.of("file"), names());
  }

  @Test
  void twoWritersAreNotInEachOthersWay() throws Exception {
    Path path = folder.resolve("file");

    try (WholeFile one = WholeFile.stage("output", path, text("one"));
        WholeFile two = WholeFile.stage("output", path, text("two"))) {
      two.commit();
      one.commit();
    }

    assertEquals("one", Files.readString(path));
    assertEquals(List.of("file"), names());
  }

  @Test
  void deviceIsWrittenToDirectly() throws Exception {
    WholeFile.write("output", Path.of("/dev/null"), text("gone"));

    CommandException full =
        assertThrows(
            CommandException.class,
            () -> WholeFile.write("output", Path.of("/dev/full"), text("gone")));
    assertEquals("output /dev/full cannot be written: No space left on device", full.getMessage());
    assertTrue(Files.exists(Path.of("/dev/null")));
  }

  @Test
  void folderThatIsNotThereIsSaidBefore() throws Exception {
    Path nowhere = folder.resolve("nowhere");

    CommandException refused =
        assertThrows(
            CommandException.class,
            () -> WholeFile.requireFolder("receipt", nowhere.resolve("file")));

    assertEquals(
        "receipt " + nowhere.resolve("file") + " cannot be written: there is no folder " + nowhere,
        refused.getMessage());
    WholeFile.requireFolder("receipt", folder.resolve("file"));
    WholeFile.requireFolder("receipt", Path.of("file"));
  }
}

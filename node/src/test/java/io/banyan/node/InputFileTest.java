package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Cuts;
import io.banyan.schema.SplitRule;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An input is named and cut in one pass, and noticed when it changes. */
class InputFileTest {
  private static final int READ_BYTES = 1 << 20; // the reader's own buffer

  @TempDir private Path folder;

  private InputFile open(byte[] bytes) throws Exception {
    return InputFile.open(Files.write(folder.resolve("input"), bytes));
  }

  @Test
  void indexNamesTheBytesAndFindsTheLines() throws Exception {
    byte[] text = "one\ntwo\nthree\n".getBytes(StandardCharsets.US_ASCII);

    try (InputFile input = open(text)) {
      InputFile.Indexed indexed = input.index(new SplitRule.ByLines(), 5, _ -> {});

      assertEquals(BlobRef.of(text), indexed.ref());
      assertEquals(1, indexed.tree().heldBlocks());
      assertEquals(List.of(0L, 8L, 14L, 14L), cuts(indexed.lineCuts().orElseThrow()));
    }
  }

  private static List<Long> cuts(Cuts cuts) {
    List<Long> all = new ArrayList<>();
    for (int k = 0; k <= cuts.count(); k++) {
      all.add(cuts.cut(k));
    }
    return all;
  }

  /** cut(k) by its definition: the first p from k·chunkBytes on with p = size or LF before it. */
  private static List<Long> naiveLineCuts(byte[] bytes, int chunkBytes) {
    int cells = Math.max(1, Math.ceilDiv(bytes.length, chunkBytes));
    List<Long> all = new ArrayList<>();
    all.add(0L);
    for (int k = 1; k < cells; k++) {
      int p = k * chunkBytes;
      while (p < bytes.length && bytes[p - 1] != '\n') {
        p++;
      }
      all.add((long) p);
    }
    all.add((long) bytes.length);
    return all;
  }

  @Test
  void indexEqualsTheDefinitionAlsoAcrossReads() throws Exception {
    Random random = new Random(11);
    for (int size : new int[] {0, 1, 100, READ_BYTES - 1, READ_BYTES, READ_BYTES + 1, 2_500_000}) {
      byte[] bytes = new byte[size];
      random.nextBytes(bytes);
      for (int i = 1; i <= 3; i++) { // line feeds just around the end of a read
        if (i * READ_BYTES - 2 + i < size) {
          bytes[i * READ_BYTES - 2 + i] = '\n';
        }
      }
      for (int chunkBytes : new int[] {1000, 65_536, READ_BYTES}) {
        try (InputFile input = open(bytes)) {
          List<Long> progress = new ArrayList<>();
          InputFile.Indexed indexed =
              input.index(new SplitRule.ByLines(), chunkBytes, progress::add);

          assertEquals(BlobRef.of(bytes), indexed.ref());
          assertEquals(naiveLineCuts(bytes, chunkBytes), cuts(indexed.lineCuts().orElseThrow()));
          assertEquals(size, progress.isEmpty() ? 0 : progress.getLast());
        }
      }
    }
  }

  @Test
  void otherRulesHaveNoCutsToFind() throws Exception {
    try (InputFile input = open(new byte[100])) {
      assertTrue(input.index(new SplitRule.ByBytes(), 10, _ -> {}).lineCuts().isEmpty());
      assertTrue(input.index(new SplitRule.ByModule(), 10, _ -> {}).lineCuts().isEmpty());
    }
  }

  @Test
  void anyRangeIsRead() throws Exception {
    byte[] bytes = new byte[1000];
    new Random(3).nextBytes(bytes);
    try (InputFile input = open(bytes)) {
      assertArrayEquals(bytes, input.read(0, 1000));
      assertArrayEquals(Arrays.copyOfRange(bytes, 10, 20), input.read(10, 20));
      assertArrayEquals(new byte[0], input.read(1000, 1000));
      assertThrows(IndexOutOfBoundsException.class, () -> input.read(990, 1001));
    }
  }

  @Test
  void inputThatBecomesShorterWhileItIsReadIsNoticed() throws Exception {
    try (InputFile input = open(new byte[1000])) {
      Files.write(folder.resolve("input"), new byte[999]);

      IOException shorter =
          assertThrows(IOException.class, () -> input.index(new SplitRule.ByBytes(), 10, _ -> {}));

      assertEquals(
          "input " + folder.resolve("input") + " became shorter while it was read",
          shorter.getMessage());
    }
  }

  @Test
  void inputThatIsChangedWhileTheJobRunsIsNoticed() throws Exception {
    Path path = folder.resolve("input");
    try (InputFile input = open(new byte[10])) {
      input.requireUnchanged();

      Files.write(path, new byte[11]);
      CommandException longer = assertThrows(CommandException.class, input::requireUnchanged);
      assertEquals("input " + path + " was changed while the job ran", longer.getMessage());
      assertEquals(ExitCode.FAILURE, longer.code());
    }
    try (InputFile input = open(new byte[10])) {
      Files.setLastModifiedTime(path, FileTime.fromMillis(1));
      assertThrows(CommandException.class, input::requireUnchanged);
    }
  }

  @Test
  void streamIsKeptInTheFolder() throws Exception {
    byte[] bytes = {1, 2, 3};

    try (InputFile input = InputFile.spool(new ByteArrayInputStream(bytes), folder)) {
      assertEquals(3, input.size());
      assertArrayEquals(bytes, input.read(0, 3));
    }
  }

  @Test
  void interruptedReaderDoesNotTakeTheInputFromTheOthers() throws Exception {
    try (InputFile input = open(new byte[10])) {
      Thread interrupted =
          new Thread(
              () -> {
                Thread.currentThread().interrupt();
                try {
                  input.read(0, 10);
                } catch (IOException e) {
                  // It may fail itself; it must not close the file under the others.
                }
              });
      interrupted.start();
      interrupted.join();

      assertEquals(10, input.read(0, 10).length);
    }
  }
}

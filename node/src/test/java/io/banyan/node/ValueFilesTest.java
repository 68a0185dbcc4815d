package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a store that is kept was given is there in its next life, as far as it is whole. */
class ValueFilesTest {
  @TempDir private Path folder;

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.sorted().toList();
    }
  }

  @Test
  void valuesAreThereInTheNextLife() throws IOException {
    BlobRef first;
    BlobRef second;
    BlobRef gone;
    for (long memoryBytesMax : new long[] {0, 1000}) {
      try (BlobStore store = BlobStore.kept(folder, memoryBytesMax)) {
        first = store.put(text("first"));
        gone = store.put(text("gone"));
        second = store.put(text("second"));
        store.release(gone);
      }
      try (BlobStore store = BlobStore.kept(folder, memoryBytesMax)) {
        assertTrue(store.recall(first));
        assertTrue(store.recall(first));
        assertTrue(store.recall(second));
        assertFalse(store.recall(BlobRef.of(text("never"))));
        store.settle();

        assertArrayEquals(text("first"), store.get(first));
        assertArrayEquals(text("second"), store.get(second));
        store.release(first);
        assertArrayEquals(text("first"), store.get(first));
        store.release(first);
        store.release(second);
        assertEquals(List.of(), files());
      }
    }
  }

  @Test
  void aDamagedValueIsNotRecalled() throws IOException {
    BlobRef first;
    BlobRef second;
    try (BlobStore store = BlobStore.kept(folder, 0)) {
      first = store.put(text("first"));
      second = store.put(text("second"));
    }
    Path file = files().getFirst();
    byte[] bytes = Files.readAllBytes(file);
    bytes[42] ^= 1; // behind the first one's name
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));

    try (BlobStore store = BlobStore.kept(folder, 0)) {
      assertFalse(store.recall(first));
      assertFalse(store.recall(second));
      store.settle();
      assertEquals(List.of(), files());
      assertArrayEquals(text("first"), store.get(store.put(text("first"))));
    }
  }

  @Test
  void aFileIsGoneWhenNothingInItIsNeeded() throws IOException {
    byte[] large = new byte[(int) ValueFiles.FILE_BYTES];
    try (BlobStore store = BlobStore.kept(folder, 0)) {
      BlobRef small = store.put(text("small"));
      BlobRef first = store.put(large);
      large[0] = 1;
      BlobRef second = store.put(large);
      assertEquals(2, files().size());

      store.release(second);
      assertEquals(1, files().size());
      store.release(first);
      assertEquals(1, files().size());
      store.release(small);
      assertEquals(0, files().size());
    }
  }
}

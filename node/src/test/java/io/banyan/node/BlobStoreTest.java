package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Values are there under their names until they were released as often as they were put. */
class BlobStoreTest {
  @TempDir private Path folder;

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void valuesAreKeptInMemoryFirstAndThenInTheFile() throws IOException {
    try (BlobStore store = new BlobStore(folder, 8)) {
      BlobRef first = store.put(text("memory"));
      BlobRef second = store.put(text("spilled"));
      BlobRef third = store.put(text("xy"));

      assertEquals("spilled".length(), store.spillFileBytes());
      assertArrayEquals(text("memory"), store.get(first));
      assertArrayEquals(text("spilled"), store.get(second));
      assertArrayEquals(text("xy"), store.get(third));
      assertEquals(BlobRef.of(text("spilled")), second);
    }
    assertFalse(Files.exists(folder.resolve("values")), "the file is gone with the store");
  }

  @Test
  void valueIsGoneWhenItWasReleasedAsOftenAsItWasPut() throws IOException {
    for (long memoryBytesMax : new long[] {100, 0}) {
      try (BlobStore store = new BlobStore(folder, memoryBytesMax)) {
        BlobRef ref = store.put(text("twice"));
        assertEquals(ref, store.put(text("twice")));

        store.release(ref);
        assertArrayEquals(text("twice"), store.get(ref));

        store.release(ref);
        assertThrows(IllegalStateException.class, () -> store.get(ref));
        assertThrows(IllegalStateException.class, () -> store.release(ref));
      }
    }
  }

  @Test
  void memoryOfAReleasedValueIsUsedAgain() throws IOException {
    try (BlobStore store = new BlobStore(folder, 4)) {
      for (int i = 0; i < 100; i++) {
        BlobRef ref = store.put(new byte[] {1, 2, 3, (byte) i});
        store.release(ref);
      }

      assertEquals(0, store.spillFileBytes());
    }
  }

  @Test
  void fileIsUsedFromItsBeginningOnceNothingInItIsNeeded() throws IOException {
    try (BlobStore store = new BlobStore(folder, 0)) {
      for (int i = 0; i < 100; i++) {
        BlobRef one = store.put(new byte[] {1, 2, 3, (byte) i});
        BlobRef two = store.put(new byte[] {4, 5, 6, (byte) i});
        store.release(one);
        assertArrayEquals(new byte[] {4, 5, 6, (byte) i}, store.get(two));
        store.release(two);
      }

      assertEquals(8, store.spillFileBytes());
    }
  }

  @Test
  void emptyValueIsAValue() throws IOException {
    try (BlobStore store = new BlobStore(folder, 0)) {
      BlobRef ref = store.put(new byte[0]);

      assertEquals(BlobRef.EMPTY, ref);
      assertArrayEquals(new byte[0], store.get(ref));
    }
  }

  @Test
  void oneValueMoreThanTheHeapCarriesIsRefusedAndOneThatIsThereIsNot() throws IOException {
    try (BlobStore store = new BlobStore(folder, 100, 2, () -> {})) {
      BlobRef first = store.put(new byte[] {1});
      store.put(new byte[] {2});

      IOException refused = assertThrows(IOException.class, () -> store.put(new byte[] {3}));

      assertTrue(refused.getMessage().startsWith("2 different values are held, more do not fit"));
      assertEquals(first, store.put(new byte[] {1}));
    }
  }

  @Test
  void storeIsAMapOfCountedBytes() throws IOException {
    for (int seed = 0; seed < 40; seed++) {
      try (BlobStore store = new BlobStore(folder, 3L * seed)) {
        compareWithModel(store, new Random(seed));
      }
    }
  }

  private static void compareWithModel(BlobStore store, Random random) throws IOException {
    Map<BlobRef, Integer> counts = new HashMap<>();
    Map<BlobRef, byte[]> contents = new HashMap<>();
    List<BlobRef> put = new ArrayList<>(); // each as often as it is held
    for (int step = 0; step < 300; step++) {
      if (put.isEmpty() || random.nextInt(100) < 55) {
        byte[] bytes = new byte[random.nextInt(12)];
        Arrays.fill(bytes, (byte) random.nextInt(4));
        BlobRef ref = store.put(bytes);
        contents.put(ref, bytes);
        counts.merge(ref, 1, Integer::sum);
        put.add(ref);
      } else {
        BlobRef ref = put.remove(random.nextInt(put.size()));
        store.release(ref);
        counts.merge(ref, -1, Integer::sum);
      }
      for (Map.Entry<BlobRef, Integer> entry : counts.entrySet()) {
        if (entry.getValue() > 0) {
          assertArrayEquals(contents.get(entry.getKey()), store.get(entry.getKey()));
        } else {
          assertThrows(IllegalStateException.class, () -> store.get(entry.getKey()));
        }
      }
    }
  }

  @Test
  void manyThreadsPutReadAndReleaseTheSameValues() throws Exception {
    int threads = 4;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try (BlobStore store = new BlobStore(folder, 64)) {
      CyclicBarrier barrier = new CyclicBarrier(threads);
      List<Future<?>> done = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        done.add(
            pool.submit(
                () -> {
                  for (int round = 0; round < 300; round++) {
                    barrier.await();
                    putReadRelease(store, round);
                  }
                  return null;
                }));
      }
      for (Future<?> future : done) {
        future.get();
      }

      assertTrue(store.spillFileBytes() > 0, "nothing was ever spilled");
      long before = store.spillFileBytes();
      for (int i = 0; i < 100; i++) {
        putReadRelease(store, i); // after all of that, the file does not grow for ever
      }
      assertEquals(before, store.spillFileBytes());
    } finally {
      pool.shutdownNow();
    }
  }

  private static void putReadRelease(BlobStore store, int round) throws IOException {
    List<BlobRef> refs = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      byte[] bytes = new byte[20];
      Arrays.fill(bytes, (byte) (round + i));
      refs.add(store.put(bytes));
    }
    for (int i = 0; i < 6; i++) {
      byte[] bytes = store.get(refs.get(i));
      assertEquals(20, bytes.length);
      assertEquals((byte) (round + i), bytes[19]);
    }
    for (BlobRef ref : refs) {
      store.release(ref);
    }
  }

  /** Between the look-up of a value and its reading, another thread may do as it likes. */
  private BlobStore disturbed(Queue<Disturbance> disturbances) throws IOException {
    return new BlobStore(
        folder,
        0,
        100,
        () -> {
          Disturbance next = disturbances.poll();
          if (next != null) {
            try {
              next.happen();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        });
  }

  @FunctionalInterface
  private interface Disturbance {
    void happen() throws IOException;
  }

  @Test
  void valueThatIsReleasedWhileItIsReadIsNotAnother() throws IOException {
    Queue<Disturbance> disturbances = new ArrayDeque<>();
    try (BlobStore store = disturbed(disturbances)) {
      BlobRef ref = store.put(text("first"));
      disturbances.add(
          () -> {
            store.release(ref);
            store.put(text("other")); // where the first one was
          });

      assertEquals(Optional.empty(), store.find(ref));
      assertThrows(IllegalStateException.class, () -> store.get(ref));
    }
  }

  @Test
  void valueThatIsPutAgainElsewhereWhileItIsReadIsItself() throws IOException {
    Queue<Disturbance> disturbances = new ArrayDeque<>();
    try (BlobStore store = disturbed(disturbances)) {
      BlobRef ref = store.put(text("first"));
      disturbances.add(
          () -> {
            store.release(ref);
            store.put(text("other"));
            store.put(text("first"));
          });

      assertArrayEquals(text("first"), store.get(ref));
    }
  }

  @Test
  void interruptedReaderDoesNotTakeTheValuesFromTheOthers() throws Exception {
    try (BlobStore store = new BlobStore(folder, 0)) {
      BlobRef ref = store.put(text("spilled"));
      Thread interrupted =
          new Thread(
              () -> {
                Thread.currentThread().interrupt();
                try {
                  store.get(ref);
                } catch (IOException e) {
                  // It may fail itself; it must not close the file under the others.
                }
              });
      interrupted.start();
      interrupted.join();

      assertArrayEquals(text("spilled"), store.get(ref));
    }
  }
}

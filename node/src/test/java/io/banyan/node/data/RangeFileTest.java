package io.banyan.node.data;

import static io.banyan.node.data.TestingTransfer.LINK;
import static io.banyan.node.data.TestingTransfer.QUICK;
import static io.banyan.node.data.TestingTransfer.SERVER;
import static io.banyan.node.data.TestingTransfer.random;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobHasher;
import io.banyan.schema.BlobRef;
import io.banyan.schema.BlobTree;
import io.banyan.schema.Digest;
import io.banyan.schema.Limits;
import io.banyan.schema.LineCuts;
import io.banyan.schema.Refused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RangeFileTest {
  private static final int BLOCK = Limits.BLOCK_BYTES;

  @TempDir private Path folder;

  @Test
  void whatCameIsReadAndServedOnwardAndNothingElse() throws Exception {
    byte[] blob = random(40 * BLOCK + 77, 1);
    Random random = new Random(2);
    BitSet held = new BitSet();
    try (TestingTransfer above = new TestingTransfer(QUICK);
        TestingTransfer below = new TestingTransfer(QUICK)) {
      BlobRef ref = above.serve(blob);
      try (RangeFile file = RangeFile.create(folder.resolve("range"), ref)) {
        below.blobs.put(ref, file);

        for (int round = 0; round < 12; round++) {
          int from = random.nextInt(blob.length);
          int count = 1 + random.nextInt(Math.min(7 * BLOCK, blob.length - from));
          above.client.fetch(SERVER, LINK, ref, from, count, file);
          held.set(from / BLOCK, Math.ceilDiv(from + count, BLOCK));

          for (int i = 0; i < 10; i++) {
            int first = random.nextInt(blob.length);
            int end = first + 1 + random.nextInt(Math.min(5 * BLOCK, blob.length - first));
            if (held.nextClearBit(first / BLOCK) >= Math.ceilDiv(end, BLOCK)) {
              byte[] expected = Arrays.copyOfRange(blob, first, end);
              assertArrayEquals(expected, file.read(first, end));
              assertOnward(below, ref, first, expected);
            } else {
              assertThrows(IndexOutOfBoundsException.class, () -> file.read(first, end));
              FetchException.RefusedByPeer refused =
                  assertThrows(
                      FetchException.RefusedByPeer.class,
                      () -> below.client.fetch(SERVER, LINK, ref, first, end - first, _ -> {}));
              assertEquals(Refused.Code.NOT_FOUND, refused.refused().code());
            }
          }
        }
      }
    }
  }

  private static void assertOnward(TestingTransfer below, BlobRef ref, long first, byte[] expected)
      throws Exception {
    byte[] came = new byte[expected.length];
    below.client.fetch(
        SERVER,
        LINK,
        ref,
        first,
        expected.length,
        blocks -> {
          long from = Math.max(first, blocks.firstByte());
          long to = Math.min(first + expected.length, blocks.endByte());
          System.arraycopy(
              blocks.bytes(),
              blocks.offset() + (int) (from - blocks.firstByte()),
              came,
              (int) (from - first),
              (int) (to - from));
        });
    assertArrayEquals(expected, came);
  }

  @Test
  void theFileIsAsLongAsTheBlobAndLeavesNoNameBehind() throws Exception {
    BlobRef ref = new BlobRef(Digest.ZERO, 1L << 40); // 1 TiB, of which nothing comes
    Path path = folder.resolve("range");
    try (RangeFile file = RangeFile.create(path, ref)) {
      assertFalse(Files.exists(path));
      assertFalse(file.holds(0, 1));
      assertEquals(0, file.read(0, 0).length);
      assertThrows(IndexOutOfBoundsException.class, () -> file.read(0, 1));
      assertThrows(IndexOutOfBoundsException.class, () -> file.prove(0, 1));
    }
  }

  @Test
  void blocksOfAnotherBlobAreOurBug() throws Exception {
    try (TestingTransfer transfer = new TestingTransfer(QUICK);
        RangeFile file =
            RangeFile.create(folder.resolve("range"), new BlobRef(Digest.ZERO, BLOCK))) {
      BlobRef ref = transfer.serve(random(BLOCK, 3));

      assertThrows(
          IllegalStateException.class,
          () -> transfer.client.fetch(SERVER, LINK, ref, 0, BLOCK, file));
      assertFalse(file.holds(0, 1));
    }
  }

  @Test
  void aLeaseFindsItsCutsWhileItsBytesCome() throws Exception {
    int chunkBytes = 50_000;
    byte[] blob = random(30 * BLOCK + 5, 5); // a line feed in 256 bytes
    LineCuts.Finder all = new LineCuts.Finder(chunkBytes);
    all.update(blob, 0, blob.length);
    LineCuts whole = all.finish();
    try (TestingTransfer transfer = new TestingTransfer(QUICK)) {
      BlobRef ref = transfer.serve(blob);
      for (int first : new int[] {0, 1, 7, whole.count() - 3}) {
        int end = first + 3;
        long from = LineCuts.Finder.firstByte(chunkBytes, first);
        long to = whole.cut(end);
        LineCuts.Finder finder = new LineCuts.Finder(chunkBytes, first);
        try (RangeFile file = RangeFile.create(folder.resolve("lease"), ref)) {

          transfer.client.fetch(
              SERVER, LINK, ref, from, to - from, new CutSink(file, finder, from, to));

          LineCuts cuts = finder.finish(end, blob.length);
          for (int k = first; k <= end; k++) {
            assertEquals(whole.cut(k), cuts.cut(k));
          }
          assertArrayEquals(
              Arrays.copyOfRange(blob, (int) cuts.cut(first), (int) to),
              file.read(cuts.cut(first), to));
        }
      }
    }
  }

  @Test
  void aWholeBlobIsServedFromWhereItLies() throws Exception {
    byte[] blob = random(5 * BLOCK + 1, 4);
    BlobTree tree = new BlobHasher().update(blob, 0, blob.length).finishTree();
    RangeReader reader =
        (from, into, offset, count) -> System.arraycopy(blob, (int) from, into, offset, count);
    try (TestingTransfer transfer = new TestingTransfer(QUICK)) {
      WholeSource source = new WholeSource(tree, reader);
      transfer.blobs.put(tree.ref(), source);

      assertArrayEquals(blob, transfer.client.fetchBytes(SERVER, LINK, tree.ref(), blob.length));
      assertOnward(transfer, tree.ref(), BLOCK - 1, Arrays.copyOfRange(blob, BLOCK - 1, 3 * BLOCK));
      assertTrue(source.holds(0, 6));
      assertFalse(source.holds(0, 7));
      assertThrows(
          IllegalArgumentException.class, () -> new WholeSource(new BlobTree(tree.ref()), reader));
    }
  }

  @Test
  void treesOfBlobsInMemoryAreKeptForTheLastOnes() throws Exception {
    TreeCache trees = new TreeCache();
    for (int i = 0; i < 2 * TreeCache.TREES_MAX; i++) {
      byte[] blob = random(3 * BLOCK, i);
      BytesSource source = new BytesSource(BlobRef.of(blob), blob, trees);

      assertEquals(0, source.prove(0, 3).outside().size());
      assertEquals(Math.min(i, TreeCache.TREES_MAX), trees.size()); // the whole took no tree
      assertTrue(source.prove(1, 2).proves(source.ref(), source.read(BLOCK, 2 * BLOCK)));
      assertThrows(IndexOutOfBoundsException.class, () -> source.prove(2, 4));
    }
    assertEquals(TreeCache.TREES_MAX, trees.size());
  }
}

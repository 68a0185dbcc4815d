package io.banyan.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BlobTest {
  private static final int BLOCK = Limits.BLOCK_BYTES;

  /** Byte i is 7·i mod 251: no two blocks are alike. */
  static byte[] pattern(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (7L * i % 251);
    }
    return bytes;
  }

  /** Computed by another program from docs/plan.md. */
  private static final Map<Integer, String> GOLDEN_ROOTS =
      Map.of(
          0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
          1, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
          65535, "9ef5b0e89da6eb61aa6848b9e6e7cd1d0324903e2577a94523b8e41b568dff19",
          65536, "b19b34158d0a58472d0054e4bc8ece56ccaed2136b319a539d4419fd63c45857",
          65537, "dc230f1500184ae53d80e96452c05b47bcfa495512fc2d701e82f92c6f44e0aa",
          196609, "a76637e898a91b665f58d11e3298dc7619ccab85e5e9aff0755f5281a51a70ee");

  @Test
  void blobRootsAreGolden() {
    GOLDEN_ROOTS.forEach(
        (length, root) ->
            assertEquals(new BlobRef(Digest.parse(root), length), BlobRef.of(pattern(length))));
    assertEquals(BlobRef.EMPTY, BlobRef.of(new byte[0]));
  }

  @Property(tries = 100)
  void howTheBytesStreamByDoesNotMatter(
      @ForAll @IntRange(min = 0, max = 5 * BLOCK) int length, @ForAll long seed) {
    byte[] bytes = pattern(length);
    Random random = new Random(seed);
    BlobHasher hasher = new BlobHasher();

    for (int at = 0; at < length; ) {
      int count = Math.min(length - at, random.nextInt(random.nextBoolean() ? 100 : 2 * BLOCK));
      hasher.update(bytes, at, count);
      at += count;
    }

    List<Digest> leaves = new ArrayList<>();
    for (int at = 0; at < length; at += BLOCK) {
      leaves.add(MerkleTree.leafHash(Arrays.copyOfRange(bytes, at, Math.min(at + BLOCK, length))));
    }
    assertEquals(leaves, hasher.blockHashes());
    assertEquals(new BlobRef(MerkleTree.root(leaves), length), hasher.finish());
    assertEquals(hasher.finish(), hasher.finishTree().ref());
  }

  @Test
  void aBlobCountsItsBlocks() {
    assertEquals(0, BlobRef.EMPTY.blockCount());
    assertEquals(1, new BlobRef(Digest.ZERO, 1).blockCount());
    assertEquals(1, new BlobRef(Digest.ZERO, BLOCK).blockCount());
    assertEquals(2, new BlobRef(Digest.ZERO, BLOCK + 1).blockCount());
    assertEquals(1L << 47, new BlobRef(Digest.ZERO, Long.MAX_VALUE).blockCount());
  }

  @Test
  void aBlobHasNoNegativeLength() {
    assertThrows(IllegalArgumentException.class, () -> new BlobRef(Digest.ZERO, -1));
  }
}

package io.banyan.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class MerkleTreeTest {
  /* The leaves, roots and paths that the implementations of Certificate Transparency are held to
   * (google/certificate-transparency merkletree tests, transparency-dev/merkle testonly). */
  private static final List<String> CT_LEAVES =
      List.of(
          "",
          "00",
          "10",
          "2021",
          "3031",
          "40414243",
          "5051525354555657",
          "606162636465666768696a6b6c6d6e6f");

  private static final List<String> CT_ROOTS =
      List.of(
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
          "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
          "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
          "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
          "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
          "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
          "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
          "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
          "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

  private static List<Digest> ctLeafHashes(int size) {
    return CT_LEAVES.stream()
        .limit(size)
        .map(hex -> MerkleTree.leafHash(HexFormat.of().parseHex(hex)))
        .toList();
  }

  private static List<Digest> leafHashes(int size) {
    return IntStream.range(0, size)
        .mapToObj(i -> MerkleTree.leafHash(new byte[] {(byte) i, (byte) (i >> 8)}))
        .toList();
  }

  private static List<Digest> digests(String... hex) {
    return List.of(hex).stream().map(Digest::parse).toList();
  }

  @Test
  void rootsAreThoseOfCertificateTransparency() {
    for (int size = 0; size <= CT_LEAVES.size(); size++) {
      Digest root = MerkleTree.root(ctLeafHashes(size));

      assertEquals(CT_ROOTS.get(size), root.toString(), "root over " + size + " leaves");
    }
  }

  @Test
  void inclusionPathsAreThoseOfCertificateTransparency() {
    assertEquals(List.of(), MerkleTree.inclusionPath(ctLeafHashes(1), 0));
    assertEquals(
        digests(
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"),
        MerkleTree.inclusionPath(ctLeafHashes(8), 0));
    assertEquals(
        digests(
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
        MerkleTree.inclusionPath(ctLeafHashes(8), 5));
    assertEquals(
        digests("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        MerkleTree.inclusionPath(ctLeafHashes(3), 2));
    assertEquals(
        digests(
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
        MerkleTree.inclusionPath(ctLeafHashes(5), 1));
  }

  @Test
  void everyLeafOfCertificateTransparencyIsIncluded() {
    for (int size = 1; size <= CT_LEAVES.size(); size++) {
      Digest root = Digest.parse(CT_ROOTS.get(size));
      List<Digest> leaves = ctLeafHashes(size);

      for (int index = 0; index < size; index++) {
        List<Digest> path = MerkleTree.inclusionPath(leaves, index);

        assertTrue(MerkleTree.includes(root, leaves.get(index), index, size, path));
      }
    }
  }

  /** RFC 9162 section 2.1.1, word for word and slowly. */
  private static Digest rootByDefinition(List<Digest> leafHashes) {
    int n = leafHashes.size();
    if (n == 0) {
      return Digest.sha256();
    }
    if (n == 1) {
      return leafHashes.get(0);
    }
    int k = 1;
    while (2 * k < n) {
      k *= 2;
    }
    return Digest.sha256(
        new byte[] {1},
        rootByDefinition(leafHashes.subList(0, k)).bytes(),
        rootByDefinition(leafHashes.subList(k, n)).bytes());
  }

  @Property(tries = 200)
  void rootIsThatOfTheDefinition(@ForAll @IntRange(min = 0, max = 600) int size) {
    List<Digest> leaves = leafHashes(size);

    assertEquals(rootByDefinition(leaves), MerkleTree.root(leaves));
  }

  @Property(tries = 300)
  void everyLeafIsIncludedAndNoneElsewhere(
      @ForAll @IntRange(min = 1, max = 300) int size,
      @ForAll @IntRange(min = 0, max = 299) int drawn,
      @ForAll @IntRange(min = 0, max = 299) int otherDrawn) {
    int index = drawn % size;
    int other = otherDrawn % size;
    List<Digest> leaves = leafHashes(size);
    Digest root = MerkleTree.root(leaves);
    List<Digest> path = MerkleTree.inclusionPath(leaves, index);

    assertTrue(MerkleTree.includes(root, leaves.get(index), index, size, path));
    if (other != index) {
      assertFalse(MerkleTree.includes(root, leaves.get(index), other, size, path));
      assertFalse(MerkleTree.includes(root, leaves.get(other), index, size, path));
    }
    assertTrue(path.size() <= 64 - Long.numberOfLeadingZeros(size - 1L));
  }

  @Test
  void everyBitOfASmallProofCounts() {
    for (int size = 1; size <= 9; size++) {
      List<Digest> leaves = leafHashes(size);
      Digest root = MerkleTree.root(leaves);
      for (int index = 0; index < size; index++) {
        List<Digest> path = MerkleTree.inclusionPath(leaves, index);
        Digest leaf = leaves.get(index);

        for (int bit = 0; bit < 256; bit++) {
          assertFalse(MerkleTree.includes(flip(root, bit), leaf, index, size, path));
          assertFalse(MerkleTree.includes(root, flip(leaf, bit), index, size, path));
          for (int step = 0; step < path.size(); step++) {
            List<Digest> changed = new ArrayList<>(path);
            changed.set(step, flip(path.get(step), bit));
            assertFalse(MerkleTree.includes(root, leaf, index, size, changed));
          }
        }
        for (int bit = 0; bit < 64; bit++) {
          assertFalse(MerkleTree.includes(root, leaf, index ^ (1L << bit), size, path));
        }
      }
    }
  }

  private static Digest flip(Digest digest, int bit) {
    byte[] bytes = digest.bytes();
    bytes[bit / 8] ^= (byte) (1 << (bit % 8));
    return Digest.of(bytes);
  }

  /**
   * The size is not under the root. What a path does hold is the way the climb turns at each of its
   * levels, and its length: no other size with the same turns passes for lack of a hash collision,
   * and one that turns alike names the same place. So whoever binds a root binds the size beside
   * it.
   */
  @Test
  void anotherSizeIsAcceptedOnlyWhereItTurnsTheSameWay() {
    for (int size = 1; size <= 33; size++) {
      List<Digest> leaves = leafHashes(size);
      Digest root = MerkleTree.root(leaves);
      for (int index = 0; index < size; index++) {
        List<Digest> path = MerkleTree.inclusionPath(leaves, index);
        for (int claimed = 0; claimed <= 70; claimed++) {
          boolean sameTurns = index < claimed && turns(index, claimed).equals(turns(index, size));

          assertEquals(
              sameTurns,
              MerkleTree.includes(root, leaves.get(index), index, claimed, path),
              "leaf " + index + " of " + size + " shown as of " + claimed);
        }
      }
    }
  }

  /** For each level on the way up, whether the sibling stands on the left. */
  private static List<Boolean> turns(int index, int size) {
    List<Boolean> fromTheRoot = new ArrayList<>();
    int at = index;
    int width = size;
    while (width > 1) {
      int split = Integer.highestOneBit(width - 1);
      fromTheRoot.add(at >= split);
      at = at >= split ? at - split : at;
      width = at == index % split && !fromTheRoot.getLast() ? split : width - split;
    }
    Collections.reverse(fromTheRoot);
    return fromTheRoot;
  }

  @Test
  void aPathThatIsTooLongOrTooShortLeadsNowhere() {
    for (int size = 1; size <= 20; size++) {
      List<Digest> leaves = leafHashes(size);
      Digest root = MerkleTree.root(leaves);
      for (int index = 0; index < size; index++) {
        List<Digest> path = MerkleTree.inclusionPath(leaves, index);
        List<Digest> longer = new ArrayList<>(path);
        longer.add(root);

        assertFalse(MerkleTree.includes(root, leaves.get(index), index, size, longer));
        if (!path.isEmpty()) {
          List<Digest> shorter = path.subList(0, path.size() - 1);
          List<Digest> headless = path.subList(1, path.size());
          assertFalse(MerkleTree.includes(root, leaves.get(index), index, size, shorter));
          assertFalse(MerkleTree.includes(root, leaves.get(index), index, size, headless));
        }
      }
    }
  }

  @Test
  void anInnerNodeIsNoLeaf() {
    List<Digest> leaves = leafHashes(4);
    Digest root = MerkleTree.root(leaves);
    Digest left = MerkleTree.root(leaves.subList(0, 2));
    Digest right = MerkleTree.root(leaves.subList(2, 4));

    byte[] preimage = new byte[64];
    System.arraycopy(left.bytes(), 0, preimage, 0, 32);
    System.arraycopy(right.bytes(), 0, preimage, 32, 32);
    Digest asLeaf = MerkleTree.leafHash(preimage);

    assertNotEquals(root, asLeaf);
    assertFalse(MerkleTree.includes(root, asLeaf, 0, 1, List.of()));
  }

  @Test
  void theLastLeafTwiceIsAnotherTree() {
    for (int size = 1; size <= 40; size++) {
      List<Digest> leaves = new ArrayList<>(leafHashes(size));
      Digest root = MerkleTree.root(leaves);
      leaves.add(leaves.getLast());

      Digest longer = MerkleTree.root(leaves);
      List<Digest> path = MerkleTree.inclusionPath(leaves, size);

      assertNotEquals(root, longer);
      assertFalse(MerkleTree.includes(root, leaves.getLast(), size, size + 1L, path));
    }
  }

  @Test
  void thereIsNoLeafOutsideTheTree() {
    List<Digest> leaves = leafHashes(3);
    Digest root = MerkleTree.root(leaves);

    assertThrows(IndexOutOfBoundsException.class, () -> MerkleTree.inclusionPath(leaves, -1));
    assertThrows(IndexOutOfBoundsException.class, () -> MerkleTree.inclusionPath(leaves, 3));
    assertFalse(MerkleTree.includes(root, root, -1, 3, List.of()));
    assertFalse(MerkleTree.includes(root, root, 0, 0, List.of()));
    assertFalse(MerkleTree.includes(root, root, 0, -1, List.of()));
    assertFalse(MerkleTree.includes(root, root, Long.MAX_VALUE, Long.MAX_VALUE, List.of()));
  }
}

package io.banyan.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BlobTreeTest {
  /** A blob of that many blocks, by their hashes alone. */
  private record Blob(List<Digest> hashes, BlobTree tree) {
    static Blob of(int blocks) {
      List<Digest> hashes = new ArrayList<>();
      for (int block = 0; block < blocks; block++) {
        hashes.add(MerkleTree.leafHash(new byte[] {(byte) block, (byte) (block >> 8)}));
      }
      return new Blob(
          List.copyOf(hashes), BlobTree.complete(hashes, (long) blocks * Limits.BLOCK_BYTES));
    }

    List<Digest> hashes(RangeProof proof) {
      return hashes.subList((int) proof.firstBlock(), (int) proof.endBlock());
    }
  }

  @Test
  void theRootIsThatOfTheMerkleTree() {
    for (int blocks = 1; blocks <= 70; blocks++) {
      Blob blob = Blob.of(blocks);

      assertEquals(MerkleTree.root(blob.hashes()), blob.tree().ref().digest());
      assertEquals(blocks, blob.tree().heldBlocks());
    }
  }

  @Property(tries = 500)
  void anyRangeOfWhatIsHeldProvesInWhateverRangesItCame(
      @ForAll @IntRange(min = 1, max = 300) int blocks, @ForAll long seed) {
    Random random = new Random(seed);
    Blob blob = Blob.of(blocks);
    BlobTree partial = new BlobTree(blob.tree().ref());
    BitSet held = new BitSet();

    for (int i = 0; i < 1 + random.nextInt(6); i++) {
      int first = random.nextInt(blocks);
      int end = first + 1 + random.nextInt(Math.min(40, blocks - first));
      RangeProof proof = blob.tree().prove(first, end);
      assertTrue(partial.add(proof, blob.hashes(proof)));
      held.set(first, end);
    }

    assertEquals(held.cardinality(), partial.heldBlocks());
    for (int i = 0; i < 60; i++) {
      int first = random.nextInt(blocks);
      int end = first + 1 + random.nextInt(Math.min(40, blocks - first));
      boolean all = held.nextClearBit(first) >= end;
      assertEquals(all, partial.holds(first, end));
      if (all) {
        assertEquals(blob.tree().prove(first, end), partial.prove(first, end));
      } else {
        assertThrows(IndexOutOfBoundsException.class, () -> partial.prove(first, end));
      }
    }
  }

  @Property(tries = 500)
  void oneWrongBitIsRefusedAndLeavesNothingBehind(
      @ForAll @IntRange(min = 1, max = 100) int blocks, @ForAll long seed) {
    Random random = new Random(seed);
    Blob blob = Blob.of(blocks);
    int first = random.nextInt(blocks);
    int end = first + 1 + random.nextInt(blocks - first);
    RangeProof proof = blob.tree().prove(first, end);
    List<Digest> outside = new ArrayList<>(proof.outside());
    List<Digest> hashes = new ArrayList<>(blob.hashes(proof));

    boolean beside = !outside.isEmpty() && random.nextBoolean();
    List<Digest> changed = beside ? outside : hashes;
    int at = random.nextInt(changed.size());
    byte[] flipped = changed.get(at).bytes();
    flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
    changed.set(at, Digest.of(flipped));
    BlobTree partial = new BlobTree(blob.tree().ref());

    assertFalse(partial.add(new RangeProof(first, end, outside), hashes));
    assertEquals(0, partial.heldBlocks());
    assertFalse(partial.holds(first, end));
    assertTrue(partial.add(proof, blob.hashes(proof)));
  }

  @Test
  void hashesOfAnotherNumberAreRefused() {
    Blob blob = Blob.of(9);
    RangeProof proof = blob.tree().prove(2, 5);
    BlobTree partial = new BlobTree(blob.tree().ref());

    assertFalse(partial.add(proof, blob.hashes().subList(2, 4)));
    assertFalse(partial.add(proof, blob.hashes().subList(2, 6)));
    assertFalse(partial.add(proof, List.of()));
  }

  /** Two gibibytes: each proof must cost a path, not a tree. */
  @Test
  void rangesOfALargeBlobProveInAPath() {
    Blob blob = Blob.of(1 << 15);
    BlobTree partial = new BlobTree(blob.tree().ref());

    for (int first = 0; first < 1 << 15; first += 64) {
      RangeProof proof = blob.tree().prove(first, first + 64);
      assertEquals(9, proof.outside().size());
      assertTrue(partial.add(proof, blob.hashes(proof)));
    }
    for (int block = 0; block < 1 << 15; block++) {
      assertEquals(15, partial.prove(block, block + 1).outside().size());
    }
    assertEquals(List.of(), partial.prove(0, 1 << 15).outside());
  }

  /** The length is the manifest's word; nothing is spent on it. */
  @Test
  void aBlobOfAnyLengthCostsNothingBeforeItComes() {
    BlobRef far = new BlobRef(Digest.ZERO, Long.MAX_VALUE);
    BlobTree tree = new BlobTree(far);
    long last = far.blockCount() - 1;
    RangeProof path = new RangeProof(last, last + 1, Collections.nCopies(47, Digest.ZERO));

    assertFalse(tree.add(path, List.of(Digest.ZERO)));
    assertFalse(tree.holds(last, last + 1));
    assertThrows(IndexOutOfBoundsException.class, () -> tree.prove(last, last + 1));
  }

  @Test
  void theEmptyBlobHoldsNothingToProve() {
    BlobTree tree = new BlobHasher().finishTree();

    assertEquals(BlobRef.EMPTY, tree.ref());
    assertEquals(0, tree.heldBlocks());
    assertFalse(tree.holds(0, 0));
    assertThrows(IndexOutOfBoundsException.class, () -> tree.prove(0, 1));
  }
}

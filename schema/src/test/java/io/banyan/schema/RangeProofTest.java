package io.banyan.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class RangeProofTest {
  private static final int BLOCK = Limits.BLOCK_BYTES;
  private static final int BLOCKS_MAX = 9;

  private static BlobTree tree(byte[] blob) {
    return new BlobHasher().update(blob, 0, blob.length).finishTree();
  }

  private static byte[] blocks(byte[] blob, int first, int end) {
    return Arrays.copyOfRange(blob, first * BLOCK, Math.min(end * BLOCK, blob.length));
  }

  @Test
  void everyRangeOfASmallBlobIsProven() {
    for (int count = 1; count <= BLOCKS_MAX; count++) {
      for (int lastBytes : new int[] {1, BLOCK}) {
        byte[] blob = BlobTest.pattern((count - 1) * BLOCK + lastBytes);
        BlobTree tree = tree(blob);
        for (int first = 0; first < count; first++) {
          for (int end = first + 1; end <= count; end++) {
            RangeProof proof = tree.prove(first, end);

            assertTrue(proof.proves(tree.ref(), blocks(blob, first, end)));
          }
        }
      }
    }
  }

  @Test
  void aProofOfTheWholeNeedsNoHashes() {
    byte[] blob = BlobTest.pattern(5 * BLOCK);

    assertEquals(new RangeProof(0, 5, List.of()), tree(blob).prove(0, 5));
  }

  @Test
  void bytesOfAnotherPlaceOrLengthAreNotProven() {
    byte[] blob = BlobTest.pattern(5 * BLOCK - 3);
    BlobTree tree = tree(blob);
    for (int first = 0; first < 5; first++) {
      for (int end = first + 1; end <= 5; end++) {
        RangeProof proof = tree.prove(first, end);
        for (int otherFirst = 0; otherFirst < 5; otherFirst++) {
          for (int otherEnd = otherFirst + 1; otherEnd <= 5; otherEnd++) {
            boolean same = first == otherFirst && end == otherEnd;

            byte[] bytes = blocks(blob, otherFirst, otherEnd);
            RangeProof moved = new RangeProof(otherFirst, otherEnd, proof.outside());

            assertEquals(same, proof.proves(tree.ref(), bytes));
            assertEquals(same, moved.proves(tree.ref(), bytes) && moved.equals(proof));
          }
        }
      }
    }
  }

  @Test
  void everyChangedBitIsFound() {
    byte[] blob = BlobTest.pattern(4 * BLOCK + 2);
    BlobTree tree = tree(blob);
    RangeProof proof = tree.prove(1, 5);
    byte[] bytes = blocks(blob, 1, 5);

    for (int at = 0; at < bytes.length; at += 8191) {
      byte[] changed = bytes.clone();
      changed[at] ^= (byte) (1 << (at % 8));
      assertFalse(proof.proves(tree.ref(), changed), "byte " + at);
    }
    for (int hash = 0; hash < proof.outside().size(); hash++) {
      for (int bit = 0; bit < 256; bit++) {
        List<Digest> outside = new ArrayList<>(proof.outside());
        byte[] flipped = outside.get(hash).bytes();
        flipped[bit / 8] ^= (byte) (1 << (bit % 8));
        outside.set(hash, Digest.of(flipped));
        assertFalse(new RangeProof(1, 5, outside).proves(tree.ref(), bytes));
      }
    }
  }

  @Test
  void aMissingAnExtraOrASwappedHashIsFound() {
    byte[] blob = BlobTest.pattern(7 * BLOCK);
    BlobTree tree = tree(blob);
    byte[] bytes = blocks(blob, 2, 3);
    List<Digest> outside = tree.prove(2, 3).outside();

    for (int at = 0; at < outside.size(); at++) {
      List<Digest> missing = new ArrayList<>(outside);
      missing.remove(at);
      assertFalse(new RangeProof(2, 3, missing).proves(tree.ref(), bytes));
    }
    for (int at = 0; at <= outside.size(); at++) {
      List<Digest> extra = new ArrayList<>(outside);
      extra.add(at, Digest.ZERO);
      assertFalse(new RangeProof(2, 3, extra).proves(tree.ref(), bytes));
    }
    List<Digest> swapped = new ArrayList<>(outside);
    Collections.swap(swapped, 0, 1);
    assertFalse(new RangeProof(2, 3, swapped).proves(tree.ref(), bytes));
  }

  /** Nobody knows what hashes to zero, but anybody may name a root over it. */
  @Test
  void aMissingHashIsFoundEvenWhereZeroWouldDo() {
    byte[] bytes = BlobTest.pattern(BLOCK);
    BlobRef crafted =
        new BlobRef(MerkleTree.nodeHash(MerkleTree.leafHash(bytes), Digest.ZERO), BLOCK + 1L);

    assertTrue(new RangeProof(0, 1, List.of(Digest.ZERO)).proves(crafted, bytes));
    assertFalse(new RangeProof(0, 1, List.of()).proves(crafted, bytes));
  }

  @Test
  void aLengthThatMakesTheRangeAnotherIsNotBelieved() {
    byte[] blob = BlobTest.pattern(3 * BLOCK);
    BlobTree tree = tree(blob);
    RangeProof proof = tree.prove(0, 2);
    byte[] bytes = blocks(blob, 0, 2);

    for (long length : new long[] {0, 1, BLOCK, 2 * BLOCK, 5 * BLOCK, 1L << 40, Long.MAX_VALUE}) {
      assertFalse(proof.proves(new BlobRef(tree.ref().digest(), length), bytes), length + " bytes");
    }
    RangeProof far = new RangeProof(Long.MAX_VALUE - 1, Long.MAX_VALUE, List.of());
    assertFalse(far.proves(new BlobRef(Digest.ZERO, Long.MAX_VALUE), new byte[0]));
  }

  /**
   * RFC 9162 roots do not hold their size, so block 2 of three can be shown as block 1 of two. A
   * blob's name is digest and length: whoever takes one from a peer takes both, from one place that
   * is signed or hashed.
   */
  @Test
  void theLengthIsNotUnderTheRoot() {
    byte[] blob = BlobTest.pattern(3 * BLOCK);
    BlobTree tree = tree(blob);
    BlobRef shorter = new BlobRef(tree.ref().digest(), 2 * BLOCK);
    byte[] last = blocks(blob, 2, 3);

    RangeProof proof = tree.prove(2, 3);
    RangeProof moved = new RangeProof(1, 2, proof.outside());

    assertTrue(moved.proves(shorter, last));
    assertFalse(moved.proves(tree.ref(), last));
  }

  @Test
  void aProofHasARangeAndABoundedNumberOfHashes() {
    List<Digest> most = Collections.nCopies(RangeProof.OUTSIDE_MAX, Digest.ZERO);
    List<Digest> more = Collections.nCopies(RangeProof.OUTSIDE_MAX + 1, Digest.ZERO);
    BlobTree tree = tree(BlobTest.pattern(2 * BLOCK));

    assertEquals(96, new RangeProof(0, 1, most).outside().size());
    assertThrows(IllegalArgumentException.class, () -> new RangeProof(0, 1, more));
    assertThrows(IllegalArgumentException.class, () -> new RangeProof(-1, 1, List.of()));
    assertThrows(IllegalArgumentException.class, () -> new RangeProof(1, 1, List.of()));
    assertThrows(IndexOutOfBoundsException.class, () -> tree.prove(0, 3));
    assertThrows(IndexOutOfBoundsException.class, () -> tree.prove(1, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> tree.prove(-1, 1));
  }
}

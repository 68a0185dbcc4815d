package io.banyan.schema;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The Merkle tree of Certificate Transparency, RFC 9162 section 2.1: leaves and inner nodes are
 * hashed under different prefixes, the left subtree is the largest power of two smaller than the
 * whole, nothing is padded or repeated.
 */
public final class MerkleTree {
  private static final byte LEAF_PREFIX = 0;
  private static final byte NODE_PREFIX = 1;

  private MerkleTree() {}

  /** SHA-256(0x00 ‖ data). */
  public static Digest leafHash(byte[] data) {
    return leafHash(data, 0, data.length);
  }

  static Digest leafHash(byte[] data, int offset, int length) {
    MessageDigest sha256 = Sha256.create();
    sha256.update(LEAF_PREFIX);
    sha256.update(data, offset, length);
    return Digest.finish(sha256);
  }

  /** SHA-256(0x01 ‖ left ‖ right). */
  static Digest nodeHash(Digest left, Digest right) {
    MessageDigest sha256 = Sha256.create();
    sha256.update(NODE_PREFIX);
    left.updateInto(sha256);
    right.updateInto(sha256);
    return Digest.finish(sha256);
  }

  /** The root over leaves that are hashed already; over none it is SHA-256 of nothing. */
  public static Digest root(List<Digest> leafHashes) {
    return leafHashes.isEmpty() ? Digest.sha256() : subtree(leafHashes);
  }

  private static Digest subtree(List<Digest> leafHashes) {
    int size = leafHashes.size();
    if (size == 1) {
      return leafHashes.getFirst();
    }
    int split = (int) splitBelow(size);
    return nodeHash(
        subtree(leafHashes.subList(0, split)), subtree(leafHashes.subList(split, size)));
  }

  /** The largest power of two smaller than {@code size}, which is 2 or more. */
  static long splitBelow(long size) {
    return Long.highestOneBit(size - 1);
  }

  /**
   * The inclusion path of leaf {@code index}, from the leaf up (RFC 9162 section 2.1.3.1).
   *
   * @throws IndexOutOfBoundsException if there is no such leaf
   */
  public static List<Digest> inclusionPath(List<Digest> leafHashes, int index) {
    if (index < 0 || index >= leafHashes.size()) {
      throw new IndexOutOfBoundsException("leaf " + index + " of " + leafHashes.size());
    }
    List<Digest> path = new ArrayList<>();
    climb(leafHashes, index, path);
    return List.copyOf(path);
  }

  private static void climb(List<Digest> leafHashes, int index, List<Digest> path) {
    int size = leafHashes.size();
    if (size == 1) {
      return;
    }
    int split = (int) splitBelow(size);
    List<Digest> left = leafHashes.subList(0, split);
    List<Digest> right = leafHashes.subList(split, size);
    if (index < split) {
      climb(left, index, path);
      path.add(subtree(right));
      return;
    }
    climb(right, index - split, path);
    path.add(subtree(left));
  }

  /**
   * Whether {@code path} leads from leaf {@code index} of a tree of {@code size} leaves to {@code
   * root}. A path that is too long or too short never does.
   */
  public static boolean includes(
      Digest root, Digest leafHash, long index, long size, List<Digest> path) {
    return rootAbove(leafHash, index, size, path).equals(Optional.of(root));
  }

  /**
   * The root that {@code path} leads to from leaf {@code index} of a tree of {@code size} leaves
   * (RFC 9162 section 2.1.3.2); nothing if there is no such leaf, or the path has another length.
   */
  static Optional<Digest> rootAbove(Digest leafHash, long index, long size, List<Digest> path) {
    if (index < 0 || index >= size) {
      return Optional.empty();
    }
    long node = index;
    long last = size - 1;
    Digest hash = leafHash;
    for (Digest sibling : path) {
      if (last == 0) {
        return Optional.empty();
      }
      if ((node & 1) == 1 || node == last) {
        hash = nodeHash(sibling, hash);
        while ((node & 1) == 0 && node != 0) {
          node >>>= 1;
          last >>>= 1;
        }
      } else {
        hash = nodeHash(hash, sibling);
      }
      node >>>= 1;
      last >>>= 1;
    }
    return last == 0 ? Optional.of(hash) : Optional.empty();
  }
}

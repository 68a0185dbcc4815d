package io.banyan.node.data;

import io.banyan.schema.BlobHasher;
import io.banyan.schema.BlobRef;
import io.banyan.schema.BlobTree;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The trees of blobs in memory that were asked for last: a blob that is fetched in many pieces is
 * hashed once. A tree takes about a thousandth of its blob.
 *
 * <p>Safe for any thread; guarded by its own lock, which is not held while it hashes.
 */
public final class TreeCache {
  /** Twice as many as fetches that a node serves at a time, in the usual case. */
  static final int TREES_MAX = 32;

  private final Map<BlobRef, BlobTree> trees = new LinkedHashMap<>(16, 0.75f, true);

  /** The tree over {@code bytes}, which {@code ref} names. */
  BlobTree tree(BlobRef ref, byte[] bytes) {
    synchronized (this) {
      BlobTree known = trees.get(ref);
      if (known != null) {
        return known;
      }
    }
    BlobTree tree = new BlobHasher().update(bytes, 0, bytes.length).finishTree();
    if (!tree.ref().equals(ref)) {
      throw new IllegalStateException(
          "the bytes held as blob " + ref + " are those of " + tree.ref());
    }
    synchronized (this) {
      trees.put(ref, tree);
      if (trees.size() > TREES_MAX) {
        trees.remove(trees.keySet().iterator().next());
      }
    }
    return tree;
  }

  synchronized int size() {
    return trees.size();
  }
}

package io.banyan.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is known of a blob's Merkle tree: the hashes of the blocks that are held, and of what stands
 * beside them on the way to the root. Any range of held blocks can be proven from it, whatever
 * ranges they came in, in time that grows with the levels of the tree and not with the blob.
 *
 * <p>Safe for any thread once it is complete; for one thread while it grows.
 */
public final class BlobTree {
  /*
   * INVARIANT: a node is known if its parent holds a held block below it, or is held itself. The
   * proof that brought the block had to rebuild the parent, from both of its children. So whatever
   * part of the held blocks is proven, all that is outside of it and next to the way up is known.
   */

  private final BlobRef ref;
  private final TreeNodes nodes;
  private final TreeMap<Long, Long> held = new TreeMap<>(); // first block → end of each run

  /** Nothing is held of {@code ref} yet. */
  public BlobTree(BlobRef ref) {
    this(ref, new TreeNodes());
  }

  /** All blocks are held; {@code blockHashes} are what {@code ref} names. */
  static BlobTree complete(List<Digest> blockHashes, long length) {
    if (blockHashes.isEmpty()) {
      return new BlobTree(BlobRef.EMPTY);
    }
    TreeNodes nodes = new TreeNodes();
    RangeProof whole = new RangeProof(0, blockHashes.size(), List.of());
    Digest root = whole.rebuild(blockHashes.size(), blockHashes, nodes::put);
    BlobTree tree = new BlobTree(new BlobRef(root, length), nodes);
    tree.hold(0, blockHashes.size());
    return tree;
  }

  private BlobTree(BlobRef ref, TreeNodes nodes) {
    this.ref = ref;
    this.nodes = nodes;
  }

  /** The name of the whole blob. */
  public BlobRef ref() {
    return ref;
  }

  /**
   * Takes the hashes of blocks that have come, if the proof shows that they are the blob's.
   *
   * @return whether it does; if not, nothing has changed
   */
  public boolean add(RangeProof proof, List<Digest> blockHashes) {
    if (!proof.proves(ref, blockHashes)) {
      return false;
    }
    proof.rebuild(ref.blockCount(), blockHashes, nodes::put);
    hold(proof.firstBlock(), proof.endBlock());
    return true;
  }

  private void hold(long firstBlock, long endBlock) {
    long first = firstBlock;
    long end = endBlock;
    Map.Entry<Long, Long> run = held.floorEntry(end);
    while (run != null && run.getValue() >= first) { // it touches the new one
      first = Math.min(first, run.getKey());
      end = Math.max(end, run.getValue());
      held.remove(run.getKey());
      run = held.floorEntry(end);
    }
    held.put(first, end);
  }

  /**
   * Whether all blocks from {@code firstBlock} up to but not including {@code endBlock} are held.
   */
  public boolean holds(long firstBlock, long endBlock) {
    if (firstBlock < 0 || firstBlock >= endBlock) {
      return false;
    }
    Map.Entry<Long, Long> run = held.floorEntry(firstBlock);
    return run != null && run.getValue() >= endBlock;
  }

  /** How many blocks are held. */
  public long heldBlocks() {
    return held.entrySet().stream().mapToLong(run -> run.getValue() - run.getKey()).sum();
  }

  /**
   * Proves the blocks {@code firstBlock} up to but not including {@code endBlock}.
   *
   * @throws IndexOutOfBoundsException if the range is empty or not held
   */
  public RangeProof prove(long firstBlock, long endBlock) {
    if (!holds(firstBlock, endBlock)) {
      throw new IndexOutOfBoundsException(
          "blocks " + firstBlock + " to " + endBlock + " of " + ref.blockCount() + " are not held");
    }
    List<Digest> outside = new ArrayList<>();
    collect(0, ref.blockCount(), firstBlock, endBlock, outside);
    return new RangeProof(firstBlock, endBlock, outside);
  }

  private void collect(long from, long to, long first, long end, List<Digest> outside) {
    if (to <= first || from >= end) {
      outside.add(nodes.get(from, to));
      return;
    }
    if (first <= from && to <= end) {
      return;
    }
    long middle = from + MerkleTree.splitBelow(to - from);
    collect(from, middle, first, end, outside);
    collect(middle, to, first, end, outside);
  }
}

package io.banyan.node.data;

import io.banyan.schema.BlobRef;
import io.banyan.schema.BlobTree;
import io.banyan.schema.Limits;
import io.banyan.schema.RangeProof;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A blob of which this node holds proven ranges, in a file of the blob's length that has holes
 * where nothing came. What is read from it, and handed on, is only what was proven. In memory it
 * takes a thousandth of what it holds.
 *
 * <p>Safe for any thread.
 */
public final class RangeFile implements RangeSource, BlockSink, AutoCloseable {
  private final Path path;
  private final SharedFile file;
  private final BlobTree tree; // guarded by itself

  private RangeFile(Path path, SharedFile file, BlobTree tree) {
    this.path = path;
    this.file = file;
    this.tree = tree;
  }

  /**
   * A file that holds nothing yet of {@code ref}. It is gone when it is closed, however that comes.
   *
   * @param path where there is nothing yet
   */
  public static RangeFile create(Path path, BlobRef ref) throws IOException {
    SharedFile file = SharedFile.temporary(path);
    try {
      file.size(ref.length());
      return new RangeFile(path, file, new BlobTree(ref));
    } catch (IOException e) {
      file.close();
      throw new IOException(
          "a file of " + ref.length() + " bytes cannot be made at " + path + ": " + e.getMessage(),
          e);
    }
  }

  /** Keeps blocks of this blob. */
  @Override
  public void accept(ProvenBlocks blocks) throws IOException {
    if (!blocks.ref().equals(ref())) {
      throw new IllegalStateException(
          "blocks of blob " + blocks.ref() + " for the file of " + ref());
    }
    try {
      file.write(blocks.firstByte(), blocks.bytes(), blocks.offset(), blocks.byteCount());
    } catch (IOException e) {
      throw new IOException(
          "bytes from "
              + blocks.firstByte()
              + " cannot be written to "
              + path
              + ": "
              + e.getMessage(),
          e);
    }
    // Behind the write: who sees that a block is held may read it at once.
    synchronized (tree) {
      if (!tree.add(blocks.proof(), blocks.blockHashes())) {
        throw new IllegalStateException("proven blocks do not prove: " + blocks.proof());
      }
    }
  }

  @Override
  public BlobRef ref() {
    return tree.ref();
  }

  @Override
  public boolean holds(long firstBlock, long endBlock) {
    synchronized (tree) {
      return tree.holds(firstBlock, endBlock);
    }
  }

  @Override
  public RangeProof prove(long firstBlock, long endBlock) {
    synchronized (tree) {
      return tree.prove(firstBlock, endBlock);
    }
  }

  @Override
  public void read(long from, byte[] into, int offset, int count) throws IOException {
    if (count == 0) {
      return;
    }
    long end = from + count;
    if (end > ref().length()
        || !holds(from / Limits.BLOCK_BYTES, Math.ceilDiv(end, Limits.BLOCK_BYTES))) {
      throw new IndexOutOfBoundsException(
          "bytes " + from + " to " + end + " of blob " + ref() + " are not held");
    }
    if (file.read(from, into, offset, count) < count) {
      throw new EOFException("the file at " + path + " became shorter while it was used");
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}

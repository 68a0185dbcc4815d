package io.banyan.node.data;

import io.banyan.schema.LineCuts;
import java.io.IOException;

/**
 * Looks for line cuts in blocks on their way to where they are kept: a child finds the cuts of its
 * lease itself, and need not read its input twice for it.
 *
 * <p>For one thread, as the fetch that feeds it.
 */
public final class CutSink implements BlockSink {
  private final BlockSink next;
  private final LineCuts.Finder finder;
  private final long end;
  private long position; // of the finder

  /**
   * Hands blocks on to {@code next}, and the bytes [firstByte, end) of them to {@code finder}.
   *
   * @param firstByte the first one that the finder wants: {@link LineCuts.Finder#firstByte}
   */
  public CutSink(BlockSink next, LineCuts.Finder finder, long firstByte, long end) {
    this.next = next;
    this.finder = finder;
    this.position = firstByte;
    this.end = end;
  }

  @Override
  public void accept(ProvenBlocks blocks) throws IOException, InterruptedException {
    next.accept(blocks);
    long to = Math.min(end, blocks.endByte());
    if (position < to) {
      int skipped = (int) (position - blocks.firstByte());
      finder.update(blocks.bytes(), blocks.offset() + skipped, (int) (to - position));
      position = to;
    }
  }
}

package io.banyan.node.data;

import java.io.IOException;

/** Takes the blocks of a blob as they come, in order, from one thread. */
@FunctionalInterface
public interface BlockSink {
  /**
   * Takes the next blocks, whose proof held. Their bytes are overwritten after this returns.
   *
   * @throws IOException if they cannot be kept; it ends the fetch, and is what the fetch throws
   */
  void accept(ProvenBlocks blocks) throws IOException, InterruptedException;
}

package io.banyan.node.data;

import io.banyan.schema.ReceiptEntry;
import java.io.IOException;

/**
 * Walks the entries that stand under a finished lease: leases and receipts, then the steps in the
 * order of the plan.
 *
 * <p>For one thread at a time.
 */
public interface EvidenceCursor extends AutoCloseable {
  /** Whether there is one more. */
  boolean hasNext() throws IOException;

  /**
   * The next one.
   *
   * @throws java.util.NoSuchElementException if there is none
   */
  ReceiptEntry next() throws IOException;

  @Override
  void close();
}

package io.banyan.node.lease;

import io.banyan.schema.Lease;
import io.banyan.schema.LineCuts;
import io.banyan.schema.Manifest;
import io.banyan.schema.PlanNode;
import io.banyan.schema.SplitRule;

/**
 * The bytes of the input that a lease on cells needs: its own, and under the rule {@code lines}
 * those before them that show where its first line begins.
 *
 * @param from the first byte
 * @param to the byte behind the last
 */
record InputRange(long from, long to) {
  static InputRange of(Manifest manifest, Lease lease) {
    boolean lines = manifest.splitRule() instanceof SplitRule.ByLines;
    if (!lines || !(lease.node() instanceof PlanNode.Cells(var interval))) {
      return new InputRange(lease.fromByte(), lease.toByte());
    }
    long first = LineCuts.Finder.firstByte(manifest.chunkBytes(), interval.from());
    return new InputRange(Math.min(first, lease.fromByte()), lease.toByte());
  }

  long byteCount() {
    return to - from;
  }
}

package io.banyan.delegation.simulation;

import io.banyan.delegation.Task;
import io.banyan.schema.Digest;
import io.banyan.schema.Lease;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A task that is under way at a node.
 *
 * @param chain of leases from the entry node's down to the one it is held under; empty at the entry
 *     node
 * @param leasesBelow of each receipt that was delivered to it: the leases that it rests on
 */
record VirtualTask(Task task, VirtualJob job, List<Lease> chain, Map<Digest, Integer> leasesBelow) {
  VirtualTask(Task task, VirtualJob job, List<Lease> chain) {
    this(task, job, chain, new HashMap<>());
  }

  /** Leases that {@code receipts}, all delivered to it, rest on, themselves included. */
  int leasesUnder(List<Digest> receipts) {
    return receipts.stream().mapToInt(receipt -> 1 + leasesBelow.getOrDefault(receipt, 0)).sum();
  }
}

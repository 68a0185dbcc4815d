package io.banyan.node.lease;

import io.banyan.delegation.Known;
import io.banyan.schema.JobId;
import io.banyan.schema.Lease;
import io.banyan.schema.PeerId;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who says that he has finished which plan nodes. This node lends them to him where it can; leases
 * of what lies above them carry it as hints, for a child that can reach whom this node cannot. It
 * is the word of peers, also of those that are gone by now, and costs a lease where it is wrong.
 *
 * <p>Safe for any thread; guarded by its own lock.
 */
public final class Whereabouts {
  /** As many as run at an entry node; the one first heard of goes. */
  static final int JOBS_MAX = 64;

  /** Plan nodes of one job. */
  static final int NODES_MAX = 4096;

  /** And of those, by the word of one peer. */
  static final int NODES_OF_PEER_MAX = 256;

  private final Map<JobId, Job> jobs = new LinkedHashMap<>();

  private static final class Job {
    final Map<PlanNode, PeerId> holders = new LinkedHashMap<>();
    final Map<PeerId, Integer> counts = new HashMap<>();
  }

  /** Nobody has said anything yet. */
  public Whereabouts() {}

  /** {@code peer} says that it has finished {@code nodes}; who says it last is believed. */
  synchronized void add(JobId id, PeerId peer, List<PlanNode> nodes) {
    if (nodes.isEmpty()) {
      return;
    }
    if (!jobs.containsKey(id) && jobs.size() == JOBS_MAX) {
      Iterator<JobId> oldest = jobs.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
    Job job = jobs.computeIfAbsent(id, _ -> new Job());
    for (PlanNode node : nodes) {
      if (job.counts.getOrDefault(peer, 0) < NODES_OF_PEER_MAX
          && (job.holders.size() < NODES_MAX || job.holders.containsKey(node))) {
        PeerId before = job.holders.put(node, peer);
        job.counts.merge(peer, 1, Integer::sum);
        if (before != null) {
          job.counts.merge(before, -1, Integer::sum);
        }
      }
    }
  }

  /**
   * What {@code child} is to be told with a lease of {@code root}: who else has what lies below it.
   */
  synchronized List<Lease.Hint> hints(JobId id, Plan plan, PlanNode root, PeerId child) {
    List<Lease.Hint> hints = new ArrayList<>();
    Job job = jobs.get(id);
    if (job != null) {
      job.holders.forEach(
          (node, holder) -> {
            if (hints.size() < Lease.HINTS_MAX
                && !holder.equals(child)
                && Known.isWithin(node, root)) {
              hints.add(new Lease.Hint(plan.key(node), holder));
            }
          });
    }
    return hints;
  }
}

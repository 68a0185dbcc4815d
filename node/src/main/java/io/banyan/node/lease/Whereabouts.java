package io.banyan.node.lease;

import io.banyan.delegation.Known;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.Lease;
import io.banyan.schema.PeerId;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

  /**
   * And of those, by the word of one peer, for as long as the job is known here: whoever names what
   * it does not have gets a lease for each, and no more.
   */
  static final int NODES_OF_PEER_MAX = 256;

  /** Single cells among them: what a crowd of small leases costs is more than they spare. */
  static final int SINGLES_OF_PEER_MAX = 64;

  /** Peers that are listened to in one job. */
  static final int PEERS_MAX = 64;

  private final Map<JobId, Job> jobs = new LinkedHashMap<>();

  private static final class Job {
    final Map<PlanNode, PeerId> holders = new LinkedHashMap<>();
    final Map<PeerId, Said> said = new HashMap<>();
  }

  /** What one peer has said of one job, also if somebody else has said it since. */
  private static final class Said {
    final Set<PlanNode> nodes = new HashSet<>();
    int singles;

    boolean add(PlanNode node) {
      boolean isSingle = node instanceof PlanNode.Cells(Interval cells) && cells.count() == 1;
      if (nodes.contains(node)) {
        return true;
      }
      if (nodes.size() == NODES_OF_PEER_MAX || (isSingle && singles == SINGLES_OF_PEER_MAX)) {
        return false;
      }
      singles += isSingle ? 1 : 0;
      return nodes.add(node);
    }
  }

  /** Nobody has said anything yet. */
  public Whereabouts() {}

  /**
   * {@code peer} says that it has finished {@code nodes}; who says it last is believed.
   *
   * @return those that it is believed of
   */
  synchronized List<PlanNode> add(JobId id, PeerId peer, List<PlanNode> nodes) {
    if (nodes.isEmpty()) {
      return List.of();
    }
    if (!jobs.containsKey(id) && jobs.size() == JOBS_MAX) {
      Iterator<JobId> oldest = jobs.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
    Job job = jobs.computeIfAbsent(id, _ -> new Job());
    if (!job.said.containsKey(peer) && job.said.size() == PEERS_MAX) {
      return List.of();
    }
    Said said = job.said.computeIfAbsent(peer, _ -> new Said());
    List<PlanNode> believed = new ArrayList<>();
    for (PlanNode node : nodes) {
      boolean hasRoom = job.holders.size() < NODES_MAX || job.holders.containsKey(node);
      if (hasRoom && said.add(node)) {
        job.holders.put(node, peer);
        believed.add(node);
      }
    }
    return believed;
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

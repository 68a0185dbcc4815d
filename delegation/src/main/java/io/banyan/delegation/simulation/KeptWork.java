package io.banyan.delegation.simulation;

import io.banyan.delegation.Known;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.Lease;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import io.banyan.schema.TaskMessage;
import io.banyan.schema.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a virtual node has finished under leases that it holds or held, as node.lease.KeptFolders
 * keeps it: for who lends the same plan nodes anew, because the lender was lost with what he had of
 * them.
 *
 * <p>Confined to the thread that simulates.
 */
final class KeptWork {
  static final int KEPT_MAX = 64; // of leases that are over, as production

  private final VirtualNode node;
  private final Map<Digest, Kept> byLink = new LinkedHashMap<>(); // the oldest first

  /** One lease's. */
  private static final class Kept {
    final VirtualNode lender;
    final Lease lease;
    final VirtualTask task;
    final Map<PlanNode, Known.Finished> finished = new LinkedHashMap<>();
    boolean over;
    boolean lenderLost;
    long lostNanos; // when
    long untilNanos = Long.MAX_VALUE; // once it is over

    Kept(VirtualNode lender, Lease lease, VirtualTask task) {
      this.lender = lender;
      this.lease = lease;
      this.task = task;
    }

    List<PeerId> above() {
      return task.task().above();
    }
  }

  KeptWork(VirtualNode node) {
    this.node = node;
  }

  private long nowNanos() {
    return node.world.agenda.nowNanos();
  }

  /** The work under {@code lease} begins; {@link #ended} follows. */
  void begun(VirtualNode lender, Lease lease, VirtualTask task, boolean lenderLost) {
    Kept kept = new Kept(lender, lease, task);
    kept.lenderLost = lenderLost;
    kept.lostNanos = nowNanos();
    byLink.put(task.task().link(), kept);
  }

  /** {@code planNode} of the task under {@code link} came to {@code what}. */
  void done(Digest link, PlanNode planNode, List<PlanNode> children, Known.Finished what) {
    Kept kept = byLink.get(link);
    if (kept != null) {
      children.forEach(kept.finished::remove);
      kept.finished.put(planNode, new Known.Finished(what.value(), what.evidence()));
    }
  }

  /** {@code planNode}, and all below, is let go of. */
  void forget(Digest link, PlanNode planNode) {
    Kept kept = byLink.get(link);
    if (kept != null) {
      kept.finished.keySet().removeIf(inner -> Known.isWithin(inner, planNode));
    }
  }

  /** The work under {@code link} is over; what has come of it is kept, if anything has. */
  void ended(Digest link, boolean inVain) {
    Kept kept = byLink.get(link);
    if (kept == null) {
      return;
    }
    kept.over = true;
    if (kept.finished.isEmpty()) {
      byLink.remove(link);
    } else if (inVain || kept.lenderLost) {
      expire(kept);
    }
    prune();
  }

  private void expire(Kept kept) {
    kept.untilNanos = Math.min(kept.untilNanos, nowNanos() + node.orphanNanos());
    node.in(node.orphanNanos(), this::prune);
  }

  private void prune() {
    List<Digest> over = new ArrayList<>();
    byLink.forEach(
        (link, kept) -> {
          if (kept.over) {
            over.add(link);
          }
        });
    int surplus = over.size() - KEPT_MAX;
    for (Digest link : over) {
      Kept kept = Violation.present(byLink.get(link), "such lease");
      boolean old =
          kept.untilNanos <= nowNanos() || kept.lease.notAfterMillis() <= node.wallMillis();
      if (surplus > 0 || old) {
        byLink.remove(link);
        surplus--;
      }
    }
  }

  void left(VirtualNode lender) {
    for (Kept kept : List.copyOf(byLink.values())) {
      if (kept.lender == lender) {
        kept.lenderLost = true;
        kept.lostNanos = nowNanos();
        expire(kept);
      }
    }
  }

  void joined(VirtualNode lender) {
    for (Kept kept : byLink.values()) {
      kept.lenderLost &= kept.lender != lender;
    }
  }

  /** Who stands above {@code lender} in what is kept. */
  Set<PeerId> above(VirtualNode lender) {
    Set<PeerId> above = new LinkedHashSet<>();
    for (Kept kept : byLink.values()) {
      if (kept.lender == lender) {
        above.addAll(kept.above());
      }
    }
    above.remove(lender.id);
    return above;
  }

  /** What {@code peer} is to be told of what was finished for lenders that are lost. */
  List<Letter.Orphan> orphansFor(PeerId peer) {
    Map<JobId, Map<Digest, Value>> byJob = new LinkedHashMap<>();
    for (Kept kept : byLink.values()) {
      if (kept.lenderLost && kept.above().contains(peer)) {
        Oracle oracle = node.world.oracle(kept.lease.job());
        Map<Digest, Value> finished =
            byJob.computeIfAbsent(kept.lease.job(), _ -> new LinkedHashMap<>());
        kept.finished.forEach((planNode, what) -> finished.put(oracle.key(planNode), what.value()));
        if (node.world.strikes(FaultKind.LIES)) {
          finished.put(kept.lease.key(), new Value.Blob(BlobRef.EMPTY));
        }
      }
    }
    List<Letter.Orphan> orphans = new ArrayList<>();
    byJob.forEach((job, finished) -> orphans.addAll(orphans(job, finished)));
    return orphans;
  }

  private static List<Letter.Orphan> orphans(JobId job, Map<Digest, Value> finished) {
    List<TaskMessage.Finished> all = new ArrayList<>();
    finished.forEach((key, value) -> all.add(new TaskMessage.Finished(key, value)));
    List<Letter.Orphan> orphans = new ArrayList<>();
    for (int from = 0; from < all.size(); from += TaskMessage.Orphan.FINISHED_MAX) {
      int to = Math.min(from + TaskMessage.Orphan.FINISHED_MAX, all.size());
      orphans.add(new Letter.Orphan(job, all.subList(from, to)));
    }
    return orphans;
  }

  /** What is kept at or below {@code planNode} of {@code job}. */
  Known known(VirtualJob job, PlanNode planNode) {
    prune();
    Map<PlanNode, Known.Finished> found = new LinkedHashMap<>();
    for (Kept kept : byLink.values()) {
      if (node.recalls(kept.task.job(), job, kept.lease.node())) {
        kept.finished.forEach(
            (inner, what) -> {
              if (Known.isWithin(inner, planNode)) {
                found.putIfAbsent(inner, what);
              }
            });
      }
    }
    return Known.of(found);
  }

  /** For how long something is kept for a lender that is lost. */
  long longestOrphanNanos() {
    return byLink.values().stream()
        .filter(kept -> kept.lenderLost)
        .mapToLong(kept -> nowNanos() - kept.lostNanos)
        .max()
        .orElse(0);
  }
}

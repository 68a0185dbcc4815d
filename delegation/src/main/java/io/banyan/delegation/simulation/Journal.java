package io.banyan.delegation.simulation;

import io.banyan.delegation.JobEnd;
import io.banyan.delegation.Known;
import io.banyan.schema.Digest;
import io.banyan.schema.PlanNode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What of a node's jobs is on its disk: which were accepted, what their plan nodes came to, and how
 * each ended. The first end that is recorded decides.
 *
 * <p>Confined to the thread that simulates.
 */
final class Journal {
  private final Map<Digest, VirtualJob> accepted = new LinkedHashMap<>();
  private final Map<Digest, JobEnd> ends = new LinkedHashMap<>();
  private final Map<Digest, Map<PlanNode, Known.Finished>> done = new HashMap<>();

  boolean accepted(Digest link) {
    return accepted.containsKey(link);
  }

  /** Whether it was not accepted before. */
  boolean accept(VirtualJob job) {
    return accepted.putIfAbsent(job.link(), job) == null;
  }

  /** How the job ends: so, or as it has ended already. */
  JobEnd end(Digest link, JobEnd end) {
    done.remove(link);
    return ends.computeIfAbsent(link, _ -> end);
  }

  /** {@code planNode} of a task came to {@code what}; of leases nothing is kept. */
  void done(Digest link, PlanNode planNode, Known.Finished what) {
    if (accepted.containsKey(link) && !ends.containsKey(link)) {
      done.computeIfAbsent(link, _ -> new LinkedHashMap<>()).put(planNode, what);
    }
  }

  /** What {@code planNode} came to, and all below, is let go of. */
  void forget(Digest link, PlanNode planNode) {
    done.getOrDefault(link, Map.of()).keySet().removeIf(inner -> Known.isWithin(inner, planNode));
  }

  /** What plan nodes of a job came to before a crash. */
  Known known(Digest link) {
    return Known.of(done.getOrDefault(link, Map.of()));
  }

  /** The jobs that were accepted and have not ended. */
  List<VirtualJob> open() {
    return accepted.values().stream().filter(job -> !ends.containsKey(job.link())).toList();
  }
}

package io.banyan.delegation.simulation;

import io.banyan.delegation.JobEnd;
import io.banyan.schema.Digest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What of a node's jobs is on its disk: which were accepted, and how each ended. The first end that
 * is recorded decides.
 *
 * <p>Confined to the thread that simulates.
 */
final class Journal {
  private final Map<Digest, VirtualJob> accepted = new LinkedHashMap<>();
  private final Map<Digest, JobEnd> ends = new LinkedHashMap<>();

  boolean accepted(Digest link) {
    return accepted.containsKey(link);
  }

  /** Whether it was not accepted before. */
  boolean accept(VirtualJob job) {
    return accepted.putIfAbsent(job.link(), job) == null;
  }

  /** How the job ends: so, or as it has ended already. */
  JobEnd end(Digest link, JobEnd end) {
    return ends.computeIfAbsent(link, _ -> end);
  }

  /** The jobs that were accepted and have not ended. */
  List<VirtualJob> open() {
    return accepted.values().stream().filter(job -> !ends.containsKey(job.link())).toList();
  }
}

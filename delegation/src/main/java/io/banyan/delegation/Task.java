package io.banyan.delegation;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.Cuts;
import io.banyan.schema.Digest;
import io.banyan.schema.JobId;
import io.banyan.schema.Manifest;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import io.banyan.schema.PublicKey;
import io.banyan.schema.SplitRule;
import java.util.List;

/**
 * A plan node that is to be brought to its value here: by calls of one's own, and by leases lent to
 * peers.
 *
 * @param link what entitles this node to it: the digest of the lease it holds, or the JobId's at
 *     the entry node
 * @param submitter who signed the manifest
 * @param node the root of the plan at the entry node, else the leased plan node; never {@link
 *     PlanNode.Parts}
 * @param ground what the plan node stands on
 * @param merges whether the module exports {@code merge}
 * @param grant what may be spent in all; its time runs from {@link Event.Begun} on
 * @param tries peers that may still try each plan node below, 0 or more; retries + 1 at the entry
 *     node
 * @param dueMillis from {@link Event.Begun} on, when whoever gave it thinks to have the rest of its
 *     own, 0 or more: to be done sooner is of no use. A guess, and no limit
 * @param above the holders of the chain of leases above, first the entry node; nothing is lent to
 *     them. Empty at the entry node
 * @param known what is known already of plan nodes at or below {@code node}; it counts against the
 *     grant as if it were done now
 */
public record Task(
    Digest link,
    JobId job,
    Manifest manifest,
    PublicKey submitter,
    PlanNode node,
    Ground ground,
    boolean merges,
    Budget grant,
    int tries,
    long dueMillis,
    List<PeerId> above,
    Known known) {
  /** A task that begins from nothing, and is due at once. */
  public Task(
      Digest link,
      JobId job,
      Manifest manifest,
      PublicKey submitter,
      PlanNode node,
      Ground ground,
      boolean merges,
      Budget grant,
      int tries,
      List<PeerId> above) {
    this(
        link,
        job,
        manifest,
        submitter,
        node,
        ground,
        merges,
        grant,
        tries,
        0,
        above,
        Known.NOTHING);
  }

  public Task {
    above = List.copyOf(above);
    boolean byModule = manifest.splitRule() instanceof SplitRule.ByModule;
    boolean fits =
        switch (ground) {
          case Ground.Cells _ -> node instanceof PlanNode.Cells && !byModule;
          case Ground.Part _ -> node instanceof PlanNode.Part && byModule;
        };
    if (!fits) {
      throw new IllegalArgumentException(
          "plan node " + node + " under split rule " + manifest.splitRule().words());
    }
    if (tries < 0 || dueMillis < 0) {
      throw new IllegalArgumentException(
          "a plan node to be tried by " + tries + " peers, and due in " + dueMillis + " ms");
    }
  }

  /** Whether the job was submitted to this node. */
  public boolean atEntry() {
    return above.isEmpty();
  }

  /** The same, with no more time than {@code timeMillis}. */
  public Task within(long timeMillis) {
    Budget shorter =
        new Budget(
            grant.fuel(),
            grant.leaves(),
            grant.bytes(),
            grant.memoryBytesMax(),
            grant.hops(),
            Math.min(timeMillis, grant.timeMillis()));
    return new Task(
        link, job, manifest, submitter, node, ground, merges, shorter, tries, dueMillis, above,
        known);
  }

  /** The same, due in {@code millis}. */
  public Task due(long millis) {
    return new Task(
        link, job, manifest, submitter, node, ground, merges, grant, tries, millis, above, known);
  }

  /** The same, with {@code found} to begin from. */
  public Task knowing(Known found) {
    return new Task(
        link, job, manifest, submitter, node, ground, merges, grant, tries, dueMillis, above,
        found);
  }

  /** What a plan node stands on. */
  public sealed interface Ground {
    /**
     * Cells of the input.
     *
     * @param cuts need to be known only from the plan node's first cell to the end of its last
     */
    record Cells(Cuts cuts) implements Ground {}

    /**
     * A part that a split made; at the entry node the whole input. It stays with whoever began the
     * task, and is not released.
     *
     * @param parentBytes the length of the part it was split from; Long.MAX_VALUE for the whole
     */
    record Part(BlobRef bytes, long parentBytes) implements Ground {}
  }
}

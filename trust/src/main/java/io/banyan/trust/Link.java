package io.banyan.trust;

import io.banyan.schema.Budget;
import io.banyan.schema.Digest;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.Lease;
import io.banyan.schema.Manifest;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import io.banyan.schema.SplitRule;
import io.banyan.schema.UniformCuts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What entitles a peer to a plan node: the job itself at its entry node, or one lease. Each is a
 * link of the chain that leads from the submitter's signature to whoever does the work.
 *
 * @param digest of the signed lease; the JobId's at the entry node
 * @param holder who works under it
 * @param above the holders of the links above it, the entry node first; nobody at the entry node
 * @param node what is to be brought to its value
 * @param part what the plan node rests on, if a split made it
 * @param fromByte where the plan node's bytes begin in the input; 0 under {@code index} and for
 *     parts
 * @param toByte where they end
 * @param grant what may be spent
 * @param tries peers that may still try each plan node below
 * @param notAfterMillis Unix time; nothing below lasts longer
 */
public record Link(
    Digest digest,
    PeerId holder,
    List<PeerId> above,
    PlanNode node,
    Optional<Lease.LeasedPart> part,
    long fromByte,
    long toByte,
    Budget grant,
    int tries,
    long notAfterMillis) {
  public Link {
    above = List.copyOf(above);
  }

  /** The link of the entry node. */
  public static Link ofJob(JobId job, Manifest manifest) {
    return new Link(
        job.digest(),
        manifest.entry().peerId(),
        List.of(),
        root(manifest),
        Optional.empty(),
        0,
        manifest.splitRule() instanceof SplitRule.ByModule ? 0 : manifest.input().length(),
        manifest.budget(),
        manifest.retries() + 1,
        manifest.endMillis());
  }

  /**
   * The link of whom this one's holder lends to. Nothing is checked: it is for who signed the lease
   * himself, or has checked it.
   *
   * @param digest of the signed {@code lease}
   */
  public Link lent(Digest digest, Lease lease) {
    List<PeerId> holders = new ArrayList<>(above);
    holders.add(holder);
    return new Link(
        digest,
        lease.child(),
        holders,
        lease.node(),
        lease.part(),
        lease.fromByte(),
        lease.toByte(),
        lease.grant(),
        lease.tries(),
        lease.notAfterMillis());
  }

  /** The most leases that may stand below it. */
  public int leasesMax(Manifest manifest) {
    if (isJob()) {
      return LeaseShare.ALL;
    }
    return manifest.splitRule() instanceof SplitRule.ByIndex(int cells)
            && node instanceof PlanNode.Cells(Interval interval)
        ? LeaseShare.below(interval.count(), cells)
        : LeaseShare.below(
            part.map(of -> of.bytes().length()).orElse(toByte - fromByte),
            manifest.input().length());
  }

  /** Whether it is the job itself. */
  boolean isJob() {
    return above.isEmpty();
  }

  /** The root of the plan, which takes the input's size alone. */
  private static PlanNode root(Manifest manifest) {
    return switch (manifest.splitRule()) {
      case SplitRule.ByModule() -> new PlanNode.Part(List.of());
      case SplitRule.ByIndex(int cells) -> new PlanNode.Cells(Interval.all(cells));
      case SplitRule.ByBytes(), SplitRule.ByRecords(int _), SplitRule.ByLines() ->
          new PlanNode.Cells(
              Interval.all(
                  new UniformCuts(manifest.input().length(), manifest.chunkBytes()).count()));
    };
  }
}

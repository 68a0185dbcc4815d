package io.banyan.trust;

import io.banyan.schema.Budget;
import io.banyan.schema.Cuts;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.Lease;
import io.banyan.schema.Limits;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.Manifest;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Refused;
import io.banyan.schema.Signed;
import io.banyan.schema.SplitRule;
import io.banyan.schema.WireCodec;
import java.util.List;
import java.util.Optional;

/**
 * What one lease must be, under the link that its lender holds. The rules are the same on the way
 * down, where a child is offered it, and on the way up, where a receipt rests on it.
 *
 * <p>What manifest and chain do not decide, they bound: the cuts of {@code lines} are the bytes' to
 * confirm, and the parts of a split the steps'.
 */
final class LeaseRules {
  private final JobId job;
  private final Manifest manifest;
  private final Plan plan;
  private final Link root;
  private final Optional<Cuts> cutsBySize;

  LeaseRules(JobId job, Manifest manifest) {
    this.job = job;
    this.manifest = manifest;
    this.plan = Plan.of(manifest);
    this.root = Link.ofJob(job, manifest);
    this.cutsBySize = manifest.cutsBySize();
  }

  /** A lease that holds. */
  record Held(Lease lease, Link link) {}

  Held under(Link above, Signed signed) throws Breach {
    if (!signed.signer().equals(above.holder().key())) {
      throw notAllowed(
          "it is signed by "
              + signed.signer()
              + ", not by "
              + above.holder()
              + ", who holds what it is lent from");
    }
    if (!Signatures.hold(SigningDomain.LEASE, signed)) {
      throw notAllowed("its signature does not hold");
    }
    Lease lease = decode(signed);
    requirePlace(above, lease);
    requireNode(above.node(), lease);
    switch (manifest.splitRule()) {
      case SplitRule.ByModule() -> requirePart(above, lease);
      case SplitRule.ByLines() -> requireLines(above, lease);
      case SplitRule.ByBytes(), SplitRule.ByRecords(int _), SplitRule.ByIndex(int _) ->
          requireBytes(lease);
    }
    requireGrant(above.grant(), lease.grant());
    requireTries(above, lease);
    requireTime(above, lease);
    return new Held(lease, above.lent(signed.digest(), lease));
  }

  static Lease decode(Signed signed) throws Breach {
    try {
      return WireCodec.decodeLease(signed.payload());
    } catch (MalformedMessageException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  private void requirePlace(Link above, Lease lease) throws Breach {
    if (!lease.job().equals(job)) {
      throw notAllowed("it belongs to the job " + lease.job());
    }
    if (!lease.parent().equals(above.digest())) {
      throw notAllowed(
          "it is lent from " + lease.parent() + ", the link above it is " + above.digest());
    }
    if (lease.child().equals(above.holder()) || above.above().contains(lease.child())) {
      throw notAllowed("its child " + lease.child() + " holds a link above it already");
    }
  }

  private void requireNode(PlanNode above, Lease lease) throws Breach {
    PlanNode node = lease.node();
    if (!isReal(node)) {
      throw invalid("the plan has no node " + node);
    }
    if (!PlanOrder.isWithin(above, node)) {
      throw invalid("plan node " + node + " does not lie in " + above + ", which it is lent from");
    }
    if (!lease.key().equals(plan.key(node))) {
      throw invalid("its key is not that of plan node " + node);
    }
  }

  /** Whether the plan may have it; how many parts a split has, only its step says. */
  boolean isReal(PlanNode node) {
    return switch (root.node()) {
      case PlanNode.Cells(Interval(int _, int cells)) ->
          node instanceof PlanNode.Cells(Interval interval)
              && interval.to() <= cells
              && Interval.ancestry(interval.from(), cells).contains(interval);
      case PlanNode.Part _ -> !(node instanceof PlanNode.Cells);
      case PlanNode.Parts _ -> throw new IllegalStateException("no plan has the root " + root);
    };
  }

  /** Size alone decides the cuts. */
  private void requireBytes(Lease lease) throws Breach {
    Cuts cuts = cutsBySize.orElseThrow();
    Interval interval = interval(lease.node());
    if (lease.fromByte() != cuts.cut(interval.from())
        || lease.toByte() != cuts.cut(interval.to())) {
      throw wrongBytes(
          lease, "the plan's are " + cuts.cut(interval.from()) + " to " + cuts.cut(interval.to()));
    }
  }

  /** A cut is never before its nominal place, and never decreases. */
  private void requireLines(Link above, Lease lease) throws Breach {
    Interval interval = interval(lease.node());
    Interval outer = interval(above.node());
    long from = lease.fromByte();
    long to = lease.toByte();
    boolean fromFits =
        interval.from() == outer.from()
            ? from == above.fromByte()
            : from >= Math.max(above.fromByte(), nominal(interval.from()));
    boolean toFits =
        interval.to() == outer.to()
            ? to == above.toByte()
            : to >= nominal(interval.to()) && to <= above.toByte();
    if (!fromFits || !toFits) {
      throw wrongBytes(
          lease,
          "plan node "
              + interval
              + " cannot have them in "
              + outer
              + ", which has "
              + above.fromByte()
              + " to "
              + above.toByte());
    }
    if (from == to && manifest.input().length() > 0) {
      throw wrongBytes(lease, "a plan node on no bytes is not run");
    }
    if (to - from > (long) interval.count() * Limits.LEAF_BYTES_MAX) {
      throw wrongBytes(lease, "a leaf in it is longer than " + Limits.LEAF_BYTES_MAX);
    }
  }

  private long nominal(int cut) {
    return Math.min(manifest.input().length(), (long) cut * manifest.chunkBytes());
  }

  private static Interval interval(PlanNode node) {
    if (node instanceof PlanNode.Cells(Interval interval)) {
      return interval;
    }
    throw new IllegalStateException("plan node " + node + " under a rule that makes cells");
  }

  private static Breach wrongBytes(Lease lease, String reason) {
    return invalid("it is for bytes " + lease.fromByte() + " to " + lease.toByte() + "; " + reason);
  }

  private void requirePart(Link above, Lease lease) throws Breach {
    List<Integer> path = path(lease.node());
    int levels = path.size() - path(above.node()).size();
    if (levels == 0) {
      if (!lease.part().equals(above.part())) {
        throw invalid("what it says plan node " + lease.node() + " rests on is not what is above");
      }
      return;
    }
    Lease.LeasedPart part =
        lease.part().orElseThrow(() -> new IllegalStateException("a part without its bytes"));
    long aboveBytes = above.part().map(of -> of.bytes().length()).orElse(manifest.input().length());
    long aboveParentBytes = above.part().map(Lease.LeasedPart::parentBytes).orElse(Long.MAX_VALUE);
    if (plan.isLeaf(new PlanNode.Part(path(above.node())), aboveBytes, aboveParentBytes)) {
      throw invalid("plan node " + above.node() + ", which it is lent from, is a leaf");
    }
    // What lies between was split each time, so each is shorter than the one above it.
    long parentBytesMax = aboveBytes - (levels - 1);
    boolean parentFits =
        levels == 1
            ? part.parentBytes() == aboveBytes
            : part.parentBytes() <= parentBytesMax && part.parentBytes() > manifest.chunkBytes();
    if (!parentFits) {
      throw invalid(
          "it is a part of "
              + part.parentBytes()
              + " bytes, which plan node "
              + above.node()
              + " of "
              + aboveBytes
              + " bytes does not have "
              + levels
              + " levels down");
    }
    long splitBytesMax = manifest.limits().splitBytesMax();
    if (part.bytes().length() > splitBytesMax || part.parentBytes() > splitBytesMax) {
      throw invalid(
          "its part of "
              + part.bytes().length()
              + " bytes, split from "
              + part.parentBytes()
              + ", is more than the "
              + splitBytesMax
              + " bytes that a split may have");
    }
  }

  private static List<Integer> path(PlanNode node) {
    if (node instanceof PlanNode.Part(List<Integer> path)) {
      return path;
    }
    throw new IllegalStateException("plan node " + node + " under the rule module");
  }

  private static void requireGrant(Budget above, Budget grant) throws Breach {
    requireCovered("fuel", grant.fuel(), above.fuel());
    requireCovered("leaves", grant.leaves(), above.leaves());
    requireCovered("bytes", grant.bytes(), above.bytes());
    requireCovered("bytes of memory", grant.memoryBytesMax(), above.memoryBytesMax());
    requireCovered("ms", grant.timeMillis(), above.timeMillis());
    if (grant.hops() >= above.hops()) {
      throw overLimit(
          "its grant of " + grant.hops() + " hops is not less than the " + above.hops() + " above");
    }
  }

  private static void requireCovered(String what, long part, long whole) throws Breach {
    if (part > whole) {
      throw overLimit(
          "its grant of " + part + " " + what + " is more than the " + whole + " above it");
    }
  }

  private static void requireTries(Link above, Lease lease) throws Breach {
    if (lease.tries() > above.tries()) {
      throw overLimit(
          "its " + lease.tries() + " tries are more than the " + above.tries() + " above it");
    }
  }

  private static void requireTime(Link above, Lease lease) throws Breach {
    requireCovered("ms of duration", lease.durationMillis(), lease.grant().timeMillis());
    if (lease.notAfterMillis() > above.notAfterMillis()) {
      throw overLimit(
          "it ends at "
              + lease.notAfterMillis()
              + " ms, after what is above it, "
              + above.notAfterMillis());
    }
  }

  private static Breach notAllowed(String reason) {
    return new Breach(Refused.Code.NOT_ALLOWED, reason);
  }

  private static Breach invalid(String reason) {
    return new Breach(Refused.Code.INVALID, reason);
  }

  private static Breach overLimit(String reason) {
    return new Breach(Refused.Code.OVER_LIMIT, reason);
  }
}

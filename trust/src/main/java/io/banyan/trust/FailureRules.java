package io.banyan.trust;

import io.banyan.schema.Claim;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.MalformedMessageException;
import io.banyan.schema.Manifest;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Refused;
import io.banyan.schema.Signed;
import io.banyan.schema.TaskFailure;
import io.banyan.schema.WireCodec;

/** What a signed failure must be, under the link that it answers. */
final class FailureRules {
  private final Manifest manifest;
  private final Plan plan;
  private final LeaseRules leases;

  FailureRules(Manifest manifest, LeaseRules leases) {
    this.manifest = manifest;
    this.plan = Plan.of(manifest);
    this.leases = leases;
  }

  TaskFailure answering(Link link, Signed signed) throws Breach {
    if (!signed.signer().equals(link.holder().key())) {
      throw breach(
          "it is signed by "
              + signed.signer()
              + ", not by "
              + link.holder()
              + ", to whom it was lent");
    }
    if (!Signatures.hold(SigningDomain.TASK_FAILURE, signed)) {
      throw breach("its signature does not hold");
    }
    TaskFailure failure = decode(signed);
    if (!failure.lease().equals(link.digest())) {
      throw breach("it answers the lease " + failure.lease() + ", not " + link.digest());
    }
    PlanNode node = failure.node();
    if (!leases.isReal(node) || !PlanOrder.isWithin(link.node(), node)) {
      throw breach("the plan has no node " + node + " in " + link.node());
    }
    requireClaim(node, failure.claim());
    return failure;
  }

  static TaskFailure decode(Signed signed) throws Breach {
    try {
      return WireCodec.decodeTaskFailure(signed.payload());
    } catch (MalformedMessageException e) {
      throw breach(String.valueOf(e.getMessage()));
    }
  }

  private void requireClaim(PlanNode node, Claim claim) throws Breach {
    if (!claim.key().equals(plan.key(node))) {
      throw breach("its key is not that of plan node " + node);
    }
    if (!claim.profile().equals(manifest.profile())) {
      throw breach("it is claimed under profile " + claim.profile().id());
    }
    if (!calls(node, claim.function())) {
      throw breach("plan node " + node + " has no call of " + claim.function().exportName());
    }
    if (claim.fuel() > manifest.limits().fuel()) {
      throw breach("it claims fuel " + claim.fuel() + ", more than a call may use");
    }
  }

  private static boolean calls(PlanNode node, GuestFunction function) {
    return switch (node) {
      case PlanNode.Cells(var interval) ->
          function == (interval.count() == 1 ? GuestFunction.EXECUTE : GuestFunction.MERGE);
      case PlanNode.Part _ -> true;
      case PlanNode.Parts _ -> function == GuestFunction.MERGE;
    };
  }

  private static Breach breach(String reason) {
    return new Breach(Refused.Code.INVALID, reason);
  }
}

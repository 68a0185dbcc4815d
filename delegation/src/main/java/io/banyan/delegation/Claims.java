package io.banyan.delegation;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Claim;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.LimitKind;
import io.banyan.schema.Manifest;
import io.banyan.schema.Outcome;
import io.banyan.schema.Plan;
import io.banyan.schema.Value;

/**
 * What the calls of a plan claim.
 *
 * @param manifest of the job that {@code plan} belongs to
 */
record Claims(Manifest manifest, Plan plan) {
  /** The claim of a call that returned. */
  Claim returned(PlannedCall call, CallReport.Returned report) {
    boolean split = call.function() == GuestFunction.SPLIT;
    if (!split && report.output().size() != 1) {
      throw new IllegalStateException(
          call.words() + " returned " + report.output().size() + " values, not one");
    }
    BlobRef first = report.output().getFirst();
    return new Claim(
        manifest.profile(),
        plan.key(call.node()),
        call.function(),
        report.input(),
        split ? Value.listDigest(report.output()) : first.digest(),
        report.output().stream().mapToLong(BlobRef::length).sum(),
        report.fuel(),
        new Outcome.Completed());
  }

  /** The claim of a call that came to a bad outcome. */
  Claim ended(PlannedCall call, Digest input, Outcome outcome, long fuel) {
    return new Claim(
        manifest.profile(),
        plan.key(call.node()),
        call.function(),
        input,
        Digest.ZERO,
        0,
        fuel,
        outcome);
  }

  /** The end of a task whose {@code call} is handed more than it may be. */
  JobEnd.TaskFailed limitExceeded(PlannedCall call, Digest input, LimitKind limit) {
    return new JobEnd.TaskFailed(
        call.node(), ended(call, input, new Outcome.LimitExceeded(limit), 0));
  }
}

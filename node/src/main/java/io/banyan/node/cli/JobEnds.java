package io.banyan.node.cli;

import io.banyan.delegation.CallReport;
import io.banyan.delegation.CallReport.HostFailure;
import io.banyan.delegation.JobEnd;
import io.banyan.delegation.PlannedCall;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.node.Quantities;
import io.banyan.schema.Claim;
import io.banyan.schema.PlanNode;

/** How a job ended, in a sentence and a number. */
final class JobEnds {
  private JobEnds() {}

  /** The end of a job that has no answer. */
  static CommandException failure(JobEnd end) {
    return switch (end) {
      case JobEnd.Completed _ -> throw new IllegalArgumentException("the job has an answer");
      case JobEnd.TaskFailed(PlanNode node, Claim claim) ->
          new CommandException(
              ExitCode.JOB_FAILED,
              "job failed: "
                  + claim.function().exportName()
                  + " of plan node "
                  + node
                  + " "
                  + claim.outcome().words());
      case JobEnd.PlanRefused(String reason) ->
          new CommandException(ExitCode.JOB_FAILED, "job failed: " + reason);
      case JobEnd.NodeFailed(PlannedCall call, CallReport.NoResult why) ->
          new CommandException(
              why.failure() == HostFailure.WALL_TIME ? ExitCode.TIMEOUT : ExitCode.FAILURE,
              call.words() + " could not be run here: " + why.detail());
      case JobEnd.TimedOut(long timeMillis) ->
          new CommandException(
              ExitCode.TIMEOUT,
              "job timed out after " + Quantities.seconds(timeMillis / 1e3) + " (--timeout)");
      case JobEnd.Cancelled() -> new CommandException(ExitCode.CANCELLED, "job was cancelled");
    };
  }
}

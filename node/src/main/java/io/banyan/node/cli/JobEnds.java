package io.banyan.node.cli;

import io.banyan.delegation.CallReport;
import io.banyan.delegation.CallReport.HostFailure;
import io.banyan.delegation.JobEnd;
import io.banyan.delegation.PlannedCall;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.node.Quantities;
import io.banyan.schema.CallLimits;
import io.banyan.schema.LimitKind;
import io.banyan.schema.Limits;
import io.banyan.schema.Outcome;

/** How a job ended, in a sentence and a number. */
final class JobEnds {
  private JobEnds() {}

  /** The end of a job that has no answer. */
  static CommandException failure(JobEnd end, CallLimits limits) {
    return switch (end) {
      case JobEnd.Completed _ -> throw new IllegalArgumentException("the job has an answer");
      case JobEnd.TaskFailed failed ->
          new CommandException(
              ExitCode.JOB_FAILED,
              "job failed: " + failed.words() + remedy(failed.claim().outcome(), limits));
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
      case JobEnd.Shed() -> throw new IllegalArgumentException("a job alone makes room for none");
    };
  }

  /** What a limit was, and what raises it. */
  private static String remedy(Outcome outcome, CallLimits limits) {
    if (outcome instanceof Outcome.OutOfFuel()) {
      return ": a call may use " + Quantities.fuel(limits.fuel()) + " (--leaf-fuel)";
    }
    if (!(outcome instanceof Outcome.LimitExceeded(LimitKind limit))) {
      return "";
    }
    return switch (limit) {
      case OUTPUT ->
          ", more than " + Quantities.bytes(limits.outputBytesMax()) + " (--leaf-output)";
      case MERGE ->
          ", handed more than "
              + Quantities.bytes(limits.mergeInputBytesMax())
              + ", half the memory (--memory)";
      case SPLIT ->
          ", more than "
              + Quantities.bytes(limits.splitBytesMax())
              + ", a quarter of the memory (--memory)";
      case LEAF -> ", longer than " + Quantities.bytes(Limits.LEAF_BYTES_MAX);
      case DEPTH -> ", calls nest too deep";
    };
  }
}

package io.banyan.node.cli;

import io.banyan.node.ClientConnection;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.schema.JobResult;
import io.banyan.schema.JobStatus;

/** What a job that ended at a node means for a command. */
final class EndedJob {
  private EndedJob() {}

  /**
   * The answer.
   *
   * @throws CommandException if there is none, with the code of how the job ended
   */
  static JobResult result(ClientConnection.Ended ended) throws CommandException {
    if (ended.result().isPresent()) {
      return ended.result().get();
    }
    JobStatus status = ended.status();
    String cause = status.failure().map(words -> ": " + words).orElse("");
    throw switch (status.state()) {
      case FAILED -> new CommandException(ExitCode.JOB_FAILED, "job failed" + cause);
      case TIMEOUT -> new CommandException(ExitCode.TIMEOUT, "job timed out" + cause);
      case CANCELLED -> new CommandException(ExitCode.CANCELLED, "job was cancelled");
      case PENDING, ASSIGNED, COMPUTING, VERIFYING, COMPLETE, PARTIAL ->
          new CommandException(
              ExitCode.FAILURE,
              "the node has no answer of job "
                  + status.job()
                  + ", and says that it is "
                  + status.state().words());
    };
  }
}

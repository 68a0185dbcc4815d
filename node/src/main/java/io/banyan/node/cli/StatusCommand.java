package io.banyan.node.cli;

import io.banyan.node.ClientConnection;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.schema.JobStatus;
import picocli.CommandLine.Command;

/** {@code banyan status}. */
@Command(name = "status", description = "Says how far a job is.", sortOptions = false)
final class StatusCommand extends JobCommand {
  @Override
  ExitCode call(ClientConnection connection, Output out)
      throws CommandException, InterruptedException {
    JobStatus status = connection.status(job());
    if (json()) {
      out.json(NodeJson.status(status));
    } else {
      NodeText.status(status).forEach(out::data);
    }
    return ExitCode.OK;
  }
}

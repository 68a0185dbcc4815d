package io.banyan.node.cli;

import io.banyan.node.ClientConnection;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.schema.JobSummary;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code banyan jobs}. */
@Command(
    name = "jobs",
    description = "Lists your jobs at a node, the newest first; its owner sees all.",
    sortOptions = false)
final class JobsCommand extends NodeCommand {
  @Override
  ExitCode call(ClientConnection connection, Output out)
      throws CommandException, InterruptedException {
    List<JobSummary> jobs = connection.jobs();
    if (json()) {
      out.json(NodeJson.jobs(jobs));
    } else if (jobs.isEmpty()) {
      out.say("no jobs");
    } else {
      jobs.stream().map(NodeText::job).forEach(out::data);
    }
    return ExitCode.OK;
  }
}

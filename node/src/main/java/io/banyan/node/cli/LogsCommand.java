package io.banyan.node.cli;

import io.banyan.node.ClientConnection;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.node.TaskLog;
import io.banyan.schema.PlanNode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code banyan logs}. */
@Command(
    name = "logs",
    description = "Shows what the module logged, wherever it ran; by the word of who ran it.",
    sortOptions = false)
final class LogsCommand extends JobCommand {
  @Option(
      names = "--leaf",
      paramLabel = "PATH",
      description = "Only of one plan node, such as 17, 16-32 or /3/ (default: all).")
  private @Nullable String leaf;

  @Override
  ExitCode call(ClientConnection connection, Output out)
      throws CommandException, InterruptedException {
    TaskLog.Kept kept = connection.logs(job(), node());
    if (json()) {
      out.json(NodeJson.logs(job(), kept));
      return ExitCode.OK;
    }
    kept.lines().stream().map(NodeText::logged).forEach(out::data);
    if (kept.cut() > 0) {
      out.say(kept.cut() + " lines of the job or more were not kept");
    } else if (kept.lines().isEmpty()) {
      out.say("nothing was logged");
    }
    return ExitCode.OK;
  }

  private Optional<PlanNode> node() {
    try {
      return Optional.ofNullable(leaf).map(PlanNode::parse);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec().commandLine(), "--leaf: " + e.getMessage(), e);
    }
  }
}

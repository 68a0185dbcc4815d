package io.banyan.node.cli;

import io.banyan.node.ClientConnection;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.schema.DecisionLine;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code banyan explain}. */
@Command(
    name = "explain",
    description = "Says why a job ran where it ran, with the figures.",
    sortOptions = false)
final class ExplainCommand extends JobCommand {
  @Override
  ExitCode call(ClientConnection connection, Output out)
      throws CommandException, InterruptedException {
    List<DecisionLine> lines = connection.explain(job());
    if (json()) {
      out.json(NodeJson.decisions(job(), lines));
    } else if (lines.isEmpty()) {
      out.say("nothing was decided yet: the first calls show what a byte costs");
    } else {
      lines.stream().flatMap(line -> NodeText.decision(line).stream()).forEach(out::data);
    }
    return ExitCode.OK;
  }
}

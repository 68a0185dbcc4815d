package io.banyan.node.cli;

import io.banyan.node.ClientConnection;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.schema.DecisionLine;
import io.banyan.schema.TreeLine;
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
    List<TreeLine> leases = leases(connection).stream().filter(line -> line.depth() > 0).toList();
    if (json()) {
      out.json(NodeJson.decisions(job(), lines, leases));
    } else if (lines.isEmpty()) {
      out.say("nothing was decided yet: the first calls show what a byte costs");
    } else {
      lines.stream().flatMap(line -> NodeText.decision(line).stream()).forEach(out::data);
    }
    if (!json()) {
      leases.stream().map(NodeText::lent).forEach(out::data);
    }
    return ExitCode.OK;
  }

  /** Only the entry node knows who holds what; others are asked by their owners for decisions. */
  private List<TreeLine> leases(ClientConnection connection)
      throws CommandException, InterruptedException {
    try {
      return connection.tree(job());
    } catch (CommandException e) {
      if (e.code() == ExitCode.REFUSED) {
        return List.of();
      }
      throw e;
    }
  }
}

package io.banyan.node.cli;

import io.banyan.node.ClientConnection;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.schema.TreeLine;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code banyan tree}. */
@Command(
    name = "tree",
    description = "Shows who works, or worked, on what of a job.",
    sortOptions = false)
final class TreeCommand extends JobCommand {
  @Override
  ExitCode call(ClientConnection connection, Output out)
      throws CommandException, InterruptedException {
    List<TreeLine> lines = connection.tree(job());
    if (json()) {
      out.json(NodeJson.tree(job(), lines));
    } else {
      DelegationTree.of(lines).text().forEach(out::data);
      NodeText.treeFooter(lines).forEach(out::say);
    }
    return ExitCode.OK;
  }
}

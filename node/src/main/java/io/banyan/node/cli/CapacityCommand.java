package io.banyan.node.cli;

import io.banyan.node.ClientConnection;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.schema.CapabilityReport;
import picocli.CommandLine.Command;

/** {@code banyan capacity}. */
@Command(
    name = "capacity",
    description = "Says what a node can do now, and the most it would take on.",
    sortOptions = false)
final class CapacityCommand extends NodeCommand {
  @Override
  ExitCode call(ClientConnection connection, Output out)
      throws CommandException, InterruptedException {
    CapabilityReport report = connection.capacity();
    if (json()) {
      out.json(NodeJson.capacity(connection.node(), report));
    } else {
      NodeText.capacity(connection.node(), report).forEach(out::data);
    }
    return ExitCode.OK;
  }
}

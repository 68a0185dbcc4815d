package io.banyan.node.cli;

import io.banyan.node.ClientConnection;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.schema.CapabilityReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code banyan drain}. */
@Command(
    name = "drain",
    description = {
      "Has a node take no new jobs and leases, give back leases that it has not begun, and finish",
      "the rest. For its owner; it lasts until it is undone, or the node is started again."
    },
    sortOptions = false)
final class DrainCommand extends NodeCommand {
  @Option(names = "--undo", description = "Have it take new work again.")
  private boolean undo;

  @Override
  ExitCode call(ClientConnection connection, Output out)
      throws CommandException, InterruptedException {
    CapabilityReport report = connection.accept(undo);
    if (json()) {
      out.json(NodeJson.capacity(connection.node(), report));
    } else {
      out.say(
          connection.node()
              + (report.accepting()
                  ? " takes new work"
                  : " takes no new work, and finishes what it has begun"));
    }
    return ExitCode.OK;
  }
}

package io.banyan.node.cli;

import io.banyan.node.ClientConnection;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code banyan events}. */
@Command(
    name = "events",
    description = "Tells what happens to a job, as it happens, until it is over.",
    sortOptions = false)
final class EventsCommand extends JobCommand {
  @Option(
      names = "--from",
      paramLabel = "N",
      description = "Leave out the events before number N (default: ${DEFAULT-VALUE}).")
  private long from;

  @Override
  ExitCode call(ClientConnection connection, Output out)
      throws CommandException, InterruptedException {
    if (from < 0) {
      throw new ParameterException(spec().commandLine(), "--from: " + from + " is below 0");
    }
    AtomicLong next = new AtomicLong(from);
    connection.watch(
        job(),
        from,
        event -> {
          long missed = event.sequence() - next.getAndSet(event.sequence() + 1);
          if (missed > 0) {
            out.say(missed + " events before number " + event.sequence() + " are not kept");
          }
          if (json()) {
            out.json(NodeJson.event(event));
          } else {
            out.data(NodeText.event(event));
          }
        });
    return ExitCode.OK;
  }
}

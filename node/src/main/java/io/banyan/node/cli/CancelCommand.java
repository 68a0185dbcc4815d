package io.banyan.node.cli;

import io.banyan.node.ClientConnection;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.schema.JobState;
import io.banyan.schema.JobStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code banyan cancel}. */
@Command(
    name = "cancel",
    description = "Ends a job, and all work that was lent for it.",
    sortOptions = false)
final class CancelCommand extends JobCommand {
  private static final int REASON_LENGTH_MAX = 200;

  @Option(names = "--reason", paramLabel = "TEXT", description = "A sentence for those who work.")
  private String reason = "the submitter wants it no more";

  @Override
  ExitCode call(ClientConnection connection, Output out)
      throws CommandException, InterruptedException {
    connection.cancel(job(), reason());
    JobStatus status = connection.status(job());
    if (json()) {
      out.json(NodeJson.status(status));
    } else {
      out.say(
          status.state() == JobState.CANCELLED
              ? "job " + status.job() + " is cancelled"
              : "job " + status.job() + " had ended before: it is " + status.state().words());
    }
    return ExitCode.OK;
  }

  private String reason() {
    if (reason.length() > REASON_LENGTH_MAX
        || reason.codePoints().anyMatch(Character::isISOControl)) {
      throw new ParameterException(
          spec().commandLine(),
          "--reason: a sentence of at most " + REASON_LENGTH_MAX + " characters");
    }
    return reason;
  }
}

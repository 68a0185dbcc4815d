package io.banyan.node.cli;

import io.banyan.node.ClientConnection;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.node.FetchedAnswer;
import io.banyan.schema.JobResult;
import io.banyan.schema.JobStatus;
import java.io.IOException;
import java.nio.file.Path;

/** Brings a partial answer to where the user wants it, and says what it is. */
record PartialDelivery(
    ClientConnection connection, AnswerOptions options, Output out, boolean json) {
  void deliver(JobStatus status, JobResult.Partial partial, Path scratch)
      throws IOException, CommandException, InterruptedException {
    PieceFolder folder =
        options
            .pieces()
            .orElseThrow(
                () ->
                    new CommandException(
                        ExitCode.USAGE,
                        "the answer of job "
                            + status.job()
                            + " is partial: give --output FILE, beside which its pieces go"));
    Path bytes =
        FetchedAnswer.fetchPieces(
            connection.blobs(), connection.node(), status.job(), partial, scratch);
    folder.write(status, partial, bytes);
    if (json) {
      out.json(PieceFolder.json(status, partial));
    } else {
      folder.lines(status, partial).forEach(out::say);
    }
  }
}

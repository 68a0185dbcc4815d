package io.banyan.node.cli;

import com.google.gson.JsonObject;
import io.banyan.node.AnswerCheck;
import io.banyan.node.ClientConnection;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.node.FetchedAnswer;
import io.banyan.node.JobBook;
import io.banyan.node.Quantities;
import io.banyan.node.Scratch;
import io.banyan.schema.Budget;
import io.banyan.schema.JobResult;
import io.banyan.schema.JobState;
import io.banyan.schema.JobStatus;
import io.banyan.schema.Receipt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code banyan result}: the answer of a job that was submitted earlier, or elsewhere. */
@Command(
    name = "result",
    description = "Waits for a job, and fetches its answer and its receipt.",
    sortOptions = false)
final class ResultCommand extends JobCommand {
  @Mixin private AnswerOptions answerOptions;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "Wait no longer than that (default: until the job is over).")
  private @Nullable String timeout;

  @Override
  ExitCode call(ClientConnection connection, Output out)
      throws IOException, CommandException, InterruptedException {
    answerOptions.requireSense(json());
    long waitMillis = waitMillis();
    try (ProgressLine progress = new ProgressLine();
        Scratch scratch = Scratch.create()) {
      Optional<ClientConnection.Ended> ended =
          connection.await(job(), waitMillis, progress::waiting);
      progress.clear();
      if (ended.isEmpty()) {
        throw notYet(connection.status(job()));
      }
      JobResult result = EndedJob.result(ended.get());
      if (result.answer() instanceof JobResult.Partial partial) {
        new PartialDelivery(connection, answerOptions, out, json())
            .deliver(ended.get().status(), partial, scratch.folder());
        return ExitCode.OK;
      }
      FetchedAnswer answer =
          FetchedAnswer.fetch(connection.blobs(), connection.node(), result, scratch.folder());
      AnswerCheck.Found found = AnswerCheck.check(job(), answer.receipt(), answer.output());
      answerOptions.deliver(answer::writeOutput, answer::writeReceipt, json());
      if (json()) {
        out.json(json(found));
      } else {
        lines(found).forEach(out::say);
      }
      return ExitCode.OK;
    }
  }

  private long waitMillis() {
    if (timeout == null) {
      return Budget.TIME_MILLIS_MAX;
    }
    try {
      return Math.min(Budget.TIME_MILLIS_MAX, Quantities.parseMillis(timeout));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec().commandLine(), "--timeout: " + e.getMessage(), e);
    }
  }

  private CommandException notYet(JobStatus status) {
    return new CommandException(
        ExitCode.TIMEOUT,
        "job "
            + job()
            + " is not over after "
            + timeout
            + ": it is "
            + status.state().words()
            + ", "
            + status.leavesDone()
            + " leaves");
  }

  private List<String> lines(AnswerCheck.Found found) {
    List<String> lines = new ArrayList<>();
    lines.add("completed: " + found.receipt().leaves() + " leaves");
    lines.addAll(SubmitSummary.hashes(job(), found.manifest(), found.receipt()));
    lines.add(
        "the receipt is signed by "
            + found.manifest().entry()
            + " for just this output; "
            + JobBook.VERIFICATION);
    return lines;
  }

  private JsonObject json(AnswerCheck.Found found) {
    Receipt receipt = found.receipt();
    JsonObject json = new JsonObject();
    json.addProperty("job", job().toString());
    json.addProperty("state", JobState.COMPLETE.name());
    json.addProperty("entry", found.manifest().entry().toString());
    json.addProperty("verification", JobBook.VERIFICATION);
    json.addProperty("outputBytes", receipt.value().named().length());
    json.addProperty("leaves", receipt.leaves());
    json.addProperty("fuel", receipt.fuel());
    json.add("hashes", SubmitSummary.hashesJson(found.manifest(), receipt));
    return json;
  }
}

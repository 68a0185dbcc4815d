package io.banyan.node.cli;

import com.google.gson.JsonObject;
import io.banyan.compute.Sandbox;
import io.banyan.compute.SandboxOptions;
import io.banyan.node.ClientConnection;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.node.FetchedAnswer;
import io.banyan.node.InputFile;
import io.banyan.node.JobDraft;
import io.banyan.node.JobRequest;
import io.banyan.node.PreparedJob;
import io.banyan.node.ReceiptVerification;
import io.banyan.node.Scratch;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.PeerId;
import io.banyan.trust.Identity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code banyan submit}: a job for a node, and for those that it lends to. */
@Command(
    name = "submit",
    description = "Hands a job to a node, waits for the answer, and checks its receipt.",
    sortOptions = false)
final class SubmitCommand extends NodeCommand {
  @Option(names = "--module", required = true, paramLabel = "M.wasm", description = "The program.")
  private Path module = Path.of("");

  @Mixin private JobOptions job;
  @Mixin private RoutingOptions routing;
  @Mixin private LaterOptions later;
  @Mixin private AnswerOptions answerOptions;

  @Option(
      names = "--detach",
      description = "Do not wait: print the job's id once the node has accepted it.")
  private boolean detach;

  @Override
  public Integer call() throws IOException, CommandException, InterruptedException {
    later.refuse();
    if (detach && answerOptions.given()) {
      throw new ParameterException(
          spec().commandLine(), "--detach: the answer is fetched later, by 'banyan result'");
    }
    answerOptions.requireSense(json());
    PeerId node = ClientConnection.nodeOf(address());
    Identity user = user();
    try (Scratch scratch = Scratch.create();
        Sandbox sandbox = new Sandbox(SandboxOptions.forThisHeap());
        ProgressLine progress = new ProgressLine();
        JobRequest request = job.request(module, scratch, routing.routing())) {
      long total = request.input().map(InputFile::size).orElse(0L);
      Rehearsals rehearsals =
          new Rehearsals(
              Runtime.getRuntime().availableProcessors(), request.limits().fuel(), out()::say);
      PreparedJob prepared =
          JobDraft.rehearsed(
                  request,
                  node.key(),
                  sandbox,
                  rehearsals::told,
                  bytes -> progress.reading(bytes, total))
              .sign(user);
      try (ClientConnection connection = connect(user)) {
        Tools tools = new Tools(sandbox, scratch, progress, rehearsals);
        return run(connection, request, prepared, tools).number();
      }
    }
  }

  /** What a submit works with. */
  private record Tools(
      Sandbox sandbox, Scratch scratch, ProgressLine progress, Rehearsals rehearsals) {}

  @Override
  ExitCode call(ClientConnection connection, Output out) {
    throw new IllegalStateException("submit connects when it has read its files");
  }

  private ExitCode run(
      ClientConnection connection, JobRequest request, PreparedJob prepared, Tools tools)
      throws IOException, CommandException, InterruptedException {
    long beginNanos = System.nanoTime();
    connection.submit(
        prepared,
        moduleBytes(prepared),
        sent -> tools.progress.sending(sent, prepared.draft().bytesToSend()));
    tools.progress.clear();
    if (detach) {
      sayDetached(prepared, tools.rehearsals);
      return ExitCode.OK;
    }
    out().say("job " + prepared.id() + " is accepted by " + connection.node());
    ClientConnection.Ended ended =
        connection
            .await(prepared.id(), Budget.TIME_MILLIS_MAX, tools.progress::waiting)
            .orElseThrow(() -> new IllegalStateException("no job lasts for more than a year"));
    double seconds = (System.nanoTime() - beginNanos) / 1e9;
    tools.progress.clear();
    FetchedAnswer answer =
        FetchedAnswer.fetch(
            connection.blobs(), connection.node(), EndedJob.result(ended), tools.scratch.folder());
    if (request.input().isPresent()) {
      request.input().get().requireUnchanged();
    }
    ReceiptVerification.Report report = verify(request, prepared, answer, tools);
    answerOptions.deliver(answer::writeOutput, answer::writeReceipt, json());
    SubmitSummary summary =
        new SubmitSummary(
            prepared.id(),
            prepared.draft().manifest(),
            report.receipt(),
            seconds,
            connection.explain(prepared.id()),
            report.attribution());
    if (json()) {
      out().json(tools.rehearsals.within(summary.json()));
    } else {
      summary.lines().forEach(out()::say);
    }
    return ExitCode.OK;
  }

  private byte[] moduleBytes(PreparedJob prepared) throws IOException, CommandException {
    byte[] bytes = Files.readAllBytes(module);
    if (!BlobRef.of(bytes).equals(prepared.draft().manifest().module())) {
      throw new CommandException(
          ExitCode.FAILURE, "module " + module + " was changed while it was read");
    }
    return bytes;
  }

  private void sayDetached(PreparedJob prepared, Rehearsals rehearsals) {
    if (json()) {
      JsonObject accepted = new JsonObject();
      accepted.addProperty("job", prepared.id().toString());
      accepted.addProperty("state", "PENDING");
      accepted.addProperty("entry", prepared.draft().manifest().entry().toString());
      out().json(rehearsals.within(accepted));
    } else {
      out().data(prepared.id().toString());
      out()
          .say(
              "accepted; 'banyan result "
                  + prepared.id()
                  + " --node "
                  + address()
                  + "' fetches it");
    }
  }

  /** The receipt is held against this job's own manifest, module and input, not the node's word. */
  private ReceiptVerification.Report verify(
      JobRequest request, PreparedJob prepared, FetchedAnswer answer, Tools tools)
      throws IOException, CommandException, InterruptedException {
    ReceiptVerification.Report report =
        ReceiptVerification.verify(
            new ReceiptVerification.Files(
                answer.receipt(),
                module,
                request.input(),
                List.of(),
                Optional.of(answer.output()),
                0),
            tools.sandbox,
            tools.scratch.folder(),
            _ -> {});
    if (!report.job().equals(prepared.id())) {
      throw new CommandException(
          ExitCode.VERIFICATION_FAILED,
          "the receipt that the node gave is for job " + report.job() + ", not " + prepared.id());
    }
    return report;
  }
}

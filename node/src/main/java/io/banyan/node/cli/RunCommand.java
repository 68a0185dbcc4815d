package io.banyan.node.cli;

import io.banyan.compute.Sandbox;
import io.banyan.compute.SandboxOptions;
import io.banyan.delegation.Delegator;
import io.banyan.delegation.JobEnd;
import io.banyan.node.Answer;
import io.banyan.node.BlobStore;
import io.banyan.node.ClaimLog;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.node.InputFile;
import io.banyan.node.JobDraft;
import io.banyan.node.JobRequest;
import io.banyan.node.KeyFile;
import io.banyan.node.LocalRun;
import io.banyan.node.PreparedJob;
import io.banyan.node.Scratch;
import io.banyan.schema.Routing;
import io.banyan.trust.Identity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code banyan run}: a whole job in this process alone. */
@Command(
    name = "run",
    description = "Runs a job in this process alone, by the plan that a network would use.",
    sortOptions = false)
final class RunCommand implements Callable<Integer> {
  /** Values up to an eighth of the heap stay in memory; guests have three quarters of it. */
  private static final long STORE_SHARE = 8;

  private static final int WORKERS_MAX = 1024; // more threads than that serve nobody

  @Spec private CommandSpec spec;

  @Option(names = "--module", required = true, paramLabel = "M.wasm", description = "The program.")
  private Path module = Path.of("");

  @Mixin private JobOptions job;
  @Mixin private LaterOptions later;

  @Mixin private AnswerOptions answerOptions;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Threads that run calls (default: one a processor).")
  private int workers = Runtime.getRuntime().availableProcessors();

  @Option(names = "--key", paramLabel = "FILE", description = "Sign with another key than yours.")
  private @Nullable Path key;

  @Option(names = "--json", description = "Print a summary as JSON, in the answer's place.")
  private boolean json;

  @Override
  public Integer call() throws IOException, CommandException, InterruptedException {
    requireSense();
    Identity submitter =
        key == null ? KeyFile.readOrCreate(KeyFile.defaultPath()) : KeyFile.read(key);
    try (Scratch scratch = Scratch.create();
        Sandbox sandbox = new Sandbox(SandboxOptions.forThisHeap());
        BlobStore store =
            new BlobStore(scratch.folder(), Runtime.getRuntime().maxMemory() / STORE_SHARE);
        ClaimLog claims = new ClaimLog(scratch.folder());
        ProgressLine progress = new ProgressLine();
        JobRequest request = job.request(module, scratch, Routing.DEFAULT)) {
      long total = request.input().map(InputFile::size).orElse(0L);
      Output out = new Output(spec);
      Rehearsals rehearsals = new Rehearsals(workers, request.limits().fuel(), out::say);
      PreparedJob prepared =
          JobDraft.rehearsed(
                  request,
                  submitter.publicKey(),
                  sandbox,
                  rehearsals::told,
                  bytes -> progress.reading(bytes, total))
              .sign(submitter);
      Delegator.Settings settings =
          Delegator.Settings.of(workers).withSpeed(rehearsals.fuelPerSecond());
      LocalRun.Report report =
          LocalRun.run(prepared, sandbox, settings, store, claims, progress::running);
      progress.clear();
      if (!(report.end() instanceof JobEnd.Completed completed)) {
        throw JobEnds.failure(report.end(), request.limits());
      }
      if (request.input().isPresent()) {
        request.input().get().requireUnchanged();
      }
      Answer answer = Answer.of(prepared, completed, report.folder());
      answerOptions.deliver(answer::writeOutput, to -> answer.writeReceipt(to, submitter), json);
      RunSummary summary = new RunSummary(prepared, answer, report);
      if (json) {
        out.json(rehearsals.within(summary.json()));
      } else {
        summary.lines().forEach(out::say);
      }
      return ExitCode.OK.number();
    }
  }

  private void requireSense() throws CommandException {
    later.refuse();
    if (workers < 1 || workers > WORKERS_MAX) {
      throw new ParameterException(
          spec.commandLine(), "--workers: " + workers + " is not between 1 and " + WORKERS_MAX);
    }
    answerOptions.requireSense(json);
  }
}

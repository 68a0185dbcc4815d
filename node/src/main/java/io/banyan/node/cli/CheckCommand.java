package io.banyan.node.cli;

import io.banyan.compute.GuestModule;
import io.banyan.compute.Sandbox;
import io.banyan.compute.SandboxOptions;
import io.banyan.node.CheckAdvice;
import io.banyan.node.CheckFindings;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.node.JobDraft;
import io.banyan.node.JobRequest;
import io.banyan.node.ModuleCheck;
import io.banyan.node.Quantities;
import io.banyan.node.Scratch;
import io.banyan.schema.Bytes;
import io.banyan.schema.PublicKey;
import io.banyan.schema.Routing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code banyan check}: lints a module. */
@Command(
    name = "check",
    description = "Lints a module; with a sample, also tries it.",
    sortOptions = false)
final class CheckCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  /** What is checked is submitted to nobody: under this key no signature holds. */
  private static final PublicKey NOBODY = new PublicKey(Bytes.of(new byte[PublicKey.LENGTH]));

  @Parameters(paramLabel = "M.wasm", description = "The module.")
  private Path module = Path.of("");

  @Mixin private JobOptions job;

  @Option(
      names = "--time",
      paramLabel = "TIME",
      description =
          "What comparing interpreted and compiled code may take (default: ${DEFAULT-VALUE}).")
  private String time = "6s";

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException, CommandException, InterruptedException {
    ModuleCheck.Effort effort = effort();
    SandboxOptions options = SandboxOptions.forThisHeap();
    try (Scratch scratch = Scratch.create();
        Sandbox sandbox = new Sandbox(options);
        JobRequest request = job.request(module, scratch, Routing.DEFAULT)) {
      GuestModule loaded = JobDraft.load(request, sandbox);
      boolean sampled = request.input().isPresent() || request.rule().isPresent();
      Optional<CheckFindings> findings =
          sampled
              ? Optional.of(ModuleCheck.of(request, NOBODY, sandbox, effort))
              : Optional.empty();
      int workers = Runtime.getRuntime().availableProcessors();
      List<String> advice =
          CheckAdvice.of(loaded, request.limits(), findings, workers, options.memoryBudgetBytes());
      Output out = new Output(spec);
      CheckText text = new CheckText(module, loaded, request.limits());
      if (json) {
        out.json(new CheckJson(text, workers).json(findings, advice));
      } else {
        text.lines(findings, advice).forEach(out::data);
      }
      findings.ifPresent(found -> new GuestLogs(out).show("the sample", found.log()));
      boolean sound = findings.map(found -> found.troubles().isEmpty()).orElse(true);
      return (sound ? ExitCode.OK : ExitCode.FAILURE).number();
    }
  }

  private ModuleCheck.Effort effort() throws CommandException {
    try {
      return ModuleCheck.Effort.within(Quantities.parseMillis(time));
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, "--time: " + e.getMessage(), e);
    }
  }
}

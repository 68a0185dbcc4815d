package io.banyan.node.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.banyan.compute.GuestModule;
import io.banyan.compute.Sandbox;
import io.banyan.compute.SandboxOptions;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.node.JobDraft;
import io.banyan.node.JobRequest;
import io.banyan.node.ModuleCheck;
import io.banyan.node.Quantities;
import io.banyan.node.Scratch;
import io.banyan.schema.CallLimits;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Profile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

  @Parameters(paramLabel = "M.wasm", description = "The module.")
  private Path module = Path.of("");

  @Mixin private JobOptions job;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException, CommandException, InterruptedException {
    try (Scratch scratch = Scratch.create();
        Sandbox sandbox = new Sandbox(SandboxOptions.forThisHeap());
        JobRequest request = job.request(module, scratch)) {
      GuestModule loaded = JobDraft.load(request, sandbox);
      boolean sampled = request.input().isPresent() || request.rule().isPresent();
      Optional<ModuleCheck.Findings> findings =
          sampled
              ? Optional.of(ModuleCheck.run(JobDraft.read(request, sandbox, _ -> {}), sandbox))
              : Optional.empty();
      Output out = new Output(spec);
      if (json) {
        out.json(json(loaded, findings));
      } else {
        lines(loaded, request.limits(), findings).forEach(out::data);
      }
      boolean sound = findings.map(found -> found.troubles().isEmpty()).orElse(true);
      return (sound ? ExitCode.OK : ExitCode.FAILURE).number();
    }
  }

  private List<String> lines(
      GuestModule loaded, CallLimits limits, Optional<ModuleCheck.Findings> findings) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "module    "
            + module
            + ": "
            + loaded.kind().name().toLowerCase(Locale.ROOT)
            + ", profile "
            + Profile.UNMETERED.id());
    lines.add("exports   " + String.join(", ", loaded.exports()));
    lines.add(
        "imports   " + (loaded.imports().isEmpty() ? "none" : String.join(", ", loaded.imports())));
    lines.add(
        "memory    begins with "
            + Quantities.bytes(loaded.memoryBytesMin())
            + ", may grow to "
            + Quantities.bytes(loaded.memoryBytesMax())
            + " by its own word, to "
            + Quantities.bytes(limits.memoryBytesMax())
            + " by --memory");
    loaded.warnings().forEach(warning -> lines.add("warning   " + warning));
    findings.ifPresent(found -> lines.addAll(lines(loaded, limits, found)));
    return lines;
  }

  private static List<String> lines(
      GuestModule loaded, CallLimits limits, ModuleCheck.Findings found) {
    List<String> lines = new ArrayList<>();
    lines.add("sample    " + found.leaves() + " leaves, " + Quantities.bytes(found.bytes()));
    if (found.bytes() > 0) {
      lines.add(
          String.format(
              Locale.ROOT,
              "time      %.3g ms per MiB on one worker",
              found.nanos() / 1e6 / (found.bytes() / (double) (1 << 20))));
    }
    lines.add(
        "values    up to "
            + Quantities.bytes(found.valueBytesMax())
            + "; a call may return "
            + Quantities.bytes(limits.outputBytesMax()));
    if (!found.groupings().isEmpty()) {
      lines.add("merge     tried all at once, " + String.join(", ", found.groupings()));
      lines.add(
          "          16 values of the longest seen are "
              + Quantities.bytes(16 * found.valueBytesMax())
              + "; a merge may be handed "
              + Quantities.bytes(limits.mergeInputBytesMax()));
    } else if (!loaded.exports(GuestFunction.MERGE)) {
      lines.add("merge     none: the answer is the leaves' values one after the other");
    }
    found.troubles().forEach(trouble -> lines.add("TROUBLE   " + trouble));
    lines.add(found.troubles().isEmpty() ? "sound     on this sample" : "not sound");
    return lines;
  }

  private static JsonObject json(GuestModule loaded, Optional<ModuleCheck.Findings> findings) {
    JsonObject json = new JsonObject();
    json.addProperty("kind", loaded.kind().name());
    json.addProperty("profile", Profile.UNMETERED.id());
    json.add("exports", array(loaded.exports()));
    json.add("imports", array(loaded.imports()));
    json.addProperty("memoryBytesMin", loaded.memoryBytesMin());
    json.addProperty("memoryBytesMax", loaded.memoryBytesMax());
    json.add("warnings", array(loaded.warnings()));
    findings.ifPresent(
        found -> {
          JsonObject sample = new JsonObject();
          sample.addProperty("leaves", found.leaves());
          sample.addProperty("bytes", found.bytes());
          sample.addProperty("nanos", found.nanos());
          sample.addProperty("valueBytesMax", found.valueBytesMax());
          sample.add("groupings", array(found.groupings()));
          sample.add("troubles", array(found.troubles()));
          json.add("sample", sample);
        });
    return json;
  }

  private static JsonArray array(List<String> items) {
    JsonArray array = new JsonArray();
    items.forEach(array::add);
    return array;
  }
}

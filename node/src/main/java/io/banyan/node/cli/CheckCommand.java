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
import io.banyan.schema.Bytes;
import io.banyan.schema.CallLimits;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Profile;
import io.banyan.schema.PublicKey;
import io.banyan.schema.SplitRule;
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

  /** What is checked is submitted to nobody: under this key no signature holds. */
  private static final PublicKey NOBODY = new PublicKey(Bytes.of(new byte[PublicKey.LENGTH]));

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
          sampled ? Optional.of(tried(request, sandbox)) : Optional.empty();
      Output out = new Output(spec);
      if (json) {
        out.json(json(loaded, findings));
      } else {
        lines(loaded, request, findings).stream().map(Words::printable).forEach(out::data);
      }
      boolean sound = findings.map(found -> found.troubles().isEmpty()).orElse(true);
      return (sound ? ExitCode.OK : ExitCode.FAILURE).number();
    }
  }

  private static ModuleCheck.Findings tried(JobRequest request, Sandbox sandbox)
      throws IOException, CommandException, InterruptedException {
    JobDraft draft = JobDraft.read(ModuleCheck.sampled(request), NOBODY, sandbox, _ -> {});
    return ModuleCheck.run(draft, sandbox);
  }

  private List<String> lines(
      GuestModule loaded, JobRequest request, Optional<ModuleCheck.Findings> findings) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "module    "
            + module
            + ": "
            + loaded.kind().name().toLowerCase(Locale.ROOT)
            + ", profile "
            + Profile.ONE.id());
    lines.add("exports   " + String.join(", ", loaded.exports()));
    lines.add(
        "imports   " + (loaded.imports().isEmpty() ? "none" : String.join(", ", loaded.imports())));
    lines.add(
        "memory    begins with "
            + Quantities.bytes(loaded.memoryBytesMin())
            + ", may grow to "
            + Quantities.bytes(loaded.memoryBytesMax())
            + " by its own word, to "
            + Quantities.bytes(request.limits().memoryBytesMax())
            + " by --memory");
    loaded.warnings().forEach(warning -> lines.add("warning   " + warning));
    findings.ifPresent(found -> lines.addAll(lines(loaded, request, found)));
    return lines;
  }

  private static List<String> lines(
      GuestModule loaded, JobRequest request, ModuleCheck.Findings found) {
    CallLimits limits = request.limits();
    List<String> lines = new ArrayList<>();
    lines.add("sample    " + found.leaves() + " leaves, " + Quantities.bytes(found.bytes()));
    time(request, found).ifPresent(lines::add);
    lines.add(
        "values    up to "
            + Quantities.bytes(found.valueBytesMax())
            + "; a call may return "
            + Quantities.bytes(limits.outputBytesMax()));
    if (!found.groupings().isEmpty()) {
      lines.add("merge     tried as the plan groups, " + String.join(", ", found.groupings()));
      lines.add(
          "          16 values of the longest seen are "
              + Quantities.bytes(16 * found.valueBytesMax())
              + "; a merge may be handed "
              + Quantities.bytes(limits.mergeInputBytesMax()));
    } else if (!loaded.exports(GuestFunction.MERGE)) {
      lines.add("merge     none: the answer is the leaves' values one after the other");
    }
    boolean untried = untried(loaded, found);
    if (untried) {
      lines.add("merge     " + notTried(found));
    }
    found.troubles().forEach(trouble -> lines.add("TROUBLE   " + trouble));
    String sound = "sound     on this sample" + (untried ? ", but for the merge" : "");
    lines.add(found.troubles().isEmpty() ? sound : "not sound");
    return lines;
  }

  /** What the leaves took: by their number where they have no bytes of an input. */
  private static Optional<String> time(JobRequest request, ModuleCheck.Findings found) {
    boolean index = request.rule().filter(SplitRule.ByIndex.class::isInstance).isPresent();
    if (index ? found.leaves() == 0 : found.bytes() == 0) {
      return Optional.empty();
    }
    double count = index ? found.leaves() : found.bytes() / (double) (1 << 20);
    return Optional.of(
        String.format(
            Locale.ROOT,
            "time      %.3g ms per %s on one worker",
            found.nanos() / 1e6 / count,
            index ? "leaf" : "MiB"));
  }

  private static boolean untried(GuestModule loaded, ModuleCheck.Findings found) {
    return loaded.exports(GuestFunction.MERGE) && !found.mergeTried();
  }

  private static String notTried(ModuleCheck.Findings found) {
    return "not tried: " + found.leaves() + (found.leaves() == 1 ? " leaf value" : " leaf values");
  }

  private static JsonObject json(GuestModule loaded, Optional<ModuleCheck.Findings> findings) {
    JsonObject json = new JsonObject();
    json.addProperty("kind", loaded.kind().name());
    json.addProperty("profile", Profile.ONE.id());
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
          if (untried(loaded, found)) {
            sample.addProperty("merge", notTried(found));
          }
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

package io.banyan.node.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.banyan.compute.CallResult;
import io.banyan.compute.Sandbox;
import io.banyan.compute.SandboxOptions;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.node.InputFile;
import io.banyan.node.LeafReplay;
import io.banyan.node.Quantities;
import io.banyan.node.ReceiptVerification;
import io.banyan.node.Scratch;
import io.banyan.node.WholeFile;
import io.banyan.schema.PlanNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code banyan replay}: runs one leaf, or merge, of a finished job again. */
@Command(
    name = "replay",
    description = "Runs one leaf, or merge, of a job receipt again, here.",
    sortOptions = false)
final class ReplayCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "RECEIPT",
      description = "The file that 'run' or 'submit --receipt' wrote.")
  private Path receipt = Path.of("");

  @Option(
      names = "--leaf",
      required = true,
      paramLabel = "PATH",
      description = "The plan node, as 'tree' and sentences name it: 17, 16-32, /3/0/.")
  private String leaf = "";

  @Option(names = "--module", required = true, paramLabel = "M.wasm", description = "Its module.")
  private Path module = Path.of("");

  @Option(names = "--input", paramLabel = "FILE", description = "Its input, if it has one.")
  private @Nullable Path input;

  @Option(names = "--shared", paramLabel = "FILE", description = "Its shared blobs, in order.")
  private List<Path> shared = new ArrayList<>();

  @Option(names = "--output", paramLabel = "FILE", description = "Write the plan node's value.")
  private @Nullable Path output;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException, CommandException, InterruptedException {
    PlanNode node = node();
    if (output != null) {
      WholeFile.requireFolder("output", output);
    }
    LeafReplay.Report report = replay(node);
    Output out = new Output(spec);
    GuestLogs logs = new GuestLogs(out);
    report.calls().forEach(call -> logs.show(call.words(), call.result().report().log()));
    if (json) {
      out.json(json(report, node));
    } else {
      report.calls().forEach(call -> show(call, out));
    }
    return end(report).number();
  }

  private PlanNode node() {
    try {
      return PlanNode.parse(leaf);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--leaf: " + e.getMessage(), e);
    }
  }

  private LeafReplay.Report replay(PlanNode node)
      throws IOException, CommandException, InterruptedException {
    try (InputFile opened = input == null ? null : InputFile.open(input);
        Scratch scratch = Scratch.create();
        Sandbox sandbox = new Sandbox(SandboxOptions.forThisHeap());
        ProgressLine progress = new ProgressLine()) {
      long total = opened == null ? 0 : opened.size();
      LeafReplay.Report report =
          LeafReplay.replay(
              new ReceiptVerification.Files(
                  receipt, module, Optional.ofNullable(opened), shared, Optional.empty(), 0),
              node,
              sandbox,
              scratch.folder(),
              bytes -> progress.reading(bytes, total));
      progress.clear();
      return report;
    }
  }

  private static void show(LeafReplay.Call call, Output out) {
    switch (call.result()) {
      case CallResult.Ended ended -> {
        String same =
            call.difference().isPresent() ? "" : ", as claimed: same outcome, output and fuel";
        out.data(call.words() + ": " + Words.printable(ended.outcome().words()) + same);
        out.data("fuel      " + ended.fuel());
        out.data("time      " + Quantities.seconds(ended.report().guestNanos() / 1e9));
        out.data("memory    " + Quantities.bytes(ended.report().memoryBytes()));
        if (call.difference().isEmpty()) {
          out.data(
              "output    "
                  + call.claim().output()
                  + ", "
                  + Quantities.bytes(call.claim().outputBytes()));
        }
      }
      case CallResult.NoResult noResult ->
          out.data(call.words() + ": could not be run here: " + noResult.detail());
    }
  }

  /** A difference is worth more than a value, and either more than a call that was not made. */
  private ExitCode end(LeafReplay.Report report) throws IOException, CommandException {
    if (report.difference().isPresent()) {
      throw new CommandException(
          ExitCode.VERIFICATION_FAILED, "receipt " + receipt + ": " + report.difference().get());
    }
    for (LeafReplay.Call call : report.calls()) {
      if (call.result() instanceof CallResult.NoResult noResult) {
        throw new CommandException(
            ExitCode.FAILURE, call.words() + " could not be run again here: " + noResult.detail());
      }
    }
    if (output != null) {
      byte[] value =
          report
              .value()
              .orElseThrow(
                  () ->
                      new CommandException(
                          ExitCode.USAGE,
                          "--output: plan node "
                              + leaf
                              + " has only a split, and its value is those of its parts"));
      WholeFile.write("output", output, file -> file.write(value));
    }
    return ExitCode.OK;
  }

  private static JsonObject json(LeafReplay.Report report, PlanNode node) {
    JsonObject json = new JsonObject();
    json.addProperty("job", report.job().toString());
    json.addProperty("node", node.toString());
    json.addProperty(
        "same",
        report.calls().stream()
            .allMatch(
                call -> call.difference().isEmpty() && call.result() instanceof CallResult.Ended));
    JsonArray calls = new JsonArray();
    report.calls().forEach(call -> calls.add(json(call)));
    json.add("calls", calls);
    return json;
  }

  private static JsonObject json(LeafReplay.Call call) {
    JsonObject json = new JsonObject();
    json.addProperty("function", call.claim().function().exportName());
    switch (call.result()) {
      case CallResult.Ended ended -> {
        json.addProperty("outcome", ended.outcome().words());
        json.addProperty("fuel", ended.fuel());
      }
      case CallResult.NoResult noResult -> json.addProperty("noResult", noResult.detail());
    }
    json.addProperty("nanos", call.result().report().guestNanos());
    json.addProperty("memoryBytes", call.result().report().memoryBytes());
    JsonObject claimed = new JsonObject();
    claimed.addProperty("outcome", call.claim().outcome().words());
    claimed.addProperty("fuel", call.claim().fuel());
    claimed.addProperty("output", call.claim().output().toString());
    claimed.addProperty("outputBytes", call.claim().outputBytes());
    json.add("claimed", claimed);
    call.difference().ifPresent(words -> json.addProperty("difference", words));
    return json;
  }
}

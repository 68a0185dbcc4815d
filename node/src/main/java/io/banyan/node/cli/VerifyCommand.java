package io.banyan.node.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.banyan.compute.Sandbox;
import io.banyan.compute.SandboxOptions;
import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.node.InputFile;
import io.banyan.node.JobBook;
import io.banyan.node.ReceiptVerification;
import io.banyan.node.Scratch;
import io.banyan.schema.Receipt;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code banyan verify}: checks a job receipt offline. */
@Command(
    name = "verify",
    description = "Checks a job receipt, offline, from module and input alone.",
    sortOptions = false)
final class VerifyCommand implements Callable<Integer> {
  private static final int REPLAY_MAX = 100_000; // they are drawn into memory

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "RECEIPT", description = "The file that 'run --receipt' wrote.")
  private Path receipt = Path.of("");

  @Option(names = "--module", required = true, paramLabel = "M.wasm", description = "Its module.")
  private Path module = Path.of("");

  @Option(names = "--input", paramLabel = "FILE", description = "Its input, if it has one.")
  private @Nullable Path input;

  @Option(names = "--shared", paramLabel = "FILE", description = "Its shared blobs, for --replay.")
  private List<Path> shared = new ArrayList<>();

  @Option(names = "--output", paramLabel = "FILE", description = "An answer to hold against it.")
  private @Nullable Path output;

  @Option(
      names = "--replay",
      paramLabel = "K|all",
      description = "Draw K leaves and a lowest merge and run them again; or every call.")
  private String replay = "0";

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException, CommandException, InterruptedException {
    int replays = replays();
    try (InputFile opened = input == null ? null : InputFile.open(input);
        Scratch scratch = Scratch.create();
        Sandbox sandbox = new Sandbox(SandboxOptions.forThisHeap());
        ProgressLine progress = new ProgressLine()) {
      long total = opened == null ? 0 : opened.size();
      ReceiptVerification.Report report =
          ReceiptVerification.verify(
              new ReceiptVerification.Files(
                  receipt,
                  module,
                  Optional.ofNullable(opened),
                  shared,
                  Optional.ofNullable(output),
                  replays),
              sandbox,
              scratch.folder(),
              bytes -> progress.reading(bytes, total));
      progress.clear();
      show(report);
    }
    return ExitCode.OK.number();
  }

  private int replays() {
    if (replay.equals("all")) {
      return ReceiptVerification.REPLAY_ALL;
    }
    if (!replay.matches("[0-9]{1,6}") || Integer.parseInt(replay) > REPLAY_MAX) {
      throw new ParameterException(
          spec.commandLine(),
          "--replay: '" + replay + "' is neither 'all' nor between 0 and " + REPLAY_MAX);
    }
    return Integer.parseInt(replay);
  }

  private void show(ReceiptVerification.Report report) {
    Output out = new Output(spec);
    if (json) {
      out.json(json(report));
      return;
    }
    Receipt root = report.receipt();
    out.data("verified: " + root.leaves() + " leaves, fuel " + root.fuel());
    out.data("job       " + report.job());
    out.data("submitter " + report.submitter());
    boolean lent = report.attribution().receipts() > 0;
    out.data(
        "signer    " + report.signer() + (lent ? ", who lent some of it" : ", who ran all of it"));
    out.data("input     " + report.manifest().input().digest());
    out.data("plan      " + root.key());
    out.data("execution " + root.executionRoot());
    out.data(
        "output    " + root.value().named().digest() + (output == null ? "" : ", as in the file"));
    new WhoRan(report.attribution()).show(out);
    out.data(JobBook.VERIFICATION);
    out.data(
        "proven: every call is where the plan has it, all digests follow from one another, and each"
            + " signer stands for just those below");
    out.data("not proven by this: that a call comes to what is claimed, unless it was run again");
    replayLine(report).ifPresent(out::data);
  }

  private Optional<String> replayLine(ReceiptVerification.Report report) {
    if (report.replayed().isEmpty()) {
      return Optional.empty();
    }
    if (replays() == ReceiptVerification.REPLAY_ALL) {
      return Optional.of("run again here, and right: every call of the plan, up to the answer");
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "run again here, and right: %d calls, drawn evenly; a wrong share of the leaves above"
                + " %.3g is excluded at 95 %%; merges over more than 16 leaves were not run again"
                + " (--replay all)",
            report.replayed().size(),
            excludedShare(report)));
  }

  /** 1 − 0.05^(1/k): more wrong leaves than that would have shown among k, 95 times in 100. */
  private double excludedShare(ReceiptVerification.Report report) {
    long leaves = Math.min(replays(), report.receipt().leaves());
    return leaves == report.receipt().leaves() ? 0 : 1 - Math.pow(0.05, 1.0 / leaves);
  }

  private JsonObject json(ReceiptVerification.Report report) {
    Receipt root = report.receipt();
    JsonObject json = new JsonObject();
    json.addProperty("verified", true);
    json.addProperty("job", report.job().toString());
    json.addProperty("submitter", report.submitter().toString());
    json.addProperty("signer", report.signer().toString());
    json.addProperty("leaves", root.leaves());
    json.addProperty("fuel", root.fuel());
    JsonObject hashes = new JsonObject();
    hashes.addProperty("input", report.manifest().input().digest().toString());
    hashes.addProperty("plan", root.key().toString());
    hashes.addProperty("execution", root.executionRoot().toString());
    hashes.addProperty("output", root.value().named().digest().toString());
    json.add("hashes", hashes);
    new WhoRan(report.attribution()).addTo(json);
    json.addProperty("audit", JobBook.VERIFICATION);
    JsonArray replayed = new JsonArray();
    report.replayed().forEach(replayed::add);
    json.add("replayed", replayed);
    if (!report.replayed().isEmpty()) {
      json.addProperty("wrongShareExcluded", excludedShare(report));
    }
    return json;
  }
}

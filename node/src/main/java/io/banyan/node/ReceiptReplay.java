package io.banyan.node;

import io.banyan.compute.Configuration;
import io.banyan.compute.Sandbox;
import io.banyan.delegation.CallReport;
import io.banyan.delegation.Delegator;
import io.banyan.delegation.JobEnd;
import io.banyan.delegation.PlannedCall;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Manifest;
import io.banyan.schema.Receipt;
import io.banyan.schema.Step;
import io.banyan.schema.Value;
import io.banyan.trust.Evidence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs calls of a job again whose receipt holds: some, one plan node's, or all. */
final class ReceiptReplay {
  private final ReceiptVerification.Files files;
  private final ReceiptVerification.Checked checked;
  private final Manifest manifest;
  private final Sandbox sandbox;
  private final Path scratch;

  /**
   * A replay on this machine.
   *
   * @param scratch takes the values of calls that are run again
   */
  ReceiptReplay(
      ReceiptVerification.Files files,
      ReceiptVerification.Checked checked,
      Sandbox sandbox,
      Path scratch) {
    this.files = files;
    this.checked = checked;
    this.manifest = checked.manifest();
    this.sandbox = sandbox;
    this.scratch = scratch;
  }

  /** Something that calls are needed for. */
  private interface Work<T> {
    T with(PlanReplay replay) throws CommandException, InterruptedException;
  }

  private <T> T replaying(Work<T> work) throws IOException, CommandException, InterruptedException {
    try (BlobStore store = new BlobStore(scratch, Runtime.getRuntime().maxMemory() / 8)) {
      GuestCalls calls =
          new GuestCalls(
              sandbox, checked.module(), configuration(), manifest.limits(), files.input(), store);
      return work.with(new PlanReplay(checked.job(), manifest, checked.cuts(), calls));
    }
  }

  /** Wants all of {@code steps} to come true, and names them. */
  List<String> drawn(List<Step> steps) throws IOException, CommandException, InterruptedException {
    if (steps.isEmpty()) {
      return List.of();
    }
    Optional<String> lie = replaying(replay -> replay.run(steps));
    if (lie.isPresent()) {
      throw failed(": " + lie.get());
    }
    return steps.stream().map(PlanReplay::words).toList();
  }

  /** Runs {@code steps} again, and says how each went. */
  List<PlanReplay.Replayed> each(List<Step> steps)
      throws IOException, CommandException, InterruptedException {
    return replaying(replay -> replay.each(steps));
  }

  /** Runs the whole job, by its own plan, and wants it to come to the very same. */
  List<String> all() throws IOException, CommandException, InterruptedException {
    JobDraft draft =
        new JobDraft(
            manifest,
            checked.cuts(),
            checked.module(),
            configuration(),
            files.input(),
            Optional.empty());
    try (BlobStore store = new BlobStore(scratch, Runtime.getRuntime().maxMemory() / 8);
        ClaimLog claims = new ClaimLog(scratch)) {
      JobEnd end =
          LocalRun.run(
                  new PreparedJob(checked.job(), checked.signed(), draft),
                  sandbox,
                  Delegator.Settings.of(Runtime.getRuntime().availableProcessors()),
                  store,
                  claims,
                  _ -> {})
              .end();
      return all(end, checked.receipt());
    }
  }

  private List<String> all(JobEnd end, Receipt receipt) throws CommandException {
    return switch (end) {
      case JobEnd.Completed(Value value, Evidence evidence, var _)
          when value.equals(receipt.value())
              && evidence.executionRoot().equals(receipt.executionRoot()) ->
          List.of("every call of the plan");
      case JobEnd.Completed(Value value, Evidence evidence, var _) ->
          throw failed(
              ": run again, the job comes to the output hash "
                  + value.named().digest()
                  + " and the execution hash "
                  + evidence.executionRoot()
                  + ", not to those of the receipt");
      case JobEnd.TaskFailed trouble -> throw failed(": run again, " + trouble.words());
      case JobEnd.PlanRefused(String reason) -> throw failed(": " + reason);
      case JobEnd.NodeFailed(PlannedCall call, CallReport.NoResult why) ->
          throw new CommandException(
              ExitCode.FAILURE, call.words() + " could not be run again here: " + why.detail());
      case JobEnd.TimedOut(long timeMillis) ->
          throw new CommandException(
              ExitCode.TIMEOUT,
              "running the job again took longer than its own "
                  + Quantities.seconds(timeMillis / 1e3));
      case JobEnd.Cancelled(), JobEnd.Shed() ->
          throw new IllegalStateException("nobody cancels a replay");
    };
  }

  private Configuration configuration() throws CommandException {
    List<byte[]> shared = new ArrayList<>();
    for (Path path : files.shared()) {
      shared.add(JobDraft.readFile("shared blob", path, Integer.MAX_VALUE));
    }
    if (!shared.stream().map(BlobRef::of).toList().equals(manifest.shared())) {
      throw new CommandException(
          ExitCode.USAGE,
          "running calls again needs the job's "
              + manifest.shared().size()
              + " shared blobs in order: give each with --shared FILE");
    }
    return new Configuration(manifest.params().toArray(), shared);
  }

  private CommandException failed(String sentence) {
    return ReceiptVerification.failed("receipt " + files.receipt() + sentence);
  }
}

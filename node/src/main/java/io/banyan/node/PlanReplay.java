package io.banyan.node;

import io.banyan.compute.CallResult;
import io.banyan.compute.Sandbox;
import io.banyan.node.ReplayInputs.LieException;
import io.banyan.node.ReplayInputs.NotReplayedException;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Claim;
import io.banyan.schema.Cuts;
import io.banyan.schema.JobId;
import io.banyan.schema.Manifest;
import io.banyan.schema.PartCuts;
import io.banyan.schema.Step;
import io.banyan.schema.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs single calls of a finished job again, from module and input alone, and compares what comes
 * of them with what is claimed.
 */
final class PlanReplay {
  private final ReplayInputs inputs;
  private final GuestCalls calls;

  PlanReplay(JobId job, Manifest manifest, Optional<Cuts> inputCuts, GuestCalls calls) {
    this.inputs = new ReplayInputs(job, manifest, inputCuts, calls);
    this.calls = calls;
  }

  /**
   * A call that was made again.
   *
   * @param lie what differs from the claim, in words; empty if nothing does. One that the host
   *     could not make differs in nothing, and shows nothing
   */
  record Replayed(Step step, CallResult result, Optional<String> lie) {}

  /**
   * Runs all of {@code steps} again, on all processors.
   *
   * @return the first claim that did not come true, in words; nothing if all did
   */
  Optional<String> run(List<Step> steps) throws InterruptedException, CommandException {
    List<Callable<Optional<String>>> tasks = new ArrayList<>();
    for (Step step : steps) {
      tasks.add(() -> lie(step));
    }
    return firstLie(onWorkers(tasks));
  }

  /**
   * Runs {@code steps} again, and says how each went.
   *
   * @throws CommandException with VERIFICATION_FAILED if a call that one of them needs does not
   *     come true; with FAILURE if such a one cannot be made here
   */
  List<Replayed> each(List<Step> steps) throws InterruptedException, CommandException {
    List<Callable<Replayed>> tasks = new ArrayList<>();
    for (Step step : steps) {
      tasks.add(() -> replay(step));
    }
    List<Replayed> replayed = new ArrayList<>();
    for (Future<Replayed> result : onWorkers(tasks)) {
      try {
        replayed.add(result.get());
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case LieException lie ->
              throw new CommandException(
                  ExitCode.VERIFICATION_FAILED, String.valueOf(lie.getMessage()), lie);
          case NotReplayedException trouble -> throw unknown(trouble);
          case null, default -> throw new IllegalStateException("a replay failed", e);
        }
      }
    }
    return replayed;
  }

  private static <T> List<Future<T>> onWorkers(List<Callable<T>> tasks)
      throws InterruptedException {
    ExecutorService threads =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            task -> Sandbox.workerThread("replay", task));
    try {
      return threads.invokeAll(tasks);
    } finally {
      threads.shutdownNow();
    }
  }

  /** A lie counts, also where other calls could not be run again. */
  private static Optional<String> firstLie(List<Future<Optional<String>>> results)
      throws InterruptedException, CommandException {
    Optional<NotReplayedException> unknown = Optional.empty();
    for (Future<Optional<String>> result : results) {
      try {
        Optional<String> lie = result.get();
        if (lie.isPresent()) {
          return lie;
        }
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof NotReplayedException trouble)) {
          throw new IllegalStateException("a replay failed", e);
        }
        unknown = Optional.of(trouble);
      }
    }
    if (unknown.isPresent()) {
      throw unknown(unknown.get());
    }
    return Optional.empty();
  }

  private static CommandException unknown(NotReplayedException trouble) {
    return new CommandException(ExitCode.FAILURE, String.valueOf(trouble.getMessage()), trouble);
  }

  private Optional<String> lie(Step step) throws NotReplayedException {
    try {
      Replayed replayed = replay(step);
      if (replayed.result() instanceof CallResult.NoResult trouble) {
        throw new NotReplayedException(step.node(), trouble.detail());
      }
      return replayed.lie();
    } catch (LieException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private Replayed replay(Step step) throws NotReplayedException, LieException {
    Claim claim = step.claim();
    try {
      GuestCalls.Made made =
          calls.make(claim.function(), inputs.handedTo(step.node(), claim.function()));
      return new Replayed(
          step, made.result(), lie(claim, made).map(lie -> words(step) + ", run again, " + lie));
    } catch (IOException e) {
      throw new NotReplayedException(step.node(), InputFile.reason(e));
    } catch (OutOfMemoryError e) {
      throw new NotReplayedException(step.node(), Heap.exhausted());
    }
  }

  static String words(Step step) {
    return step.claim().function().exportName() + " of plan node " + step.node();
  }

  private static Optional<String> lie(Claim claim, GuestCalls.Made made) {
    return switch (made.result()) {
      case CallResult.NoResult _ -> Optional.empty();
      case CallResult.Faulted faulted -> Optional.of(faulted.outcome().words());
      case CallResult.Returned(byte[] output, long fuel, var _) ->
          difference(claim, made, BlobRef.of(output), fuel);
      case CallResult.Divided(List<byte[]> parts, long fuel, var _) -> {
        List<BlobRef> refs = parts.stream().map(BlobRef::of).toList();
        BlobRef list = new BlobRef(Value.listDigest(refs), new PartCuts(refs).size());
        yield difference(claim, made, list, fuel);
      }
    };
  }

  private static Optional<String> difference(
      Claim claim, GuestCalls.Made made, BlobRef output, long fuel) {
    List<String> differences = new ArrayList<>();
    if (!made.handed().equals(claim.input())) {
      differences.add("is handed " + made.handed() + ", not " + claim.input());
    }
    BlobRef claimed = new BlobRef(claim.output(), claim.outputBytes());
    if (!output.equals(claimed)) {
      differences.add("comes to " + words(output) + ", not to " + words(claimed));
    }
    if (fuel != claim.fuel()) {
      differences.add("takes " + fuel + " fuel, not " + claim.fuel());
    }
    return differences.isEmpty()
        ? Optional.empty()
        : Optional.of("comes to something else: it " + String.join("; it ", differences));
  }

  private static String words(BlobRef output) {
    return output.digest() + " (" + output.length() + " bytes)";
  }
}

package io.banyan.node;

import io.banyan.compute.Sandbox;
import io.banyan.delegation.CallReport;
import io.banyan.delegation.InputRef;
import io.banyan.delegation.PlannedCall;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Claim;
import io.banyan.schema.Cuts;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.IndexCuts;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.Manifest;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Step;
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
  private final JobId job;
  private final Manifest manifest;
  private final Optional<Cuts> inputCuts;
  private final GuestCalls calls;

  PlanReplay(JobId job, Manifest manifest, Optional<Cuts> inputCuts, GuestCalls calls) {
    this.job = job;
    this.manifest = manifest;
    this.inputCuts = inputCuts;
    this.calls = calls;
  }

  /** Nothing of the call can be said: this host could not make it. */
  static final class NotReplayedException extends Exception {
    private static final long serialVersionUID = 1;

    NotReplayedException(String sentence) {
      super(sentence);
    }
  }

  /** A call that another one needs did not come to what is claimed, so neither does the other. */
  private static final class LieException extends Exception {
    private static final long serialVersionUID = 1;

    LieException(String sentence) {
      super(sentence);
    }
  }

  /**
   * Runs all of {@code steps} again, on all processors.
   *
   * @return the first claim that did not come true, in words; nothing if all did
   */
  Optional<String> run(List<Step> steps) throws InterruptedException, CommandException {
    ExecutorService threads =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            task -> Sandbox.workerThread("replay", task));
    try {
      List<Callable<Optional<String>>> tasks = new ArrayList<>();
      for (Step step : steps) {
        tasks.add(() -> replay(step));
      }
      return firstLie(threads.invokeAll(tasks));
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
      NotReplayedException trouble = unknown.get();
      throw new CommandException(ExitCode.FAILURE, String.valueOf(trouble.getMessage()), trouble);
    }
    return Optional.empty();
  }

  private Optional<String> replay(Step step) throws NotReplayedException {
    Claim claim = step.claim();
    CallReport report;
    try {
      report = make(step.node(), claim.function(), handedTo(step.node(), claim.function()));
    } catch (LieException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
    return switch (report) {
      case CallReport.Returned(var input, List<BlobRef> output, long fuel, long _)
          when input.equals(claim.input())
              && output.getFirst().equals(new BlobRef(claim.output(), claim.outputBytes()))
              && fuel == claim.fuel() ->
          Optional.empty();
      case CallReport.Returned _ -> Optional.of(words(step) + " comes to something else");
      case CallReport.Ended ended -> Optional.of(words(step) + " " + ended.outcome().words());
      case CallReport.NoResult noResult -> throw notReplayed(step.node(), noResult);
    };
  }

  private static String words(Step step) {
    return step.claim().function().exportName() + " of plan node " + step.node() + ", run again,";
  }

  private static NotReplayedException notReplayed(PlanNode node, CallReport.NoResult why) {
    return new NotReplayedException(
        "plan node " + node + " could not be run again here: " + why.detail());
  }

  private CallReport make(PlanNode node, GuestFunction function, InputRef input) {
    return calls.make(new PlannedCall(job.digest(), node, function, input));
  }

  /** What the plan hands to a call; values that it needs are computed anew. */
  private InputRef handedTo(PlanNode node, GuestFunction function)
      throws NotReplayedException, LieException {
    return switch (node) {
      case PlanNode.Cells(Interval interval) when function == GuestFunction.EXECUTE ->
          cellInput(interval.from());
      case PlanNode.Cells(Interval interval) -> {
        List<BlobRef> values = new ArrayList<>();
        for (Interval child : cuts().children(interval)) {
          PlanNode below = new PlanNode.Cells(child);
          GuestFunction made = child.count() == 1 ? GuestFunction.EXECUTE : GuestFunction.MERGE;
          values.add(output(below, made).getFirst());
        }
        yield new InputRef.Values(values);
      }
      case PlanNode.Part part when function != GuestFunction.MERGE -> partInput(part);
      case PlanNode.Part _, PlanNode.Parts _ ->
          throw new IllegalArgumentException("merges of a module split are replayed as a whole");
    };
  }

  private InputRef cellInput(int cell) {
    return cuts() instanceof IndexCuts(int cells)
        ? new InputRef.CellIndex(cell, cells)
        : new InputRef.InputRange(cuts().cut(cell), cuts().cut(cell + 1));
  }

  private InputRef partInput(PlanNode.Part part) throws NotReplayedException, LieException {
    if (part.path().isEmpty()) {
      return new InputRef.InputRange(0, manifest.input().length());
    }
    int last = part.path().size() - 1;
    PlanNode.Part above = new PlanNode.Part(part.path().subList(0, last));
    List<BlobRef> parts = output(above, GuestFunction.SPLIT);
    int index = part.path().get(last);
    if (index >= parts.size()) {
      throw new LieException(
          "split of plan node " + above + ", run again, comes to " + parts.size() + " parts");
    }
    return new InputRef.Part(parts.get(index));
  }

  private List<BlobRef> output(PlanNode node, GuestFunction function)
      throws NotReplayedException, LieException {
    return switch (make(node, function, handedTo(node, function))) {
      case CallReport.Returned returned -> returned.output();
      case CallReport.Ended ended ->
          throw new LieException(
              function.exportName()
                  + " of plan node "
                  + node
                  + ", run again, "
                  + ended.outcome().words());
      case CallReport.NoResult noResult -> throw notReplayed(node, noResult);
    };
  }

  private Cuts cuts() {
    return inputCuts.orElseThrow(() -> new IllegalStateException("the plan has no cells"));
  }
}

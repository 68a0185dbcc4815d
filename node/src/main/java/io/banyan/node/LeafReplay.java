package io.banyan.node;

import io.banyan.compute.CallResult;
import io.banyan.compute.Sandbox;
import io.banyan.schema.Claim;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.JobId;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Step;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Runs the calls of one plan node of a finished job again: a leaf's, or a merge and split, for
 * which whatever they are handed is computed anew.
 */
public final class LeafReplay {
  private LeafReplay() {}

  /**
   * A call that was made again.
   *
   * @param words how sentences name it: "execute of plan node 17"
   * @param result what it came to here
   * @param difference from the claim, in words; empty if there is none, or nothing can be said
   */
  public record Call(String words, Claim claim, CallResult result, Optional<String> difference) {}

  /** What was made again, in the order in which it is made: a split before its merge. */
  public record Report(JobId job, List<Call> calls) {
    public Report {
      calls = List.copyOf(calls);
    }

    /** The plan node's value, if it could be made: of its leaf or its merge. */
    public Optional<byte[]> value() {
      return calls.getLast().result() instanceof CallResult.Returned returned
          ? Optional.of(returned.output())
          : Optional.empty();
    }

    /** The first difference, if there is any. */
    public Optional<String> difference() {
      return calls.stream().flatMap(call -> call.difference().stream()).findFirst();
    }
  }

  /**
   * Checks the receipt, and then makes the calls of {@code node} again.
   *
   * @param files of which nothing else is run again
   * @param scratch takes the values of calls that are run again
   * @param progress is told how many bytes of the input are read
   * @throws CommandException with VERIFICATION_FAILED if the receipt does not hold, or a call that
   *     those of {@code node} need; with USAGE if the job makes no call there
   */
  public static Report replay(
      ReceiptVerification.Files files,
      PlanNode node,
      Sandbox sandbox,
      Path scratch,
      LongConsumer progress)
      throws IOException, CommandException, InterruptedException {
    List<Step> steps = new ArrayList<>(); // two at most
    ReceiptVerification.Checked checked =
        ReceiptVerification.check(
            files,
            sandbox,
            step -> {
              if (step.node().equals(node)) {
                steps.add(step);
              }
            },
            progress);
    if (steps.isEmpty()) {
      throw new CommandException(ExitCode.USAGE, noCall(node, checked));
    }
    List<Call> calls = new ArrayList<>();
    for (PlanReplay.Replayed made :
        new ReceiptReplay(files, checked, sandbox, scratch).each(steps)) {
      calls.add(
          new Call(PlanReplay.words(made.step()), made.step().claim(), made.result(), made.lie()));
    }
    return new Report(checked.job(), calls);
  }

  private static String noCall(PlanNode node, ReceiptVerification.Checked checked) {
    String plan =
        checked
            .cuts()
            .map(cuts -> "has the cells 0 to " + (cuts.count() - 1))
            .orElse("is that of the module's own splits, from / on");
    String merges =
        checked.module().exports(GuestFunction.MERGE)
            ? ""
            : "; the module has no merge, so only leaves are called";
    return "the job makes no call at plan node " + node + ": its plan " + plan + merges;
  }
}

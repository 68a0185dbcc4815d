package io.banyan.node;

import io.banyan.delegation.CallReport;
import io.banyan.delegation.InputRef;
import io.banyan.delegation.PlannedCall;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Cuts;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.IndexCuts;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.Manifest;
import io.banyan.schema.PartCuts;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the plan of a finished job hands to its calls, from module and input alone: a merge gets
 * values that are computed anew, by all calls below it.
 *
 * <p>Safe for any thread.
 */
final class ReplayInputs {
  private final JobId job;
  private final Manifest manifest;
  private final Plan plan;
  private final Optional<Cuts> inputCuts;
  private final GuestCalls calls;

  ReplayInputs(JobId job, Manifest manifest, Optional<Cuts> inputCuts, GuestCalls calls) {
    this.job = job;
    this.manifest = manifest;
    this.plan = Plan.of(manifest);
    this.inputCuts = inputCuts;
    this.calls = calls;
  }

  /** Nothing of the call can be said: this host could not make it. */
  static final class NotReplayedException extends Exception {
    private static final long serialVersionUID = 1;

    NotReplayedException(PlanNode node, String detail) {
      super("plan node " + node + " could not be run again here: " + detail);
    }
  }

  /** A call that another one needs did not come to what is claimed, so neither does the other. */
  static final class LieException extends Exception {
    private static final long serialVersionUID = 1;

    LieException(String sentence) {
      super(sentence);
    }
  }

  /** What a split came to: parts of {@code bytes}. */
  private record Divided(PlanNode.Part place, long bytes, PartCuts cuts) {
    Interval all() {
      return Interval.all(cuts.count());
    }
  }

  /** What is handed to {@code function} at {@code node}, both of which the plan has. */
  InputRef handedTo(PlanNode node, GuestFunction function)
      throws NotReplayedException, LieException {
    return switch (node) {
      case PlanNode.Cells(Interval interval) when function == GuestFunction.EXECUTE ->
          cellInput(interval.from());
      case PlanNode.Cells(Interval interval) -> {
        List<BlobRef> values = new ArrayList<>();
        for (Interval child : cuts().children(interval)) {
          values.add(value(child));
        }
        yield new InputRef.Values(values);
      }
      case PlanNode.Part part when function != GuestFunction.MERGE -> partInput(part);
      case PlanNode.Part part -> {
        Divided divided = divided(part, partInput(part));
        yield values(divided, divided.all());
      }
      case PlanNode.Parts(List<Integer> path, Interval interval) -> {
        PlanNode.Part part = new PlanNode.Part(path);
        yield values(divided(part, partInput(part)), interval);
      }
    };
  }

  private InputRef cellInput(int cell) {
    return cuts() instanceof IndexCuts(int cells)
        ? new InputRef.CellIndex(cell, cells)
        : new InputRef.InputRange(cuts().cut(cell), cuts().cut(cell + 1));
  }

  private BlobRef value(Interval interval) throws NotReplayedException, LieException {
    List<Interval> children = cuts().children(interval);
    if (children.size() == 1) {
      return value(children.getFirst());
    }
    PlanNode node = new PlanNode.Cells(interval);
    GuestFunction made = children.isEmpty() ? GuestFunction.EXECUTE : GuestFunction.MERGE;
    return output(node, made, handedTo(node, made)).getFirst();
  }

  private InputRef partInput(PlanNode.Part part) throws NotReplayedException, LieException {
    if (part.path().isEmpty()) {
      return new InputRef.InputRange(0, manifest.input().length());
    }
    int last = part.path().size() - 1;
    PlanNode.Part above = new PlanNode.Part(part.path().subList(0, last));
    Divided divided = divided(above, partInput(above));
    int index = part.path().get(last);
    if (index >= divided.cuts.count()) {
      throw new LieException(
          "split of plan node "
              + above
              + ", run again, comes to "
              + divided.cuts.count()
              + " parts");
    }
    return new InputRef.Part(divided.cuts.part(index));
  }

  private Divided divided(PlanNode.Part part, InputRef input)
      throws NotReplayedException, LieException {
    long bytes =
        input instanceof InputRef.Part(BlobRef ref) ? ref.length() : manifest.input().length();
    return new Divided(part, bytes, new PartCuts(output(part, GuestFunction.SPLIT, input)));
  }

  /** What a merge over {@code interval} of the parts is handed. */
  private InputRef values(Divided divided, Interval interval)
      throws NotReplayedException, LieException {
    List<BlobRef> values = new ArrayList<>();
    for (Interval child : divided.cuts.children(interval)) {
      values.add(value(divided, child));
    }
    return new InputRef.Values(values);
  }

  private BlobRef value(Divided divided, Interval interval)
      throws NotReplayedException, LieException {
    if (interval.count() == 1) {
      return partValue(divided, interval.from());
    }
    List<Interval> children = divided.cuts.children(interval);
    if (children.size() == 1) {
      return value(divided, children.getFirst());
    }
    PlanNode node =
        interval.equals(divided.all())
            ? divided.place
            : new PlanNode.Parts(divided.place.path(), interval);
    return output(node, GuestFunction.MERGE, values(divided, interval)).getFirst();
  }

  private BlobRef partValue(Divided above, int index) throws NotReplayedException, LieException {
    PlanNode.Part part = above.place.child(index);
    BlobRef bytes = above.cuts.part(index);
    InputRef input = new InputRef.Part(bytes);
    if (plan.isLeaf(part, bytes.length(), above.bytes)) {
      return output(part, GuestFunction.EXECUTE, input).getFirst();
    }
    Divided divided = divided(part, input);
    return value(divided, divided.all());
  }

  private List<BlobRef> output(PlanNode node, GuestFunction function, InputRef input)
      throws NotReplayedException, LieException {
    PlannedCall call = new PlannedCall(job.digest(), node, function, input);
    return switch (calls.make(call, new TaskLog(), _ -> {})) { // nobody reads it
      case CallReport.Returned returned -> returned.output();
      case CallReport.Ended ended ->
          throw new LieException(call.words() + ", run again, " + ended.outcome().words());
      case CallReport.NoResult noResult -> throw new NotReplayedException(node, noResult.detail());
    };
  }

  private Cuts cuts() {
    return inputCuts.orElseThrow(() -> new IllegalStateException("the plan has no cells"));
  }
}

package io.banyan.delegation;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Claim;
import io.banyan.schema.Cuts;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.IndexCuts;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.LimitKind;
import io.banyan.schema.Limits;
import io.banyan.schema.Manifest;
import io.banyan.schema.Outcome;
import io.banyan.schema.PartCuts;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Step;
import io.banyan.schema.Value;
import io.banyan.trust.Evidence;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The walk of one job's plan: which call can be made next, and what a finished call makes of the
 * whole. Leaves are begun from left to right; merges go before leaves, so that values are used up
 * as soon as they can be. Of the tree it holds only the inner nodes that are begun and not done,
 * with no more than 16 values under each. Under the rule {@code module} it also holds the names of
 * the parts of every split that is not used up: at most 4096 for each of the eight splits above
 * each call that is out.
 *
 * <p>Confined to the driver thread.
 */
final class JobWalk {
  private final JobId job;
  private final Manifest manifest;
  private final Plan plan;
  private final boolean merges;
  private final Optional<Cuts> inputCuts;

  private final Deque<Open> begun = new ArrayDeque<>(); // children still to begin; innermost last
  private final Deque<Ticket> ready = new ArrayDeque<>();
  private @Nullable JobEnd end;

  private final long leavesMax;
  private long leafCount;
  private long leavesDone;
  private long unitsDone;

  JobWalk(Event.Submitted submitted) {
    this.job = submitted.job();
    this.manifest = submitted.manifest();
    this.plan = Plan.of(manifest);
    this.merges = submitted.merges();
    this.inputCuts = submitted.cuts();
    long planned = inputCuts.isPresent() ? Limits.CELLS_MAX : Limits.MODULE_LEAVES_MAX;
    this.leavesMax = Math.min(planned, manifest.budget().leaves());
    switch (plan.root(inputCuts)) {
      case PlanNode.Cells(Interval interval) -> begin(new InputGround(cuts()), interval, null, 0);
      case PlanNode.Part part -> beginPart(part, manifest.input(), Long.MAX_VALUE, null, 0);
      case PlanNode.Parts parts -> throw new IllegalStateException("no plan has the root " + parts);
    }
  }

  /** A call that is being made, with the place that waits for it. */
  sealed interface Ticket {
    PlannedCall call();
  }

  private record Leaf(PlannedCall call, long units, @Nullable Open parent, int slot)
      implements Ticket {}

  private record Split(PlannedCall call, BlobRef bytes, @Nullable Open parent, int slot)
      implements Ticket {}

  private record Merge(PlannedCall call, Open open) implements Ticket {}

  /** What the units of an inner node's interval are. */
  private sealed interface Ground {
    Cuts cuts();
  }

  private record InputGround(Cuts cuts) implements Ground {}

  private record SplitGround(PlanNode.Part whole, long bytes, PartCuts cuts) implements Ground {}

  /** An inner node that is begun and not done. */
  private static final class Open {
    final PlanNode node;
    final Ground ground;
    final List<Interval> children;
    final @Nullable Open parent; // none above the root
    final int slot;
    final List<Step> steps = new ArrayList<>(2);
    final Value[] values;
    final @Nullable Evidence[] evidence;
    int begunCount;
    int doneCount;

    Open(PlanNode node, Ground ground, List<Interval> children, @Nullable Open parent, int slot) {
      this.node = node;
      this.ground = ground;
      this.children = children;
      this.parent = parent;
      this.slot = slot;
      this.values = new Value[children.size()];
      this.evidence = new Evidence[children.size()];
    }
  }

  /** The next call, if one can be made before another one is done. */
  Optional<Ticket> next() {
    while (end == null) {
      Ticket ticket = ready.poll();
      if (ticket != null) {
        return Optional.of(ticket);
      }
      Open open = begun.peekLast();
      if (open == null) {
        return Optional.empty();
      }
      if (open.begunCount == open.children.size()) {
        begun.removeLast();
        continue;
      }
      int slot = open.begunCount++;
      begin(open.ground, open.children.get(slot), open, slot);
    }
    return Optional.empty();
  }

  private void begin(Ground ground, Interval interval, @Nullable Open parent, int slot) {
    if (interval.count() > 1) {
      begun.addLast(
          new Open(node(ground, interval), ground, ground.cuts().children(interval), parent, slot));
      return;
    }
    int unit = interval.from();
    switch (ground) {
      case InputGround(Cuts cuts) -> {
        PlanNode node = new PlanNode.Cells(interval);
        beginLeaf(node, cellInput(cuts, unit), cellUnits(cuts, interval), parent, slot);
      }
      case SplitGround(PlanNode.Part whole, long bytes, PartCuts cuts) ->
          beginPart(whole.child(unit), cuts.part(unit), bytes, parent, slot);
    }
  }

  private static PlanNode node(Ground ground, Interval interval) {
    return switch (ground) {
      case InputGround(Cuts _) -> new PlanNode.Cells(interval);
      case SplitGround(PlanNode.Part whole, long _, PartCuts _) ->
          interval.count() == 1
              ? whole.child(interval.from())
              : new PlanNode.Parts(whole.path(), interval);
    };
  }

  private static InputRef cellInput(Cuts cuts, int cell) {
    return cuts instanceof IndexCuts(int cells)
        ? new InputRef.CellIndex(cell, cells)
        : new InputRef.InputRange(cuts.cut(cell), cuts.cut(cell + 1));
  }

  private static long cellUnits(Cuts cuts, Interval cell) {
    return cuts instanceof IndexCuts ? 1 : cuts.length(cell);
  }

  private void beginPart(
      PlanNode.Part part, BlobRef bytes, long parentBytes, @Nullable Open parent, int slot) {
    InputRef input =
        part.path().isEmpty()
            ? new InputRef.InputRange(0, bytes.length())
            : new InputRef.Part(bytes);
    if (!plan.isLeaf(part, bytes.length(), parentBytes)) {
      PlannedCall split = call(part, GuestFunction.SPLIT, input);
      if (bytes.length() > manifest.limits().splitBytesMax()) {
        limitExceeded(split, bytes.digest(), LimitKind.SPLIT);
        return;
      }
      ready.addLast(new Split(split, bytes, parent, slot));
      return;
    }
    if (bytes.length() > Limits.LEAF_BYTES_MAX) {
      limitExceeded(call(part, GuestFunction.EXECUTE, input), bytes.digest(), LimitKind.LEAF);
      return;
    }
    beginLeaf(part, input, bytes.length(), parent, slot);
  }

  private void beginLeaf(
      PlanNode node, InputRef input, long units, @Nullable Open parent, int slot) {
    leafCount++;
    if (leafCount > leavesMax) {
      end =
          new JobEnd.PlanRefused("the plan has more leaves than the " + leavesMax + " it may have");
      return;
    }
    ready.addLast(new Leaf(call(node, GuestFunction.EXECUTE, input), units, parent, slot));
  }

  private PlannedCall call(PlanNode node, GuestFunction function, InputRef input) {
    return new PlannedCall(job, node, function, input);
  }

  /** A call returned; {@code commands} gets what is to be kept and what may go. */
  void returned(Ticket ticket, CallReport.Returned report, List<Command> commands) {
    switch (ticket) {
      case Leaf(PlannedCall call, long units, Open parent, int slot) -> {
        Step step = new Step(call.node(), claim(call, report));
        leavesDone++;
        unitsDone += units;
        commands.add(new Command.Record(job, call.node(), List.of(step), List.of()));
        releasePart(call.input(), commands);
        deliver(value(report), Evidence.ofLeaf(step.claim()), parent, slot, commands);
      }
      case Split(PlannedCall call, BlobRef bytes, Open parent, int slot) -> {
        PartCuts cuts = new PartCuts(report.output());
        if (cuts.size() == 0) {
          ended(ticket, report.input(), new Outcome.BadOutput(), report.fuel());
          return;
        }
        releasePart(call.input(), commands);
        begunSplit(call, claim(call, report), bytes, cuts, report.output(), parent, slot, commands);
      }
      case Merge(PlannedCall call, Open open) -> {
        open.steps.add(new Step(call.node(), claim(call, report)));
        commands.add(new Command.Release(job, blobs(open)));
        finish(open, value(report), commands);
      }
    }
  }

  private void begunSplit(
      PlannedCall call,
      Claim claim,
      BlobRef bytes,
      PartCuts cuts,
      List<BlobRef> parts,
      @Nullable Open parent,
      int slot,
      List<Command> commands) {
    PlanNode.Part whole = (PlanNode.Part) call.node();
    Interval all = Interval.all(cuts.count());
    List<Interval> children = cuts.count() == 1 ? List.of(all) : cuts.children(all);
    Ground ground = new SplitGround(whole, bytes.length(), cuts);
    Open open = new Open(whole, ground, children, parent, slot);
    open.steps.add(new Step(whole, claim, parts));
    begun.addLast(open);
    List<BlobRef> empty = parts.stream().filter(part -> part.length() == 0).toList();
    if (!empty.isEmpty()) {
      commands.add(new Command.Release(job, empty)); // no call will ever want them
    }
  }

  /** A part that a split made is needed by its own call alone. */
  private void releasePart(InputRef input, List<Command> commands) {
    if (input instanceof InputRef.Part(BlobRef part)) {
      commands.add(new Command.Release(job, List.of(part)));
    }
  }

  /** A call came to a bad outcome, and with it the job. */
  void ended(Ticket ticket, Digest input, Outcome outcome, long fuel) {
    PlannedCall call = ticket.call();
    end = new JobEnd.TaskFailed(call.node(), badClaim(call, input, outcome, fuel));
  }

  private void deliver(
      Value value, Evidence evidence, @Nullable Open parent, int slot, List<Command> commands) {
    if (parent == null) {
      end = new JobEnd.Completed(value, evidence);
      return;
    }
    parent.values[slot] = value;
    parent.evidence[slot] = evidence;
    parent.doneCount++;
    if (parent.doneCount == parent.children.size()) {
      combine(parent, commands);
    }
  }

  private void combine(Open open, List<Command> commands) {
    if (open.children.size() == 1) {
      finish(open, open.values[0], commands);
      return;
    }
    if (merges) {
      merge(open);
      return;
    }
    List<Value> values = List.of(open.values);
    finish(open, Value.Rope.over(values.stream().map(Value::named).toList()), commands);
  }

  /** Whether the values are too many for one merge is known by their lengths, on every machine. */
  private void merge(Open open) {
    List<BlobRef> values = blobs(open);
    PlannedCall call = call(open.node, GuestFunction.MERGE, new InputRef.Values(values));
    if (Value.framedBytes(values) > manifest.limits().mergeInputBytesMax()) {
      limitExceeded(call, Value.listDigest(values), LimitKind.MERGE);
      return;
    }
    ready.addFirst(new Merge(call, open));
  }

  private void limitExceeded(PlannedCall call, Digest input, LimitKind limit) {
    Outcome outcome = new Outcome.LimitExceeded(limit);
    end = new JobEnd.TaskFailed(call.node(), badClaim(call, input, outcome, 0));
  }

  private void finish(Open open, Value value, List<Command> commands) {
    List<PlanNode> children =
        open.children.stream().map(child -> node(open.ground, child)).toList();
    commands.add(new Command.Record(job, open.node, open.steps, children));
    List<Claim> own = open.steps.stream().map(Step::claim).toList();
    Evidence evidence = Evidence.ofInner(own, List.of(open.evidence));
    deliver(value, evidence, open.parent, open.slot, commands);
  }

  /** With a merge every value is one blob. */
  private static List<BlobRef> blobs(Open open) {
    List<BlobRef> blobs = new ArrayList<>();
    for (Value value : open.values) {
      blobs.add((BlobRef) value.named());
    }
    return blobs;
  }

  private static Value value(CallReport.Returned report) {
    return new Value.Blob(report.output().getFirst());
  }

  private Claim claim(PlannedCall call, CallReport.Returned report) {
    boolean split = call.function() == GuestFunction.SPLIT;
    if (!split && report.output().size() != 1) {
      throw new IllegalStateException(
          call.words() + " returned " + report.output().size() + " values, not one");
    }
    BlobRef first = report.output().getFirst();
    return new Claim(
        manifest.profile(),
        plan.key(call.node()),
        call.function(),
        report.input(),
        split ? Value.listDigest(report.output()) : first.digest(),
        report.output().stream().mapToLong(BlobRef::length).sum(),
        report.fuel(),
        new Outcome.Completed());
  }

  private Claim badClaim(PlannedCall call, Digest input, Outcome outcome, long fuel) {
    return new Claim(
        manifest.profile(),
        plan.key(call.node()),
        call.function(),
        input,
        Digest.ZERO,
        0,
        fuel,
        outcome);
  }

  /** How the job ended, once it has. */
  Optional<JobEnd> end() {
    return Optional.ofNullable(end);
  }

  JobProgress progress() {
    return new JobProgress(leavesDone, unitsDone, total());
  }

  /** Bytes of the input; cells under the rule {@code index}. */
  long total() {
    return inputCuts.orElse(null) instanceof IndexCuts(int cells)
        ? cells
        : manifest.input().length();
  }

  /** The units of a leaf that {@code ticket} executes; none for other calls. */
  static long leafUnits(Ticket ticket) {
    return ticket instanceof Leaf leaf ? leaf.units : 0;
  }

  PlanNode root() {
    return plan.root(inputCuts);
  }

  private Cuts cuts() {
    return inputCuts.orElseThrow(
        () -> new IllegalArgumentException("job " + job + " was submitted without cuts"));
  }
}

package io.banyan.trust;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Claim;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Interval;
import io.banyan.schema.Lease;
import io.banyan.schema.Limits;
import io.banyan.schema.Manifest;
import io.banyan.schema.Outcome;
import io.banyan.schema.PartCuts;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Refused;
import io.banyan.schema.SplitRule;
import io.banyan.schema.Step;
import io.banyan.schema.Value;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Holds the steps of a finished plan node against the plan: derives it anew from manifest, module
 * and input, and wants each call to be where the plan has it, on what the plan hands it. It needs
 * memory for one way down to a leaf, however many steps there are.
 *
 * <p>Steps come in the order in which one worker would have made them: a split before what it
 * makes, a merge behind what it merges, children in order.
 *
 * <p>This shows that the claims fit together, not that they are true.
 */
final class PlanCheck {
  private final Manifest manifest;
  private final Plan plan;
  private final JobContent content;
  private final Iterator<Step> steps;
  private final Consumer<Step> observer;
  private final Arrivals arrivals;
  private long stepCount;
  private long leafCount;

  PlanCheck(
      Manifest manifest,
      JobContent content,
      Iterator<Step> steps,
      Consumer<Step> observer,
      Arrivals arrivals) {
    this.manifest = manifest;
    this.plan = Plan.of(manifest);
    this.content = content;
    this.steps = steps;
    this.observer = observer;
    this.arrivals = arrivals;
  }

  /** What a plan node came to, by its claims. */
  record Found(Value value, Evidence evidence) {}

  /** Is told what each plan node that can be lent came to, as soon as it is known. */
  interface Arrivals {
    /**
     * The walk has all of {@code node}.
     *
     * @param part what the plan node rests on, if a split made it
     */
    void reached(PlanNode node, Optional<Lease.LeasedPart> part, Found found) throws Breach;
  }

  /**
   * Walks all of {@code node}, taking every step.
   *
   * @param leased what the plan node rests on, if a split made it
   */
  Found from(PlanNode node, Optional<Lease.LeasedPart> leased) throws Breach {
    Found found =
        switch (node) {
          case PlanNode.Cells(Interval interval) -> {
            refuseLongLeaves(interval);
            yield cells(interval);
          }
          case PlanNode.Part part ->
              part(
                  part,
                  leased.map(Lease.LeasedPart::bytes).orElse(manifest.input()),
                  leased.map(Lease.LeasedPart::parentBytes).orElse(Long.MAX_VALUE));
          case PlanNode.Parts parts ->
              throw new IllegalStateException("a group of parts is never lent: " + parts);
        };
    if (steps.hasNext()) {
      throw new Breach(Refused.Code.INVALID, "step " + stepCount + ": the plan ends before it");
    }
    return found;
  }

  /** Before a chunk is read: what is not planned is not to be asked for either. */
  private void refuseLongLeaves(Interval interval) throws Breach {
    for (int cell = interval.from(); cell < interval.to(); cell++) {
      long length = content.cuts().cut(cell + 1) - content.cuts().cut(cell);
      if (length > Limits.LEAF_BYTES_MAX) {
        throw new Breach(
            Refused.Code.INVALID,
            "no job has this plan: the leaf at input offset "
                + content.cuts().cut(cell)
                + " is "
                + length
                + " bytes long, limit "
                + Limits.LEAF_BYTES_MAX);
      }
    }
  }

  private Found cells(Interval interval) throws Breach {
    PlanNode node = new PlanNode.Cells(interval);
    Found found =
        interval.count() == 1
            ? leaf(node, content.chunk(interval), content.cuts().length(interval))
            : inner(node, Optional.empty(), below(interval));
    arrivals.reached(node, Optional.empty(), found);
    return found;
  }

  private List<Found> below(Interval interval) throws Breach {
    List<Found> children = new ArrayList<>();
    for (Interval child : content.cuts().children(interval)) {
      children.add(cells(child));
    }
    return children;
  }

  private Found part(PlanNode.Part part, BlobRef bytes, long parentBytes) throws Breach {
    Found found = split(part, bytes, parentBytes);
    Optional<Lease.LeasedPart> leased =
        part.path().isEmpty()
            ? Optional.empty()
            : Optional.of(new Lease.LeasedPart(bytes, parentBytes));
    arrivals.reached(part, leased, found);
    return found;
  }

  private Found split(PlanNode.Part part, BlobRef bytes, long parentBytes) throws Breach {
    if (plan.isLeaf(part, bytes.length(), parentBytes)) {
      return leaf(part, bytes.digest(), bytes.length());
    }
    Step split = take(part, GuestFunction.SPLIT, bytes.digest());
    long splitBytesMax = manifest.limits().splitBytesMax();
    if (bytes.length() > splitBytesMax || Value.framedBytes(split.parts()) > splitBytesMax) {
      throw wrong(
          split,
          "its input or its parts are more than the "
              + splitBytesMax
              + " bytes that a split may have");
    }
    PartCuts cuts = new PartCuts(split.parts());
    Digest list = Value.listDigest(split.parts());
    if (!split.claim().output().equals(list) || split.claim().outputBytes() != cuts.size()) {
      throw wrong(split, "its parts are not the output it claims");
    }
    if (cuts.size() == 0) {
      throw wrong(split, "its parts hold no bytes, which is bad output");
    }
    return inner(part, Optional.of(split), spread(part, bytes, cuts, Interval.all(cuts.count())));
  }

  /** The children of one interval of a split's parts. */
  private List<Found> spread(PlanNode.Part whole, BlobRef bytes, PartCuts parts, Interval interval)
      throws Breach {
    if (interval.count() == 1) {
      int index = interval.from();
      return List.of(part(whole.child(index), parts.part(index), bytes.length()));
    }
    List<Found> children = new ArrayList<>();
    for (Interval child : parts.children(interval)) {
      List<Found> below = spread(whole, bytes, parts, child);
      children.add(
          child.count() == 1
              ? below.getFirst()
              : inner(new PlanNode.Parts(whole.path(), child), Optional.empty(), below));
    }
    return children;
  }

  private Found leaf(PlanNode node, Digest input, long inputBytes) throws Breach {
    Step step = take(node, GuestFunction.EXECUTE, input);
    if (inputBytes > Limits.LEAF_BYTES_MAX) {
      throw wrong(
          step, "the leaf is " + inputBytes + " bytes long, limit " + Limits.LEAF_BYTES_MAX);
    }
    leafCount++;
    if (leafCount > leavesMax()) {
      throw wrong(step, "the plan has more than " + leavesMax() + " leaves");
    }
    return new Found(output(step.claim()), Evidence.ofLeaf(step.claim()));
  }

  private int leavesMax() {
    return manifest.splitRule() instanceof SplitRule.ByModule
        ? Limits.MODULE_LEAVES_MAX
        : Limits.CELLS_MAX;
  }

  private Found inner(PlanNode node, Optional<Step> split, List<Found> children) throws Breach {
    List<Claim> own = new ArrayList<>();
    split.ifPresent(step -> own.add(step.claim()));
    Value value = combine(node, children, own);
    List<Evidence> below = children.stream().map(Found::evidence).toList();
    return new Found(value, Evidence.ofInner(own, below));
  }

  private Value combine(PlanNode node, List<Found> children, List<Claim> own) throws Breach {
    if (children.size() == 1) {
      return children.getFirst().value();
    }
    if (!content.merges()) {
      return Value.Rope.over(children.stream().map(child -> child.value().named()).toList());
    }
    List<BlobRef> values = new ArrayList<>();
    for (Found child : children) {
      if (!(child.value() instanceof Value.Blob(BlobRef ref))) {
        throw new IllegalStateException("with a merge every value is a blob, under " + node);
      }
      values.add(ref);
    }
    Step merge = take(node, GuestFunction.MERGE, Value.listDigest(values));
    long mergeBytesMax = manifest.limits().mergeInputBytesMax();
    if (Value.framedBytes(values) > mergeBytesMax) {
      throw wrong(
          merge, "its input is more than the " + mergeBytesMax + " bytes that a merge may have");
    }
    own.add(merge.claim());
    return output(merge.claim());
  }

  private static Value output(Claim claim) {
    return new Value.Blob(new BlobRef(claim.output(), claim.outputBytes()));
  }

  /** The next step, which must be {@code function} of {@code node} on {@code input}. */
  private Step take(PlanNode node, GuestFunction function, Digest input) throws Breach {
    String wanted = function.exportName() + " of plan node " + node;
    if (!steps.hasNext()) {
      throw new Breach(
          Refused.Code.INVALID,
          "step " + stepCount + ": the plan has " + wanted + ", the steps end");
    }
    Step step = steps.next();
    stepCount++;
    Claim claim = step.claim();
    if (claim.function() != function || !step.node().equals(node)) {
      throw wrong(step, "the plan has " + wanted + " in its place");
    }
    if (!claim.profile().equals(manifest.profile())) {
      throw wrong(step, "it is claimed under profile " + claim.profile().id());
    }
    if (!claim.key().equals(plan.key(node))) {
      throw wrong(step, "its key is not the plan's");
    }
    if (!claim.input().equals(input)) {
      throw wrong(step, "its input digest is not that of what the plan hands it");
    }
    if (!(claim.outcome() instanceof Outcome.Completed)) {
      throw wrong(step, "a finished job has a call that " + claim.outcome().words());
    }
    if (claim.fuel() > manifest.limits().fuel() || claim.outputBytes() > outputBytesMax(function)) {
      throw wrong(step, "it claims more fuel or output than a call may use");
    }
    observer.accept(step);
    return step;
  }

  private long outputBytesMax(GuestFunction function) {
    return function == GuestFunction.SPLIT
        ? manifest.limits().splitBytesMax()
        : manifest.limits().outputBytesMax();
  }

  /** What is wrong with the step that was taken last. */
  private Breach wrong(Step step, String reason) {
    return new Breach(
        Refused.Code.INVALID,
        "step "
            + (stepCount - 1)
            + " ("
            + step.claim().function().exportName()
            + " of plan node "
            + step.node()
            + "): "
            + reason);
  }
}

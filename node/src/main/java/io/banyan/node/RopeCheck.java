package io.banyan.node;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Claim;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Interval;
import io.banyan.schema.Manifest;
import io.banyan.schema.Named;
import io.banyan.schema.PartCuts;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.SplitRule;
import io.banyan.schema.Step;
import io.banyan.schema.UniformCuts;
import io.banyan.schema.Value;
import io.banyan.trust.Evidence;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * What the steps of a job without a merge come to, rebuilt from them and the manifest alone. The
 * steps themselves are nobody's word; only if they come to the rope and to the execution root that
 * were signed, they are those that were signed.
 *
 * <p>A leaf without a step is an empty one: were it not, the root would be another. It needs memory
 * for one way down to a leaf, however many steps there are. For one thread.
 */
final class RopeCheck {
  private final Manifest manifest;
  private final Plan plan;
  private final Iterator<Step> steps;
  private Optional<Step> ahead;

  private RopeCheck(Manifest manifest, Iterator<Step> steps) {
    this.manifest = manifest;
    this.plan = Plan.of(manifest);
    this.steps = steps;
    this.ahead = following();
  }

  private Optional<Step> following() {
    return steps.hasNext() ? Optional.of(steps.next()) : Optional.empty();
  }

  /** What a plan node came to. */
  record Found(Named value, Evidence evidence) {}

  /** The steps are not those of a plan without merges. */
  static final class NoPlanException extends Exception {
    private static final long serialVersionUID = 1;

    NoPlanException(String sentence) {
      super(sentence);
    }
  }

  /**
   * What {@code steps}, in the order of the plan, come to.
   *
   * @throws NoPlanException if no plan of {@code manifest} without merges has just these steps
   */
  static Found rebuild(Manifest manifest, Iterator<Step> steps) throws NoPlanException {
    RopeCheck check = new RopeCheck(manifest, steps);
    try {
      Optional<Found> found = check.root();
      if (check.ahead.isPresent()) {
        throw new NoPlanException(
            "the plan has no step of plan node " + check.ahead.get().node() + " in its place");
      }
      return found.orElseThrow(() -> new NoPlanException("it has no steps"));
    } catch (ArithmeticException e) {
      throw new NoPlanException("its steps claim more bytes or fuel than a number holds");
    }
  }

  private Optional<Found> root() throws NoPlanException {
    return switch (manifest.splitRule()) {
      case SplitRule.ByIndex(int cells) -> cells(Interval.all(cells));
      case SplitRule.ByBytes(), SplitRule.ByRecords(int _), SplitRule.ByLines() ->
          cells(Interval.all(cellCount()));
      case SplitRule.ByModule() ->
          Optional.of(part(new PlanNode.Part(List.of()), manifest.input(), Long.MAX_VALUE));
    };
  }

  /** Where lines end moves the cuts, and empties cells, but makes neither more nor fewer. */
  private int cellCount() throws NoPlanException {
    try {
      return new UniformCuts(manifest.input().length(), manifest.chunkBytes()).count();
    } catch (IllegalArgumentException e) {
      throw new NoPlanException("no job has this plan: " + e.getMessage());
    }
  }

  private Optional<Found> cells(Interval interval) throws NoPlanException {
    if (ahead.isEmpty()
        || !(ahead.get().node() instanceof PlanNode.Cells(Interval next))
        || next.from() >= interval.to()) {
      return Optional.empty();
    }
    if (interval.count() == 1) {
      return next.equals(interval)
          ? Optional.of(leaf(new PlanNode.Cells(interval)))
          : Optional.empty();
    }
    List<Found> children = new ArrayList<>();
    for (Interval child : interval.children()) {
      cells(child).ifPresent(children::add);
    }
    return children.isEmpty() ? Optional.empty() : Optional.of(inner(List.of(), children));
  }

  private Found part(PlanNode.Part part, BlobRef bytes, long parentBytes) throws NoPlanException {
    if (plan.isLeaf(part, bytes.length(), parentBytes)) {
      return leaf(part);
    }
    Step split = take(part, GuestFunction.SPLIT);
    if (split.parts().isEmpty()) {
      throw new NoPlanException("the split of plan node " + part + " did not come to its end");
    }
    PartCuts cuts = new PartCuts(split.parts());
    if (cuts.size() == 0) {
      throw new NoPlanException("the split of plan node " + part + " made parts without bytes");
    }
    return inner(List.of(split.claim()), spread(part, bytes, cuts, Interval.all(cuts.count())));
  }

  /** The children of one interval of a split's parts. */
  private List<Found> spread(PlanNode.Part whole, BlobRef bytes, PartCuts parts, Interval interval)
      throws NoPlanException {
    if (interval.count() == 1) {
      int index = interval.from();
      return List.of(part(whole.child(index), parts.part(index), bytes.length()));
    }
    List<Found> children = new ArrayList<>();
    for (Interval child : parts.children(interval)) {
      List<Found> below = spread(whole, bytes, parts, child);
      children.add(child.count() == 1 ? below.getFirst() : inner(List.of(), below));
    }
    return children;
  }

  private Found leaf(PlanNode node) throws NoPlanException {
    Claim claim = take(node, GuestFunction.EXECUTE).claim();
    return new Found(new BlobRef(claim.output(), claim.outputBytes()), Evidence.ofLeaf(claim));
  }

  /** One child alone is what its parent comes to; several make a rope. */
  private static Found inner(List<Claim> own, List<Found> children) {
    Named value =
        children.size() == 1
            ? children.getFirst().value()
            : Value.Rope.over(children.stream().map(Found::value).toList());
    return new Found(value, Evidence.ofInner(own, children.stream().map(Found::evidence).toList()));
  }

  private Step take(PlanNode node, GuestFunction function) throws NoPlanException {
    String wanted = function.exportName() + " of plan node " + node;
    if (ahead.isEmpty()) {
      throw new NoPlanException("the plan has " + wanted + ", the steps end");
    }
    Step step = ahead.get();
    if (step.claim().function() != function || !step.node().equals(node)) {
      throw new NoPlanException(
          "the plan has "
              + wanted
              + " where it has "
              + step.claim().function().exportName()
              + " of plan node "
              + step.node());
    }
    ahead = following();
    return step;
  }
}

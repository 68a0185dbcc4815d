package io.banyan.delegation.simulation;

import io.banyan.delegation.InputRef;
import io.banyan.schema.BlobRef;
import io.banyan.schema.Claim;
import io.banyan.schema.Cuts;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Interval;
import io.banyan.schema.Manifest;
import io.banyan.schema.Outcome;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.SplitRule;
import io.banyan.schema.Value;
import io.banyan.trust.Evidence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a job comes to when somebody simply recurses over its plan, with an arithmetic of his own:
 * he has no peers, keeps nothing back and bounds nothing.
 */
final class Oracle {
  private final VirtualJob job;
  private final Plan plan;
  private final boolean keeps;
  private final Map<PlanNode, Answer> answers = new HashMap<>();
  private final Map<PlanNode, Failure> failures = new HashMap<>();
  private final Optional<Answer> root;

  /**
   * What a plan node comes to.
   *
   * @param blobs in which its bytes stand: one, or those of a rope
   */
  record Answer(Value value, Evidence evidence, List<BlobRef> blobs) {}

  /** A call that comes to a bad outcome. */
  record Failure(GuestFunction function, Outcome outcome, Digest input) {}

  /** {@code keeps} what every plan node comes to, or only the root. */
  Oracle(VirtualJob job, boolean keeps) {
    this.job = job;
    this.keeps = keeps;
    Manifest manifest = job.manifest();
    this.plan = Plan.of(manifest);
    this.root =
        manifest.splitRule() instanceof SplitRule.ByModule
            ? part(new PlanNode.Part(List.of()), manifest.input(), Long.MAX_VALUE)
            : cells(0, job.cuts().orElseThrow().count());
  }

  /** What the job comes to, unless a call of it fails. */
  Optional<Answer> root() {
    return root;
  }

  /** The name of {@code node} in every plan in which it comes to the same. */
  Digest key(PlanNode node) {
    return plan.key(node);
  }

  /** What {@code node} comes to; nothing if it fails, or has no place in the plan. */
  Optional<Answer> answer(PlanNode node) {
    return Optional.ofNullable(answers.get(node));
  }

  /** How {@code node}'s own call fails, if it does. */
  Optional<Failure> failure(PlanNode node) {
    return Optional.ofNullable(failures.get(node));
  }

  private Optional<Answer> kept(PlanNode node, Optional<Answer> found) {
    if (keeps) {
      found.ifPresent(answer -> answers.put(node, answer));
    }
    return found;
  }

  private Optional<Answer> cells(int from, int to) {
    Cuts cuts = job.cuts().orElseThrow();
    PlanNode node = new PlanNode.Cells(new Interval(from, to));
    boolean index = job.manifest().splitRule() instanceof SplitRule.ByIndex;
    if (to - from == 1) {
      InputRef chunk =
          index
              ? new InputRef.CellIndex(from, cuts.count())
              : new InputRef.InputRange(cuts.cut(from), cuts.cut(to));
      return kept(node, leaf(node, job.named(chunk)));
    }
    List<Optional<Answer>> children = new ArrayList<>();
    int width = widthBelow(to - from);
    for (int begin = from; begin < to; begin += width) {
      int end = Math.min(begin + width, to);
      if (index || cuts.cut(begin) < cuts.cut(end)) {
        children.add(cells(begin, end));
      }
    }
    return kept(node, inner(node, List.of(), children));
  }

  private static int widthBelow(int count) {
    int width = 1;
    while (16 * width < count) {
      width *= 16;
    }
    return width;
  }

  private Optional<Answer> part(PlanNode.Part part, BlobRef bytes, long parentBytes) {
    boolean leaf =
        bytes.length() <= job.manifest().chunkBytes()
            || part.path().size() == 8
            || bytes.length() >= parentBytes;
    return kept(part, leaf ? leaf(part, bytes) : split(part, bytes));
  }

  private Optional<Answer> split(PlanNode.Part part, BlobRef bytes) {
    return switch (job.guest().split(bytes.digest(), bytes.length())) {
      case VirtualGuest.Made.Bad(Outcome outcome, long _) ->
          failed(part, GuestFunction.SPLIT, bytes.digest(), outcome);
      case VirtualGuest.Made.Returned(List<BlobRef> parts, long fuel) -> {
        long length = parts.stream().mapToLong(BlobRef::length).sum();
        if (length == 0) {
          yield failed(part, GuestFunction.SPLIT, bytes.digest(), new Outcome.BadOutput());
        }
        Claim claim =
            claim(
                part,
                GuestFunction.SPLIT,
                bytes.digest(),
                new BlobRef(Value.listDigest(parts), length),
                fuel);
        yield inner(
            part,
            List.of(claim),
            parts.size() == 1
                ? List.of(part(part.child(0), parts.getFirst(), bytes.length()))
                : group(part, parts, 0, parts.size(), bytes.length()));
      }
    };
  }

  private List<Optional<Answer>> group(
      PlanNode.Part whole, List<BlobRef> parts, int from, int to, long parentBytes) {
    List<Optional<Answer>> children = new ArrayList<>();
    int width = widthBelow(to - from);
    for (int begin = from; begin < to; begin += width) {
      int end = Math.min(begin + width, to);
      if (parts.subList(begin, end).stream().allMatch(part -> part.length() == 0)) {
        continue;
      }
      if (end - begin == 1) {
        children.add(part(whole.child(begin), parts.get(begin), parentBytes));
      } else {
        PlanNode node = new PlanNode.Parts(whole.path(), new Interval(begin, end));
        children.add(
            kept(node, inner(node, List.of(), group(whole, parts, begin, end, parentBytes))));
      }
    }
    return children;
  }

  private Optional<Answer> leaf(PlanNode node, BlobRef chunk) {
    return switch (job.guest().execute(chunk.digest(), chunk.length())) {
      case VirtualGuest.Made.Bad(Outcome outcome, long _) ->
          failed(node, GuestFunction.EXECUTE, chunk.digest(), outcome);
      case VirtualGuest.Made.Returned(List<BlobRef> output, long fuel) -> {
        BlobRef value = output.getFirst();
        Claim claim = claim(node, GuestFunction.EXECUTE, chunk.digest(), value, fuel);
        yield Optional.of(
            new Answer(new Value.Blob(value), Evidence.ofLeaf(claim), List.of(value)));
      }
    };
  }

  private Optional<Answer> failed(
      PlanNode node, GuestFunction function, Digest input, Outcome outcome) {
    failures.put(node, new Failure(function, outcome, input));
    return Optional.empty();
  }

  private Optional<Answer> inner(PlanNode node, List<Claim> split, List<Optional<Answer>> below) {
    if (below.stream().anyMatch(Optional::isEmpty)) {
      return Optional.empty();
    }
    List<Answer> children = below.stream().map(Optional::get).toList();
    List<Evidence> evidence = children.stream().map(Answer::evidence).toList();
    if (children.size() == 1) {
      Answer only = children.getFirst();
      return Optional.of(new Answer(only.value(), Evidence.ofInner(split, evidence), only.blobs()));
    }
    if (!job.guest().merges()) {
      return Optional.of(
          new Answer(
              Value.Rope.over(children.stream().map(child -> child.value().named()).toList()),
              Evidence.ofInner(split, evidence),
              children.stream().flatMap(child -> child.blobs().stream()).toList()));
    }
    List<BlobRef> values = children.stream().map(child -> child.blobs().getFirst()).toList();
    BlobRef handed = job.named(new InputRef.Values(values));
    return switch (job.guest().merge(handed.digest(), handed.length())) {
      case VirtualGuest.Made.Bad(Outcome outcome, long _) ->
          failed(node, GuestFunction.MERGE, handed.digest(), outcome);
      case VirtualGuest.Made.Returned(List<BlobRef> output, long fuel) -> {
        BlobRef value = output.getFirst();
        Claim merge = claim(node, GuestFunction.MERGE, handed.digest(), value, fuel);
        List<Claim> own = Stream.concat(split.stream(), Stream.of(merge)).toList();
        yield Optional.of(
            new Answer(new Value.Blob(value), Evidence.ofInner(own, evidence), List.of(value)));
      }
    };
  }

  private Claim claim(
      PlanNode node, GuestFunction function, Digest input, BlobRef output, long fuel) {
    return new Claim(
        job.manifest().profile(),
        plan.key(node),
        function,
        input,
        output.digest(),
        output.length(),
        fuel,
        new Outcome.Completed());
  }
}

package io.banyan.delegation;

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
import io.banyan.schema.Step;
import io.banyan.schema.Value;
import io.banyan.trust.Evidence;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a job comes to when one thread recurses over its plan, as design.md section 4 has it: the
 * oracle that the Delegator is held to. It keeps nothing back and bounds nothing.
 */
final class SoloRun {
  final Map<PlanNode, Failure> failures = new LinkedHashMap<>();
  final List<Step> steps = new ArrayList<>();
  final Map<Digest, byte[]> bytesByDigest = new HashMap<>(); // of every output
  final Optional<Done> root;
  private final Map<PlanNode, Done> done = new LinkedHashMap<>();
  private final Map<PlanNode, List<Step>> stepsBelow = new HashMap<>();

  private final Manifest manifest;
  private final Plan plan;
  private final Optional<Cuts> cuts;
  private final byte[] input;
  private final TestingGuest guest;

  /** A call that comes to a bad outcome. */
  record Failure(GuestFunction function, Outcome outcome, Digest input, long fuel) {}

  /**
   * What a plan node came to.
   *
   * @param blobs the blobs its bytes stand in: one, or those of a rope
   */
  record Done(Value value, Evidence evidence, byte[] bytes, List<BlobRef> blobs) {}

  SoloRun(Manifest manifest, Optional<Cuts> cuts, byte[] input, TestingGuest guest) {
    this.manifest = manifest;
    this.plan = Plan.of(manifest);
    this.cuts = cuts;
    this.input = input;
    this.guest = guest;
    this.root =
        manifest.splitRule() instanceof SplitRule.ByModule
            ? part(new PlanNode.Part(List.of()), input, Long.MAX_VALUE)
            : cells(0, cuts.orElseThrow().count());
  }

  /** Every plan node that came to something, in the order in which they were done. */
  List<PlanNode> doneNodes() {
    return List.copyOf(done.keySet());
  }

  /** What {@code node} came to. */
  Done done(PlanNode node) {
    return Objects.requireNonNull(done.get(node), () -> node + " came to nothing");
  }

  /** The steps of {@code node} and all below, in the order of the plan. */
  List<Step> steps(PlanNode node) {
    return Objects.requireNonNull(stepsBelow.get(node), () -> node + " came to nothing");
  }

  private Optional<Done> keep(PlanNode node, int stepsBefore, Optional<Done> found) {
    found.ifPresent(
        what -> {
          done.put(node, what);
          stepsBelow.put(node, List.copyOf(steps.subList(stepsBefore, steps.size())));
        });
    return found;
  }

  private BlobRef name(byte[] bytes) {
    BlobRef ref = BlobRef.of(bytes);
    bytesByDigest.put(ref.digest(), bytes);
    return ref;
  }

  /** The bytes that the leaf {@code cell} is handed. */
  static byte[] chunk(Manifest manifest, Cuts cuts, byte[] input, int cell) {
    if (manifest.splitRule() instanceof SplitRule.ByIndex(int cells)) {
      return ByteBuffer.allocate(16)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putLong(cell)
          .putLong(cells)
          .array();
    }
    return Arrays.copyOfRange(input, (int) cuts.cut(cell), (int) cuts.cut(cell + 1));
  }

  private Optional<Done> cells(int from, int to) {
    int before = steps.size();
    return keep(new PlanNode.Cells(new Interval(from, to)), before, cellsBelow(from, to));
  }

  private Optional<Done> cellsBelow(int from, int to) {
    Cuts at = cuts.orElseThrow();
    PlanNode node = new PlanNode.Cells(new Interval(from, to));
    if (to - from == 1) {
      return leaf(node, chunk(manifest, at, input, from));
    }
    boolean index = manifest.splitRule() instanceof SplitRule.ByIndex;
    List<Optional<Done>> children = new ArrayList<>();
    int width = widthBelow(to - from);
    for (int begin = from; begin < to; begin += width) {
      int end = Math.min(begin + width, to);
      if (index || at.cut(begin) < at.cut(end)) {
        children.add(cells(begin, end));
      }
    }
    return inner(node, List.of(), children);
  }

  private static int widthBelow(int count) {
    int width = 1;
    while (16 * width < count) {
      width *= 16;
    }
    return width;
  }

  private Optional<Done> part(PlanNode.Part part, byte[] bytes, long parentBytes) {
    int before = steps.size();
    return keep(part, before, partBelow(part, bytes, parentBytes));
  }

  private Optional<Done> partBelow(PlanNode.Part part, byte[] bytes, long parentBytes) {
    if (bytes.length <= manifest.chunkBytes()
        || part.path().size() == 8
        || bytes.length >= parentBytes) {
      return leaf(part, bytes);
    }
    Digest digest = BlobRef.of(bytes).digest();
    List<byte[]> parts;
    try {
      parts = guest.split(bytes);
      if (parts.size() > 4096 || parts.stream().allMatch(made -> made.length == 0)) {
        throw new TestingGuest.Bad(new Outcome.BadOutput());
      }
    } catch (TestingGuest.Bad bad) {
      return failed(part, GuestFunction.SPLIT, digest, bytes.length, bad);
    }
    List<BlobRef> refs = parts.stream().map(this::name).toList();
    long length = refs.stream().mapToLong(BlobRef::length).sum();
    Claim claim =
        claim(
            part,
            GuestFunction.SPLIT,
            digest,
            new BlobRef(Value.listDigest(refs), length),
            bytes.length);
    steps.add(new Step(part, claim, refs));
    return inner(
        part,
        List.of(claim),
        parts.size() == 1
            ? List.of(part(part.child(0), parts.getFirst(), bytes.length))
            : group(part, parts, 0, parts.size(), bytes.length));
  }

  private List<Optional<Done>> group(
      PlanNode.Part whole, List<byte[]> parts, int from, int to, long parentBytes) {
    List<Optional<Done>> children = new ArrayList<>();
    int width = widthBelow(to - from);
    for (int begin = from; begin < to; begin += width) {
      int end = Math.min(begin + width, to);
      if (parts.subList(begin, end).stream().allMatch(part -> part.length == 0)) {
        continue;
      }
      children.add(
          end - begin == 1
              ? part(whole.child(begin), parts.get(begin), parentBytes)
              : inner(
                  new PlanNode.Parts(whole.path(), new Interval(begin, end)),
                  List.of(),
                  group(whole, parts, begin, end, parentBytes)));
    }
    return children;
  }

  private Optional<Done> leaf(PlanNode node, byte[] chunk) {
    Digest digest = BlobRef.of(chunk).digest();
    try {
      byte[] bytes = guest.execute(chunk);
      BlobRef output = name(bytes);
      Claim claim = claim(node, GuestFunction.EXECUTE, digest, output, chunk.length);
      steps.add(new Step(node, claim));
      return Optional.of(
          new Done(new Value.Blob(output), Evidence.ofLeaf(claim), bytes, List.of(output)));
    } catch (TestingGuest.Bad bad) {
      return failed(node, GuestFunction.EXECUTE, digest, chunk.length, bad);
    }
  }

  private Optional<Done> failed(
      PlanNode node, GuestFunction function, Digest in, int inputBytes, TestingGuest.Bad bad) {
    failures.put(node, new Failure(function, bad.outcome, in, TestingGuest.fuel(inputBytes)));
    return Optional.empty();
  }

  private Optional<Done> inner(PlanNode node, List<Claim> split, List<Optional<Done>> below) {
    if (below.stream().anyMatch(Optional::isEmpty)) {
      return Optional.empty();
    }
    List<Done> children = below.stream().map(Optional::get).toList();
    List<Evidence> evidence = children.stream().map(Done::evidence).toList();
    if (children.size() == 1) {
      Done only = children.getFirst();
      return Optional.of(
          new Done(only.value(), Evidence.ofInner(split, evidence), only.bytes(), only.blobs()));
    }
    List<byte[]> values = children.stream().map(Done::bytes).toList();
    if (!guest.merges()) {
      return Optional.of(
          new Done(
              Value.Rope.over(children.stream().map(child -> child.value().named()).toList()),
              Evidence.ofInner(split, evidence),
              TestingGuest.join(values),
              children.stream().flatMap(child -> child.blobs().stream()).toList()));
    }
    Digest in = Value.listDigest(children.stream().map(child -> child.value().named()).toList());
    int inputBytes = values.stream().mapToInt(value -> value.length).sum();
    try {
      byte[] bytes = guest.merge(values);
      BlobRef output = name(bytes);
      Claim merge = claim(node, GuestFunction.MERGE, in, output, inputBytes);
      steps.add(new Step(node, merge));
      List<Claim> own = Stream.concat(split.stream(), Stream.of(merge)).toList();
      return Optional.of(
          new Done(
              new Value.Blob(output), Evidence.ofInner(own, evidence), bytes, List.of(output)));
    } catch (TestingGuest.Bad bad) {
      return failed(node, GuestFunction.MERGE, in, inputBytes, bad);
    }
  }

  private Claim claim(
      PlanNode node, GuestFunction function, Digest in, BlobRef output, int inputBytes) {
    return new Claim(
        manifest.profile(),
        plan.key(node),
        function,
        in,
        output.digest(),
        output.length(),
        TestingGuest.fuel(inputBytes),
        new Outcome.Completed());
  }
}

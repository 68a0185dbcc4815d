package io.banyan.trust;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.Bytes;
import io.banyan.schema.CallLimits;
import io.banyan.schema.Claim;
import io.banyan.schema.Cuts;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.Lease;
import io.banyan.schema.LineCuts;
import io.banyan.schema.Manifest;
import io.banyan.schema.MemoPolicy;
import io.banyan.schema.MerkleTree;
import io.banyan.schema.Outcome;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Profile;
import io.banyan.schema.Routing;
import io.banyan.schema.SplitRule;
import io.banyan.schema.Step;
import io.banyan.schema.Value;
import io.banyan.schema.Verification;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A finished job whose guest nobody ran: what its calls came to is made up from their keys. Its
 * steps are written down by plain recursion over the plan.
 */
final class TestingJob implements JobContent {
  /** To whom every job here is submitted. */
  static final Identity ENTRY = entry();

  static final long END_MILLIS = 10_000_000;

  private static final int UNSPLIT = Integer.MAX_VALUE;

  final Manifest manifest;
  final List<Step> steps = new ArrayList<>();
  final Node root;
  final Map<PlanNode, Node> nodes = new LinkedHashMap<>(); // those that can be lent

  private final boolean merges;
  private final byte[] input;
  private final List<Long> ends; // where each cell ends, first to last; empty under `module`
  private final Function<PlanNode.Part, List<Integer>> split;
  private final Plan plan;

  /** What a plan node came to, and the claim tree below it as the definition has it. */
  record Node(
      Value value,
      Digest executionRoot,
      long leaves,
      long fuel,
      int firstStep,
      int endStep,
      Optional<Lease.LeasedPart> part) {}

  private TestingJob(
      Profile profile,
      SplitRule rule,
      int chunkBytes,
      byte[] input,
      boolean merges,
      Function<PlanNode.Part, List<Integer>> split) {
    this.input = input;
    this.merges = merges;
    this.split = split;
    this.manifest = manifest(profile, rule, chunkBytes, BlobRef.of(input), CallLimits.DEFAULT);
    this.plan = Plan.of(manifest);
    this.ends = ends(rule, chunkBytes, input);
    this.root =
        rule instanceof SplitRule.ByModule
            ? part(new PlanNode.Part(List.of()), manifest.input(), UNSPLIT)
            : cells(0, ends.size());
  }

  /** A job cut by bytes, lines or an index. */
  static TestingJob ofCells(SplitRule rule, int chunkBytes, String input, boolean merges) {
    return ofCells(Profile.ONE, rule, chunkBytes, input, merges);
  }

  /** The same under a profile of the caller's choice. */
  static TestingJob ofCells(
      Profile profile, SplitRule rule, int chunkBytes, String input, boolean merges) {
    byte[] bytes = input.getBytes(StandardCharsets.US_ASCII);
    return new TestingJob(profile, rule, chunkBytes, bytes, merges, part -> List.of());
  }

  /**
   * A job whose guest splits.
   *
   * @param split the lengths of the parts that a part is split into
   */
  static TestingJob ofParts(
      int chunkBytes,
      int inputBytes,
      boolean merges,
      Function<PlanNode.Part, List<Integer>> split) {
    byte[] bytes = new byte[inputBytes];
    return new TestingJob(Profile.ONE, new SplitRule.ByModule(), chunkBytes, bytes, merges, split);
  }

  static Manifest manifest(SplitRule rule, int chunkBytes, BlobRef input, CallLimits limits) {
    return manifest(Profile.ONE, rule, chunkBytes, input, limits);
  }

  private static Manifest manifest(
      Profile profile, SplitRule rule, int chunkBytes, BlobRef input, CallLimits limits) {
    return new Manifest(
        profile,
        Bytes.of(new byte[Manifest.TOKEN_LENGTH]),
        1,
        END_MILLIS,
        ENTRY.publicKey(),
        BlobRef.of(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0}),
        input,
        Bytes.EMPTY,
        List.of(),
        rule,
        chunkBytes,
        limits,
        new Budget(1L << 40, 1 << 20, 1L << 30, 1L << 30, 4, 300_000),
        3,
        new Verification.None(),
        Routing.DEFAULT,
        1000,
        MemoPolicy.PRIVATE,
        0);
  }

  private static Identity entry() {
    byte[] secret = new byte[Identity.SEED_LENGTH];
    secret[0] = 1;
    return Identity.ofSeed(secret);
  }

  private static List<Long> ends(SplitRule rule, int chunkBytes, byte[] input) {
    List<Long> ends = new ArrayList<>();
    switch (rule) {
      case SplitRule.ByIndex(int cells) -> {
        for (int k = 0; k < cells; k++) {
          ends.add((long) k + 1); // stand-ins that are not empty
        }
      }
      case SplitRule.ByModule() -> {}
      case SplitRule.ByBytes(), SplitRule.ByRecords(int _), SplitRule.ByLines() -> {
        int cells = Math.max(1, (input.length + chunkBytes - 1) / chunkBytes);
        for (int k = 1; k <= cells; k++) {
          int end = Math.min(input.length, k * chunkBytes);
          while (rule instanceof SplitRule.ByLines
              && end < input.length
              && input[end - 1] != '\n') {
            end++;
          }
          ends.add((long) end);
        }
      }
    }
    return ends;
  }

  private long begin(int cell) {
    return cell == 0 ? 0 : ends.get(cell - 1);
  }

  private Node cells(int from, int to) {
    PlanNode node = new PlanNode.Cells(new Interval(from, to));
    int firstStep = steps.size();
    Node made = to - from == 1 ? leaf(node, chunk(new Interval(from, to))) : inner(node, from, to);
    return lendable(node, made, firstStep, Optional.empty());
  }

  private Node lendable(PlanNode node, Node made, int firstStep, Optional<Lease.LeasedPart> part) {
    Node whole =
        new Node(
            made.value, made.executionRoot, made.leaves, made.fuel, firstStep, steps.size(), part);
    nodes.put(node, whole);
    return whole;
  }

  private Node inner(PlanNode node, int from, int to) {
    List<Node> children = new ArrayList<>();
    int width = widthBelow(to - from);
    for (int at = from; at < to; at += width) {
      int end = Math.min(at + width, to);
      if (begin(at) < begin(end)) {
        children.add(cells(at, end));
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

  private Node part(PlanNode.Part part, BlobRef bytes, long parentBytes) {
    int firstStep = steps.size();
    Node made = split(part, bytes, parentBytes);
    Optional<Lease.LeasedPart> leased =
        part.path().isEmpty()
            ? Optional.empty()
            : Optional.of(new Lease.LeasedPart(bytes, parentBytes));
    return lendable(part, made, firstStep, leased);
  }

  private Node split(PlanNode.Part part, BlobRef bytes, long parentBytes) {
    if (bytes.length() <= manifest.chunkBytes()
        || part.path().size() == 8
        || bytes.length() >= parentBytes) {
      return leaf(part, bytes.digest());
    }
    List<BlobRef> parts = new ArrayList<>();
    for (int length : split.apply(part)) {
      byte[] made = new byte[length];
      Arrays.fill(made, (byte) parts.size());
      parts.add(BlobRef.of(made));
    }
    Claim claim =
        claim(
            part,
            GuestFunction.SPLIT,
            bytes.digest(),
            new BlobRef(Value.listDigest(parts), parts.stream().mapToLong(BlobRef::length).sum()));
    steps.add(new Step(part, claim, parts));
    List<Node> children =
        parts.size() == 1
            ? List.of(part(part.child(0), parts.getFirst(), bytes.length()))
            : group(part, bytes, parts, 0, parts.size());
    return inner(part, List.of(claim), children);
  }

  private List<Node> group(
      PlanNode.Part whole, BlobRef bytes, List<BlobRef> parts, int from, int to) {
    List<Node> children = new ArrayList<>();
    int width = widthBelow(to - from);
    for (int at = from; at < to; at += width) {
      int end = Math.min(at + width, to);
      if (parts.subList(at, end).stream().allMatch(part -> part.length() == 0)) {
        continue;
      }
      children.add(
          end - at == 1
              ? part(whole.child(at), parts.get(at), bytes.length())
              : inner(
                  new PlanNode.Parts(whole.path(), new Interval(at, end)),
                  List.of(),
                  group(whole, bytes, parts, at, end)));
    }
    return children;
  }

  private Node leaf(PlanNode node, Digest input) {
    BlobRef output = madeUp(node, GuestFunction.EXECUTE);
    Claim claim = claim(node, GuestFunction.EXECUTE, input, output);
    steps.add(new Step(node, claim));
    return found(new Value.Blob(output), claim.digest(), 1, claim.fuel());
  }

  private Node inner(PlanNode node, List<Claim> splits, List<Node> children) {
    List<Claim> own = new ArrayList<>(splits);
    Value value = children.getFirst().value();
    if (children.size() > 1 && merges) {
      List<BlobRef> values =
          children.stream().map(child -> (BlobRef) child.value().named()).toList();
      BlobRef output = madeUp(node, GuestFunction.MERGE);
      Claim merge = claim(node, GuestFunction.MERGE, Value.listDigest(values), output);
      steps.add(new Step(node, merge));
      own.add(merge);
      value = new Value.Blob(output);
    } else if (children.size() > 1) {
      value = Value.Rope.over(children.stream().map(child -> child.value().named()).toList());
    }
    return found(
        value,
        nodeHash(own, children),
        children.stream().mapToLong(Node::leaves).sum(),
        children.stream().mapToLong(Node::fuel).sum() + own.stream().mapToLong(Claim::fuel).sum());
  }

  private static Node found(Value value, Digest executionRoot, long leaves, long fuel) {
    return new Node(value, executionRoot, leaves, fuel, 0, 0, Optional.empty());
  }

  /** "banyan/node/1", u8 own claims, their digests, u32 children, RFC 9162 root over theirs. */
  private static Digest nodeHash(List<Claim> own, List<Node> children) {
    List<byte[]> pieces = new ArrayList<>();
    pieces.add("banyan/node/1".getBytes(StandardCharsets.US_ASCII));
    pieces.add(new byte[] {(byte) own.size()});
    own.forEach(claim -> pieces.add(claim.digest().bytes()));
    pieces.add(new byte[] {(byte) children.size(), 0, 0, 0});
    List<Digest> leaves =
        children.stream().map(child -> MerkleTree.leafHash(child.executionRoot().bytes())).toList();
    pieces.add(MerkleTree.root(leaves).bytes());
    return Digest.sha256(pieces.toArray(new byte[0][]));
  }

  private BlobRef madeUp(PlanNode node, GuestFunction function) {
    Digest key = plan.key(node);
    return new BlobRef(
        Digest.sha256(key.bytes(), new byte[] {(byte) function.code()}), key.bytes()[0] & 0x7f);
  }

  private Claim claim(PlanNode node, GuestFunction function, Digest in, BlobRef output) {
    return new Claim(
        manifest.profile(),
        plan.key(node),
        function,
        in,
        output.digest(),
        output.length(),
        steps.size() + 1L,
        new Outcome.Completed());
  }

  /** Holds {@code steps} against this job's plan. */
  PlanCheck.Found check(List<Step> steps) throws Breach {
    return walk(manifest, this, steps.iterator(), _ -> {});
  }

  /** Holds {@code steps} against the whole plan of {@code manifest}. */
  static PlanCheck.Found walk(
      Manifest manifest, JobContent content, Iterator<Step> steps, Consumer<Step> observer)
      throws Breach {
    Link job = Link.ofJob(new JobId(Digest.ZERO), manifest);
    return new PlanCheck(manifest, content, steps, observer, (_, _, _) -> {})
        .from(job.node(), job.part());
  }

  /** The steps below {@code node}. */
  List<Step> steps(PlanNode node) {
    Node of = node(node);
    return steps.subList(of.firstStep, of.endStep);
  }

  /** What {@code node}, which is not empty, came to. */
  Node node(PlanNode node) {
    Node of = nodes.get(node);
    if (of == null) {
      throw new IllegalArgumentException("the plan has no node " + node);
    }
    return of;
  }

  @Override
  public boolean merges() {
    return merges;
  }

  @Override
  public Cuts cuts() {
    return manifest
        .cutsBySize()
        .orElseGet(
            () -> {
              LineCuts.Finder finder = new LineCuts.Finder(manifest.chunkBytes());
              finder.update(input, 0, input.length);
              return finder.finish();
            });
  }

  @Override
  public Digest chunk(Interval cell) {
    if (manifest.splitRule() instanceof SplitRule.ByIndex) {
      return Digest.sha256(new byte[] {(byte) cell.from()});
    }
    return BlobRef.of(Arrays.copyOfRange(input, (int) begin(cell.from()), (int) begin(cell.to())))
        .digest();
  }
}

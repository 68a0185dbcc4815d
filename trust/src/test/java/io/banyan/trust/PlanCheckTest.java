package io.banyan.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.CallLimits;
import io.banyan.schema.Claim;
import io.banyan.schema.Cuts;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Interval;
import io.banyan.schema.LineCuts;
import io.banyan.schema.Manifest;
import io.banyan.schema.Outcome;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Profile;
import io.banyan.schema.SplitRule;
import io.banyan.schema.Step;
import io.banyan.schema.UniformCuts;
import io.banyan.schema.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Honest steps hold, and any single change of them does not; long, for the many ways to change. */
class PlanCheckTest {
  private static final Digest OTHER = Digest.sha256(new byte[] {42});

  /** Five lines, cells of four bytes: some cells are empty, one child stands alone. */
  private static TestingJob lines(boolean merges) {
    return TestingJob.ofCells(
        new SplitRule.ByLines(), 4, "ab\ncd\nefghijklmnop\n\nq\n".repeat(9), merges);
  }

  private static TestingJob parts(boolean merges) {
    return TestingJob.ofParts(
        3,
        40,
        merges,
        part ->
            switch (part.path().size()) {
              case 0 -> IntStream.range(0, 20).mapToObj(i -> i % 7 == 6 ? 0 : 2 + i % 5).toList();
              case 1 -> List.of(0, 3, 0, 3);
              default -> List.of(9, 1); // not smaller than its parent: a leaf all the same
            });
  }

  private static List<TestingJob> jobs() {
    return List.of(
        lines(true),
        lines(false),
        parts(true),
        parts(false),
        TestingJob.ofCells(new SplitRule.ByBytes(), 1, "x".repeat(35), true),
        TestingJob.ofCells(new SplitRule.ByBytes(), 7, "", true),
        TestingJob.ofCells(new SplitRule.ByRecords(2), 4, "x".repeat(18), false),
        TestingJob.ofCells(new SplitRule.ByIndex(18), 0, "", true),
        TestingJob.ofParts(9, 9, true, part -> List.of()),
        TestingJob.ofParts(1, 300, true, part -> List.of(300 - 20 * part.path().size())));
  }

  private static String reason(TestingJob job, List<Step> steps) {
    return assertThrows(Breach.class, () -> job.check(steps)).reason();
  }

  private static String reason(Manifest manifest, JobContent content, Iterator<Step> steps) {
    Breach breach =
        assertThrows(Breach.class, () -> TestingJob.walk(manifest, content, steps, _ -> {}));
    return breach.reason();
  }

  private static List<Step> with(List<Step> steps, int at, UnaryOperator<Step> change) {
    List<Step> changed = new ArrayList<>(steps);
    changed.set(at, change.apply(steps.get(at)));
    return changed;
  }

  @Test
  void theStepsOfOneWorkerAreThePlan() throws Breach {
    for (TestingJob job : jobs()) {
      List<Step> seen = new ArrayList<>();

      PlanCheck.Found found = TestingJob.walk(job.manifest, job, job.steps.iterator(), seen::add);

      assertEquals(job.steps, seen);
      assertEquals(job.root.value(), found.value());
      assertEquals(
          new Evidence(job.root.executionRoot(), job.root.leaves(), job.root.fuel()),
          found.evidence());
    }
  }

  @Test
  void eachKindOfMismatchSaysWhereItIs() {
    TestingJob job = TestingJob.ofCells(new SplitRule.ByBytes(), 2, "abcdef", true);
    List<Step> steps = job.steps;

    assertEquals(4, steps.size());
    assertEquals(
        "step 3: the plan has merge of plan node 0-3, the steps end",
        reason(job, steps.subList(0, 3)));
    assertEquals(
        "step 1 (execute of plan node 2): the plan has execute of plan node 1 in its place",
        reason(job, List.of(steps.get(0), steps.get(2), steps.get(1), steps.get(3))));
    assertEquals(
        "step 4: the plan ends before it",
        reason(job, Stream.concat(steps.stream(), Stream.of(steps.get(3))).toList()));
    assertEquals(
        "step 1 (execute of plan node 1): its key is not the plan's",
        reason(job, with(steps, 1, step -> claimed(step, Field.KEY))));
    assertEquals(
        "step 1 (execute of plan node 1): it is claimed under profile 2",
        reason(job, with(steps, 1, step -> claimed(step, Field.PROFILE))));
    assertEquals(
        "step 1 (execute of plan node 1): its input digest is not that of what the plan hands it",
        reason(job, with(steps, 1, step -> claimed(step, Field.INPUT))));
    assertEquals(
        "step 3 (merge of plan node 0-3): its input digest is not that of what the plan hands it",
        reason(job, with(steps, 1, step -> claimed(step, Field.OUTPUT))));
    assertEquals(
        "step 1 (execute of plan node 1): a finished job has a call that out of fuel",
        reason(job, with(steps, 1, step -> claimed(step, Field.OUTCOME))));
    assertEquals(
        "step 0 (execute of plan node 0): it claims more fuel or output than a call may use",
        reason(job, with(steps, 0, step -> claimed(step, Field.FUEL_OVER))));
    assertEquals(
        "step 0 (execute of plan node 0): it claims more fuel or output than a call may use",
        reason(job, with(steps, 0, step -> claimed(step, Field.OUTPUT_OVER))));
  }

  private enum Field {
    PROFILE,
    KEY,
    FUNCTION,
    INPUT,
    OUTPUT,
    OUTPUT_BYTES,
    FUEL,
    OUTCOME,
    FUEL_OVER,
    OUTPUT_OVER
  }

  /** The step with one field of its claim changed. */
  private static Step claimed(Step step, Field field) {
    Claim was = step.claim();
    boolean completed = field != Field.OUTCOME;
    GuestFunction function =
        field == Field.FUNCTION
            ? was.function() == GuestFunction.EXECUTE ? GuestFunction.MERGE : GuestFunction.EXECUTE
            : was.function();
    Claim claim =
        new Claim(
            field == Field.PROFILE ? new Profile("2") : was.profile(),
            field == Field.KEY ? OTHER : was.key(),
            function,
            field == Field.INPUT ? OTHER : was.input(),
            completed ? field == Field.OUTPUT ? OTHER : was.output() : Digest.ZERO,
            switch (field) {
              case OUTCOME -> 0;
              case OUTPUT_BYTES -> was.outputBytes() + 1;
              case OUTPUT_OVER ->
                  function == GuestFunction.SPLIT
                      ? CallLimits.DEFAULT.splitBytesMax() + 1
                      : CallLimits.DEFAULT.outputBytesMax() + 1;
              default -> was.outputBytes();
            },
            switch (field) {
              case FUEL -> was.fuel() + 1;
              case FUEL_OVER -> CallLimits.DEFAULT.fuel() + 1;
              default -> was.fuel();
            },
            completed ? was.outcome() : new Outcome.OutOfFuel());
    boolean split = claim.function() == GuestFunction.SPLIT && completed;
    return new Step(step.node(), claim, split ? step.parts() : List.of());
  }

  /** Rejected, or at least another root: what the receipt is signed over. */
  private static void changes(TestingJob job, List<Step> steps, String what) {
    try {
      PlanCheck.Found found = job.check(steps);
      boolean same =
          found.value().equals(job.root.value())
              && found.evidence().executionRoot().equals(job.root.executionRoot());
      assertEquals(false, same, what + " goes unseen");
    } catch (Breach expected) {
      assertTrue(String.valueOf(expected.getMessage()).startsWith("step "), what);
    }
  }

  @Test
  void anySingleChangeIsRejectedOrChangesTheRoot() {
    for (TestingJob job : jobs()) {
      List<Step> steps = job.steps;
      for (int at = 0; at < steps.size(); at++) {
        for (Field field : Field.values()) {
          changes(job, with(steps, at, step -> claimed(step, field)), field + " of step " + at);
        }
        List<Step> dropped = new ArrayList<>(steps);
        dropped.remove(at);
        changes(job, dropped, "step " + at + " dropped");
        List<Step> doubled = new ArrayList<>(steps);
        doubled.add(at, steps.get(at));
        changes(job, doubled, "step " + at + " doubled");
        for (int other = at + 1; other < Math.min(at + 20, steps.size()); other++) {
          List<Step> swapped = new ArrayList<>(steps);
          Collections.swap(swapped, at, other);
          changes(job, swapped, "steps " + at + " and " + other + " swapped");
          Step moved =
              new Step(steps.get(other).node(), steps.get(at).claim(), steps.get(at).parts());
          if (!moved.equals(steps.get(at))) {
            changes(job, with(steps, at, step -> moved), "step " + at + " at another node");
          }
        }
      }
    }
  }

  @Test
  void whatRestsOnTheRootAloneIsLeftToTheReceipt() throws Breach {
    TestingJob job = lines(true);

    PlanCheck.Found found =
        job.check(with(job.steps, job.steps.size() - 1, step -> claimed(step, Field.OUTPUT)));

    assertNotEquals(job.root.value(), found.value());
    assertNotEquals(job.root.executionRoot(), found.evidence().executionRoot());
  }

  @Test
  void partsThatAreNotTheClaimedOutputAreRejected() {
    TestingJob job = parts(true);
    Step split = job.steps.getFirst();
    List<UnaryOperator<List<BlobRef>>> changes =
        List.of(
            parts -> parts.subList(1, parts.size()),
            parts -> Stream.concat(parts.stream(), Stream.of(BlobRef.EMPTY)).toList(),
            List::reversed,
            parts -> List.of(new BlobRef(OTHER, 40)));

    for (UnaryOperator<List<BlobRef>> change : changes) {
      Step changed = new Step(split.node(), split.claim(), change.apply(split.parts()));
      assertEquals(
          "step 0 (split of plan node /): its parts are not the output it claims",
          reason(job, with(job.steps, 0, step -> changed)));
    }
  }

  private static Step split(Manifest manifest, PlanNode.Part node, List<BlobRef> parts, long sum) {
    Claim claim =
        new Claim(
            manifest.profile(),
            Plan.of(manifest).key(node),
            GuestFunction.SPLIT,
            manifest.input().digest(),
            Value.listDigest(parts),
            sum,
            0,
            new Outcome.Completed());
    return new Step(node, claim, parts);
  }

  private static String splitReason(CallLimits limits, long input, List<BlobRef> parts, long sum) {
    Manifest manifest =
        TestingJob.manifest(new SplitRule.ByModule(), 1, new BlobRef(OTHER, input), limits);
    Step split = split(manifest, new PlanNode.Part(List.of()), parts, sum);
    Content content = new Content(new UniformCuts(0, 1));
    return reason(manifest, content, List.of(split).iterator());
  }

  private static final CallLimits SMALL = new CallLimits(1, 64 << 10, 1, 64 << 10, 1);

  @Test
  void aSplitIntoNothingIsRejected() {
    assertEquals(
        "step 0 (split of plan node /): its parts hold no bytes, which is bad output",
        splitReason(SMALL, 9, List.of(BlobRef.EMPTY, BlobRef.EMPTY), 0));
  }

  /** A quarter of 64 KiB: on every machine the call ends as LimitExceeded(split). */
  @Test
  void aSplitOverAQuarterOfTheMemoryIsRejected() {
    String over =
        "step 0 (split of plan node /): its input or its parts are more than the 16384 bytes that"
            + " a split may have";
    BlobRef most = new BlobRef(OTHER, 16384 - 4 - 4);
    BlobRef more = new BlobRef(OTHER, 16384 - 4 - 4 + 1);

    assertEquals(
        "step 1: the plan has execute of plan node /0/, the steps end",
        splitReason(SMALL, 16384, List.of(new BlobRef(OTHER, 1)), 1));
    assertEquals(over, splitReason(SMALL, 16385, List.of(new BlobRef(OTHER, 1)), 1));
    assertEquals(
        "step 1: the plan has split of plan node /0/, the steps end",
        splitReason(SMALL, 16384, List.of(most), most.length()));
    assertEquals(over, splitReason(SMALL, 16384, List.of(more), more.length()));
  }

  @Test
  void partsThatAddUpToMoreThanALongAreRejected() {
    BlobRef huge = new BlobRef(OTHER, Long.MAX_VALUE);

    assertEquals(
        "step 0 (split of plan node /): its input or its parts are more than the 16384 bytes that"
            + " a split may have",
        splitReason(SMALL, 9, List.of(huge, huge, huge), 1));
  }

  /** What a verifier would know of a job whose chunks are all alike. */
  private record Content(Cuts cuts) implements JobContent {
    @Override
    public boolean merges() {
      return true;
    }

    @Override
    public Digest chunk(Interval cell) {
      return OTHER;
    }
  }

  private static Step execute(Manifest manifest, PlanNode node, BlobRef output) {
    return step(manifest, node, GuestFunction.EXECUTE, OTHER, output);
  }

  private static Step step(
      Manifest manifest, PlanNode node, GuestFunction function, Digest input, BlobRef output) {
    Claim claim =
        new Claim(
            manifest.profile(),
            Plan.of(manifest).key(node),
            function,
            input,
            output.digest(),
            output.length(),
            0,
            new Outcome.Completed());
    return new Step(node, claim);
  }

  /** Half of 64 KiB: on every machine the call ends as LimitExceeded(merge). */
  @Test
  void aMergeOfMoreThanHalfTheMemoryIsRejected() throws Breach {
    Manifest manifest =
        TestingJob.manifest(new SplitRule.ByBytes(), 1, new BlobRef(OTHER, 2), SMALL);
    BlobRef half = new BlobRef(OTHER, 16384 - 6);
    BlobRef more = new BlobRef(OTHER, 16384 - 5);

    assertEquals(2, checkMerge(manifest, half, half).evidence().leaves());
    assertEquals(
        "step 2 (merge of plan node 0-2): its input is more than the 32768 bytes that a merge may"
            + " have",
        assertThrows(Breach.class, () -> checkMerge(manifest, half, more)).getMessage());
  }

  private static PlanCheck.Found checkMerge(Manifest manifest, BlobRef left, BlobRef right)
      throws Breach {
    List<Step> steps =
        List.of(
            execute(manifest, new PlanNode.Cells(new Interval(0, 1)), left),
            execute(manifest, new PlanNode.Cells(new Interval(1, 2)), right),
            step(
                manifest,
                new PlanNode.Cells(new Interval(0, 2)),
                GuestFunction.MERGE,
                Value.listDigest(List.of(left, right)),
                BlobRef.EMPTY));
    return TestingJob.walk(manifest, new Content(new UniformCuts(2, 1)), steps.iterator(), _ -> {});
  }

  @Test
  void aLeafOverSixteenMebibytesIsRejected() {
    long length = (16 << 20) + 1;
    Manifest manifest =
        TestingJob.manifest(
            new SplitRule.ByLines(), 16 << 20, new BlobRef(OTHER, length), CallLimits.DEFAULT);
    LineCuts.Finder finder = new LineCuts.Finder(manifest.chunkBytes());
    finder.update(new byte[(int) length], 0, (int) length);
    Step step = execute(manifest, new PlanNode.Cells(new Interval(0, 1)), BlobRef.EMPTY);
    assertEquals(
        "no job has this plan: the leaf at input offset 0 is 16777217 bytes long, limit 16777216",
        reason(manifest, new Content(finder.finish()), List.of(step).iterator()));
  }

  /** 257 × 4096 leaves, one split more than a plan may have. */
  @Test
  void aModulePlanOfMoreThanAMillionLeavesIsRejected() {
    Manifest manifest =
        TestingJob.manifest(
            new SplitRule.ByModule(), 1, new BlobRef(OTHER, 4097), CallLimits.DEFAULT);
    List<BlobRef> wide = Collections.nCopies(257, new BlobRef(OTHER, 4096));
    List<BlobRef> single = Collections.nCopies(4096, new BlobRef(OTHER, 1));
    PlanNode.Part root = new PlanNode.Part(List.of());
    Iterator<Step> steps =
        Stream.concat(
                Stream.of(split(manifest, root, wide, 257 * 4096)),
                IntStream.range(0, 257)
                    .boxed()
                    .flatMap(
                        i ->
                            Stream.concat(
                                Stream.of(split(manifest, root.child(i), single, 4096)),
                                IntStream.range(0, 4096)
                                    .mapToObj(
                                        k ->
                                            execute(
                                                manifest, root.child(i).child(k), BlobRef.EMPTY)))))
            .iterator();
    JobContent ropes = new RopeContent();

    String reason = reason(manifest, ropes, steps);

    assertTrue(reason.endsWith("the plan has more than 1048576 leaves"), reason);
  }

  private record RopeContent() implements JobContent {
    @Override
    public boolean merges() {
      return false;
    }

    @Override
    public Cuts cuts() {
      throw new IllegalStateException("a module plan has no cells");
    }

    @Override
    public Digest chunk(Interval cell) {
      throw new IllegalStateException("a module plan has no cells");
    }
  }

  @Test
  void stepsOfRandomJobsAreAcceptedAndTheirChangesAreNot() throws Breach {
    for (long seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      boolean merges = random.nextBoolean();
      long splitSeed = random.nextLong();
      TestingJob job =
          TestingJob.ofParts(
              1 + random.nextInt(4),
              20,
              merges,
              part -> {
                Random parts = new Random(splitSeed + part.hashCode());
                int count = 1 + parts.nextInt(parts.nextInt(6) == 0 ? 40 : 4);
                List<Integer> lengths = new ArrayList<>();
                lengths.add(1 + parts.nextInt(12));
                for (int i = 1; i < count; i++) {
                  lengths.add(Math.max(0, parts.nextInt(14) - 4));
                }
                return part.path().size() > 3 ? List.of(1) : lengths;
              });

      PlanCheck.Found found = job.check(job.steps);

      assertEquals(job.root.value(), found.value(), "seed " + seed);
      assertEquals(job.root.executionRoot(), found.evidence().executionRoot(), "seed " + seed);
      for (int i = 0; i < 30; i++) {
        int at = random.nextInt(job.steps.size());
        Field field = Field.values()[random.nextInt(Field.values().length)];
        changes(
            job, with(job.steps, at, step -> claimed(step, field)), "seed " + seed + " " + field);
      }
    }
  }
}

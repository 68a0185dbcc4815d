package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Claim;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Manifest;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.SplitRule;
import io.banyan.schema.Step;
import io.banyan.trust.TestingPlanCheck;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * Whole jobs on the real Delegator, from one seed each: workers, rule, input, guest, order and time
 * of every answer, and what goes wrong. {@link TestingNode} holds each command against what it may
 * be; here the ends are held against {@link SoloRun}, which knows nothing of scheduling.
 */
class DelegatorSimulationTest {
  private static final int SEEDS = 4000;

  /** By the estimate, and whenever there are four times as many leaves, up to 2²⁴. */
  private static final int DECISIONS_MAX = 14;

  private static final long SECOND = 1_000_000_000;

  /** What a seed comes to, for the sentence that a failure begins with. */
  private record Options(
      long seed, int workers, Order order, Trouble trouble, int noResultPerMille, String jobs) {}

  /** Which call is answered next. */
  private enum Order {
    FIRST_GIVEN,
    LAST_GIVEN,
    ANY,
    /** Any, but one call is left to the very end. */
    ONE_STRAGGLER
  }

  private enum Trouble {
    NONE,
    CANCEL,
    DEADLINE,
    HOST
  }

  @Test
  void everyJobEndsOnceAsOneThreadWouldHaveEndedIt() {
    Map<Class<?>, Integer> ends = new HashMap<>();
    for (long seed = 0; seed < SEEDS; seed++) {
      simulate(seed, ends);
    }

    assertEquals(
        Set.of(
            JobEnd.Completed.class,
            JobEnd.TaskFailed.class,
            JobEnd.NodeFailed.class,
            JobEnd.TimedOut.class,
            JobEnd.Cancelled.class),
        ends.keySet());
    assertTrue(ends.values().stream().allMatch(count -> count > SEEDS / 50), ends.toString());
    assertTrue(ends.get(JobEnd.Completed.class) > SEEDS, ends.toString());
  }

  private static void simulate(long seed, Map<Class<?>, Integer> ends) {
    Random random = new Random(seed * 0x9E3779B97F4A7C15L);
    Trouble trouble =
        random.nextBoolean()
            ? Trouble.NONE
            : Trouble.values()[random.nextInt(Trouble.values().length)];
    int workers = 1 + random.nextInt(8);
    Order order = Order.values()[random.nextInt(Order.values().length)];
    List<TestingNode.Job> jobs = new ArrayList<>();
    int jobCount = 1 + random.nextInt(3);
    for (int number = 0; number < jobCount; number++) {
      jobs.add(job(number, random, trouble == Trouble.DEADLINE));
    }
    Options options =
        new Options(
            seed,
            workers,
            order,
            trouble,
            trouble == Trouble.HOST ? 20 : 0,
            String.join("; ", jobs.stream().map(TestingJobs::words).toList()));
    try {
      TestingNode node = new TestingNode(workers);
      drive(node, jobs, options, random);
      jobs.forEach(job -> verify(node, job, options, random));
      jobs.forEach(job -> ends.merge(job.end.orElseThrow().getClass(), 1, Integer::sum));
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("seed " + seed + ": " + options, e);
    }
  }

  private static TestingNode.Job job(int number, Random random, boolean shortTime) {
    return TestingJobs.draw(
        number,
        random,
        chosen -> shortTime ? 1 + chosen.nextInt(20_000) : 3_600_000,
        chosen -> chosen.nextInt(2) * 2.5);
  }

  private static void drive(
      TestingNode node, List<TestingNode.Job> jobs, Options options, Random random) {
    List<TestingNode.Job> toSubmit = new ArrayList<>(jobs);
    node.nowNanos = random.nextLong() >> 2;
    while (!toSubmit.isEmpty() || !node.out.isEmpty()) {
      long passed = node.nowNanos + (long) (random.nextDouble() * SECOND);
      if (node.wakeNanos() != Long.MAX_VALUE && passed - node.wakeNanos() >= 0) {
        node.nowNanos = node.wakeNanos();
        node.wake();
        continue;
      }
      node.nowNanos = passed;
      if (!toSubmit.isEmpty() && (node.out.isEmpty() || random.nextInt(5) == 0)) {
        node.submit(toSubmit.removeFirst());
      } else if (options.trouble() == Trouble.CANCEL && random.nextInt(100) == 0) {
        node.cancel(jobs.get(random.nextInt(jobs.size())).id);
      } else if (!node.out.isEmpty()) {
        answer(node, options, random);
      }
    }
    assertEquals(Long.MAX_VALUE, node.wakeNanos(), "every job is over");
  }

  private static void answer(TestingNode node, Options options, Random random) {
    List<Long> calls = List.copyOf(node.out.keySet());
    int straggler = options.order() == Order.ONE_STRAGGLER && calls.size() > 1 ? 1 : 0;
    long call =
        switch (options.order()) {
          case FIRST_GIVEN -> calls.getFirst();
          case LAST_GIVEN -> calls.getLast();
          case ANY, ONE_STRAGGLER ->
              calls.get(straggler + random.nextInt(calls.size() - straggler));
        };
    boolean late = node.interrupted.contains(call);
    if (late && random.nextBoolean()) {
      node.report(
          call, new CallReport.NoResult(CallReport.HostFailure.INTERRUPTED, "told to stop"));
    } else if (late) {
      node.report(
          call, new CallReport.Returned(Digest.ZERO, List.of(new BlobRef(Digest.ZERO, 7)), 1, 1));
    } else if (random.nextInt(1000) < options.noResultPerMille()) {
      node.report(
          call, new CallReport.NoResult(CallReport.HostFailure.RESOURCES, "the disk is full"));
    } else {
      node.answer(call);
    }
  }

  private static void verify(
      TestingNode node, TestingNode.Job job, Options options, Random random) {
    SoloRun solo = new SoloRun(job.manifest, job.cuts, job.input, job.guest);
    long tookNanos = job.endNanos - job.submittedNanos;
    long timeMillis = job.manifest.budget().timeMillis();
    switch (job.end.orElseThrow()) {
      case JobEnd.Completed completed -> completed(node, job, completed, solo, random);
      case JobEnd.TaskFailed failed -> taskFailed(job, failed, solo);
      case JobEnd.TimedOut timedOut -> {
        assertEquals(new JobEnd.TimedOut(timeMillis), timedOut);
        assertEquals(timeMillis * 1_000_000, tookNanos);
        assertEquals(Trouble.DEADLINE, options.trouble());
      }
      case JobEnd.Cancelled() -> assertEquals(Trouble.CANCEL, options.trouble());
      case JobEnd.NodeFailed(PlannedCall call, CallReport.NoResult why) -> {
        assertEquals(job.id, call.link());
        assertEquals(CallReport.HostFailure.RESOURCES, why.failure());
        assertEquals(Trouble.HOST, options.trouble());
      }
      case JobEnd.PlanRefused _, JobEnd.Shed _ -> throw new AssertionError(job.end.orElseThrow());
    }
    assertTrue(tookNanos <= timeMillis * 1_000_000, "job " + job.id + " outlived its time");
    assertTrue(job.decisions.size() <= DECISIONS_MAX, job.decisions.size() + " decisions");
  }

  private static void completed(
      TestingNode node,
      TestingNode.Job job,
      JobEnd.Completed completed,
      SoloRun solo,
      Random random) {
    SoloRun.Done done = solo.root.orElseThrow();
    Plan plan = Plan.of(job.manifest);
    PlanNode root = plan.root(job.cuts);
    List<Step> steps = job.stepsInOrder(root);

    assertEquals(done.value(), completed.value());
    assertEquals(done.evidence(), completed.evidence());
    assertArrayEquals(done.bytes(), node.join(done.blobs()));
    assertEquals(solo.steps, steps);
    Map<BlobRef, Integer> needed = new HashMap<>();
    done.blobs().forEach(ref -> needed.merge(ref, 1, Integer::sum));
    assertEquals(needed, node.held(job.id), "what is still held is the answer");
    assertEquals(
        new TestingPlanCheck.Result.Holds(done.value(), done.evidence()), check(job, steps));
    if (job.guest instanceof TestingGuest.Sort
        && job.manifest.splitRule() instanceof SplitRule.ByModule) {
      assertArrayEquals(TestingGuest.Sort.sorted(job.input), done.bytes());
    }
    for (int i = 0; i < 5; i++) {
      changeIsSeen(job, steps, completed, random);
    }
  }

  private static TestingPlanCheck.Result check(TestingNode.Job job, List<Step> steps) {
    return TestingPlanCheck.check(
        job.manifest,
        job.guest.merges(),
        job.cuts,
        cell ->
            BlobRef.of(SoloRun.chunk(job.manifest, job.cuts.orElseThrow(), job.input, cell.from()))
                .digest(),
        steps);
  }

  /** One change: rejected, or the root is another and the receipt over it does not hold. */
  private static void changeIsSeen(
      TestingNode.Job job, List<Step> steps, JobEnd.Completed completed, Random random) {
    List<Step> changed = new ArrayList<>(steps);
    int at = random.nextInt(steps.size());
    int other = random.nextInt(steps.size());
    Step step = steps.get(at);
    switch (random.nextInt(6)) {
      case 0 -> changed.remove(at);
      case 1 -> changed.add(at, step);
      case 2 -> Collections.swap(changed, at, other);
      case 3 -> changed.set(at, with(step, step.claim().key(), Digest.sha256()));
      case 4 -> changed.set(at, with(step, Digest.sha256(), step.claim().output()));
      default -> changed.set(at, new Step(steps.get(other).node(), step.claim(), step.parts()));
    }
    if (changed.equals(steps)) {
      return;
    }

    TestingPlanCheck.Result result = check(job, changed);

    boolean same =
        result instanceof TestingPlanCheck.Result.Holds holds
            && holds.value().equals(completed.value())
            && holds.evidence().equals(completed.evidence());
    assertFalse(same, "a change of step " + at + " goes unseen");
  }

  private static Step with(Step step, Digest key, Digest output) {
    Claim was = step.claim();
    return new Step(
        step.node(),
        new Claim(
            was.profile(),
            key,
            was.function(),
            was.input(),
            output,
            was.outputBytes(),
            was.fuel(),
            was.outcome()),
        step.parts());
  }

  private static void taskFailed(TestingNode.Job job, JobEnd.TaskFailed failed, SoloRun solo) {
    SoloRun.Failure failure = solo.failures.get(failed.node());

    assertTrue(failure != null, failed.node() + " does not fail when one thread runs it");
    assertEquals(
        new Claim(
            job.manifest.profile(),
            Plan.of(job.manifest).key(failed.node()),
            failure.function(),
            failure.input(),
            Digest.ZERO,
            0,
            failure.fuel(),
            failure.outcome()),
        failed.claim());
    assertTrue(failed.words().contains("of plan node " + failed.node()));
  }

  /** The four hashes of one job, whoever ran it and in whatever order. */
  @Test
  void theFourHashesDoNotDependOnWorkersOrScheduling() {
    for (long seed = 0; seed < 60; seed++) {
      Set<List<Object>> hashes = new HashSet<>();
      for (int run = 0; run < 12; run++) {
        TestingNode.Job job = job(1, new Random(seed), false);
        Random random = new Random(seed * 100 + run);
        Order order = Order.values()[run % 4];
        int workers = 1 + run % 8;
        TestingNode node = new TestingNode(workers);
        drive(
            node,
            List.of(job),
            new Options(seed, workers, order, Trouble.NONE, 0, TestingJobs.words(job)),
            random);
        if (job.end.orElseThrow() instanceof JobEnd.Completed completed) {
          hashes.add(
              List.of(
                  job.manifest.input(),
                  Plan.of(job.manifest)
                      .key(job.records.values().stream().toList().getLast().node()),
                  completed.evidence(),
                  completed.value()));
        }
      }

      assertTrue(hashes.size() <= 1, "seed " + seed + " has " + hashes.size() + " answers");
    }
  }

  /** The shapes of a module's own splits, each by name, so that none is left to chance. */
  @Test
  void splitsOfEveryShapeComeToWhatOneThreadComesTo() {
    Shape deep = new Shape("deep", data -> List.of(first(data), rest(data)));
    Shape single = new Shape("single", data -> List.of(rest(data)));
    Shape whole = new Shape("whole", data -> List.of(data));
    Shape empties = new Shape("empties", data -> around(data, 40));
    for (Shape shape : List.of(deep, single, whole, empties)) {
      for (boolean merges : new boolean[] {true, false}) {
        TestingNode.Job job = shaped(shape, merges, "abcdefghijklmnopqrstuvwxyz");
        TestingNode node = new TestingNode(3);
        drive(
            node,
            List.of(job),
            new Options(0, 3, Order.ANY, Trouble.NONE, 0, shape.name()),
            new Random(7));

        JobEnd.Completed end =
            assertInstanceOf(JobEnd.Completed.class, job.end.orElseThrow(), shape.name());

        completed(
            node,
            job,
            end,
            new SoloRun(job.manifest, job.cuts, job.input, job.guest),
            new Random(1));
      }
    }
  }

  @Test
  void aPathEndsUnderEightSplits() {
    TestingNode.Job job =
        shaped(
            new Shape("deep", data -> List.of(first(data), rest(data))), true, "abcdefghijklmnop");
    TestingNode node = new TestingNode(1);

    drive(
        node,
        List.of(job),
        new Options(0, 1, Order.FIRST_GIVEN, Trouble.NONE, 0, "deep"),
        new Random(7));

    assertEquals(
        8,
        job.records.keySet().stream()
            .mapToInt(at -> ((PlanNode.Part) at).path().size())
            .max()
            .orElseThrow());
    JobEnd.Completed end = assertInstanceOf(JobEnd.Completed.class, job.end.orElseThrow());
    assertEquals(9, end.evidence().leaves());
    assertEquals(
        8,
        job.records.values().stream()
            .flatMap(recorded -> recorded.steps().stream())
            .filter(step -> step.claim().function() == GuestFunction.SPLIT)
            .count());
  }

  private static byte[] first(byte[] data) {
    return Arrays.copyOfRange(data, 0, 1);
  }

  private static byte[] rest(byte[] data) {
    return Arrays.copyOfRange(data, 1, data.length);
  }

  /** The first byte, {@code count} empty parts, the rest. */
  private static List<byte[]> around(byte[] data, int count) {
    List<byte[]> parts = new ArrayList<>();
    parts.add(first(data));
    parts.addAll(Collections.nCopies(count, new byte[0]));
    parts.add(rest(data));
    return parts;
  }

  private static TestingNode.Job shaped(Shape shape, boolean merges, String input) {
    byte[] bytes = input.getBytes(StandardCharsets.US_ASCII);
    Manifest manifest =
        TestingManifests.of(new SplitRule.ByModule(), 1, BlobRef.of(bytes), 60_000_000, 1);
    return new TestingNode.Job(Digest.sha256(bytes), manifest, bytes, new Shaped(shape, merges));
  }

  private record Shape(String name, Function<byte[], List<byte[]>> split) {}

  private record Shaped(Shape shape, boolean merges) implements TestingGuest {
    @Override
    public List<byte[]> split(byte[] data) {
      return shape.split().apply(data);
    }

    @Override
    public byte[] execute(byte[] chunk) {
      return chunk;
    }

    @Override
    public byte[] merge(List<byte[]> values) {
      return TestingGuest.join(values);
    }
  }
}

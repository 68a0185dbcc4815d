package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.Claim;
import io.banyan.schema.DecisionLine;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Interval;
import io.banyan.schema.LimitKind;
import io.banyan.schema.Limits;
import io.banyan.schema.Manifest;
import io.banyan.schema.Outcome;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Priority;
import io.banyan.schema.SplitRule;
import io.banyan.schema.Step;
import io.banyan.schema.Value;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The Delegator by literal example, command by command; long, because each list is spelt out. */
class DelegatorTest {
  private static final Digest JOB = TestingManifests.link(1);
  private static final long SECOND = 1_000_000_000;

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static TestingNode.Job job(
      Digest id, SplitRule rule, int chunkBytes, String input, TestingGuest guest) {
    byte[] bytes = ascii(input);
    Manifest manifest = TestingManifests.of(rule, chunkBytes, BlobRef.of(bytes), 60_000, 1);
    return new TestingNode.Job(id, manifest, bytes, guest);
  }

  private static TestingNode.Job upperCase(Digest id, String input) {
    return job(id, new SplitRule.ByBytes(), 2, input, new TestingGuest.UpperCase(true));
  }

  private static PlanNode cells(int from, int to) {
    return new PlanNode.Cells(new Interval(from, to));
  }

  private static Command.Execute execute(long call, PlanNode node, long from, long to) {
    return new Command.Execute(
        call, new PlannedCall(JOB, node, GuestFunction.EXECUTE, new InputRef.InputRange(from, to)));
  }

  private static List<Command> given(List<Command> commands) {
    return commands.stream().filter(Command.Execute.class::isInstance).toList();
  }

  @Test
  void oneWorkerIsHandedTwoCallsAtATimeAndMergesAsSoonAsItCan() {
    TestingNode node = new TestingNode(1);
    TestingNode.Job job = upperCase(JOB, "abcdef");

    List<Command> submitted = node.submit(job);
    List<Command> first = node.answer(0);
    List<Command> second = node.answer(1);
    List<Command> third = node.answer(2);
    List<Command> merged = node.answer(3);

    assertEquals(
        List.of(execute(0, cells(0, 1), 0, 2), execute(1, cells(1, 2), 2, 4)), given(submitted));
    assertEquals(List.of(execute(2, cells(2, 3), 4, 6)), given(first));
    assertEquals(List.of(), given(second));
    BlobRef ab = BlobRef.of(ascii("AB"));
    BlobRef cd = BlobRef.of(ascii("CD"));
    BlobRef ef = BlobRef.of(ascii("EF"));
    assertEquals(
        List.of(
            new Command.Execute(
                3,
                new PlannedCall(
                    JOB,
                    cells(0, 3),
                    GuestFunction.MERGE,
                    new InputRef.Values(List.of(ab, cd, ef))))),
        given(third));
    assertEquals(new Command.Release(JOB, List.of(ab, cd, ef)), merged.get(0));
    Command.Record root = assertInstanceOf(Command.Record.class, merged.get(1));
    assertEquals(List.of(cells(0, 1), cells(1, 2), cells(2, 3)), root.children());
    Command.Finish finish = assertInstanceOf(Command.Finish.class, merged.get(2));
    JobEnd.Completed end = assertInstanceOf(JobEnd.Completed.class, finish.end());
    assertEquals(new Value.Blob(BlobRef.of(ascii("ABCDEF"))), end.value());
    assertEquals(3, end.evidence().leaves());
  }

  @Test
  void anEstimateExplainsAJobBeforeItBegins() {
    TestingNode node = new TestingNode(2);
    TestingNode.Job job = upperCase(JOB, "abcdef");

    node.submit(job);

    assertEquals(
        List.of(
            new Decision(
                JOB,
                cells(0, 3),
                new ComplexityScore(6, 1, 2e9),
                Decision.WeightSource.ESTIMATE,
                false,
                0.5,
                DecisionLine.Role.WORKER,
                Decision.Reason.BELOW_THRESHOLD,
                3e-9,
                0,
                0)),
        job.decisions);
    assertEquals(3e-9, job.decisions.getFirst().score().seconds(), 1e-18);
  }

  /** Leaf 1, the next 3, 12, 48, 192: each decision rests on its own leaves alone. */
  @Test
  void leavesThatFinishExplainAJobAnew() {
    TestingNode node = new TestingNode(1);
    byte[] input = ascii("x".repeat(300));
    Manifest manifest =
        TestingManifests.of(new SplitRule.ByBytes(), 1, BlobRef.of(input), 60_000, 0);
    TestingNode.Job job =
        new TestingNode.Job(JOB, manifest, input, new TestingGuest.UpperCase(false));
    node.submit(job);

    for (int leaf = 1; leaf <= 300; leaf++) {
      CallReport.Returned report =
          assertInstanceOf(
              CallReport.Returned.class, node.perform(node.out.firstEntry().getValue()));
      long nanos = leaf == 1 ? 5000 : leaf <= 4 ? 300 : leaf <= 16 ? 20 : leaf;
      node.report(
          node.out.firstKey(), new CallReport.Returned(report.input(), report.output(), 4, nanos));
    }

    assertEquals(
        List.of(5000.0, 300.0, 20.0, (17 + 64) / 2.0, (65 + 256) / 2.0),
        job.decisions.stream()
            .map(decision -> 4e9 / decision.score().availableCapacity())
            .toList());
    assertTrue(
        job.decisions.stream().allMatch(decision -> decision.score().operationWeight() == 4));
  }

  @Test
  void withoutAnEstimateTheFirstLeafTellsTheWeight() {
    TestingNode node = new TestingNode(1);
    byte[] input = ascii("abcdef");
    Manifest manifest =
        TestingManifests.of(new SplitRule.ByBytes(), 2, BlobRef.of(input), 60_000, 0);
    TestingNode.Job job =
        new TestingNode.Job(JOB, manifest, input, new TestingGuest.UpperCase(true));

    node.submit(job);
    node.report(
        0, new CallReport.Returned(Digest.ZERO, List.of(BlobRef.of(ascii("AB"))), 5, 4 * SECOND));
    node.answer(1);

    assertEquals(
        List.of(
            new Decision(
                JOB,
                cells(0, 3),
                new ComplexityScore(6, 2.5, 1.25),
                Decision.WeightSource.FINISHED_LEAVES,
                true,
                0.5,
                DecisionLine.Role.WORKER,
                Decision.Reason.NO_PEERS,
                4,
                0,
                0)),
        job.decisions);
  }

  @Test
  void progressCountsLeavesAndTheirBytes() {
    TestingNode node = new TestingNode(1);
    node.submit(upperCase(JOB, "abcde"));

    node.answer(1);

    assertEquals(Optional.of(new JobProgress(1, 2, 5)), node.progress(JOB));
    node.answer(0);
    node.answer(2);
    assertEquals(Optional.of(new JobProgress(3, 5, 5)), node.progress(JOB));
    node.answer(3);
    assertEquals(Optional.empty(), node.progress(JOB));
  }

  @Test
  void aTrapFailsTheJobAndNamesThePlanNode() {
    TestingNode node = new TestingNode(2);
    TestingNode.Job job = upperCase(JOB, "abc!efgh");
    node.submit(job);

    List<Command> commands = node.answer(1);

    JobEnd.TaskFailed end = assertInstanceOf(JobEnd.TaskFailed.class, job.end.orElseThrow());
    assertEquals("execute of plan node 1 trapped: unreachable", end.words());
    assertEquals(BlobRef.of(ascii("c!")).digest(), end.claim().input());
    assertEquals(
        List.of(
            new Command.Interrupt(0),
            new Command.Interrupt(2),
            new Command.Interrupt(3),
            new Command.Finish(JOB, end)),
        commands);
    assertEquals(Long.MAX_VALUE, node.wakeNanos());
  }

  @Test
  void whatTheHostCannotRunFailsTheNodeAndNotTheTask() {
    TestingNode node = new TestingNode(1);
    TestingNode.Job job = upperCase(JOB, "abcdef");
    node.submit(job);
    PlannedCall call = node.out.get(1L);
    CallReport.NoResult why =
        new CallReport.NoResult(CallReport.HostFailure.WALL_TIME, "ran for 30 s");

    List<Command> commands = node.report(1, why);

    JobEnd end = new JobEnd.NodeFailed(call, why);
    assertEquals(List.of(new Command.Interrupt(0), new Command.Finish(JOB, end)), commands);
  }

  @Test
  void cancellingInterruptsWhatIsOutAndNothingFollows() {
    TestingNode node = new TestingNode(2);
    TestingNode.Job job = upperCase(JOB, "abcdefghijkl");
    node.submit(job);

    List<Command> cancelled = node.cancel(JOB);

    assertEquals(
        List.of(
            new Command.Interrupt(0),
            new Command.Interrupt(1),
            new Command.Interrupt(2),
            new Command.Interrupt(3),
            new Command.Finish(JOB, new JobEnd.Cancelled())),
        cancelled);
    assertEquals(List.of(), node.answer(2));
    assertEquals(
        List.of(),
        node.report(
            0, new CallReport.NoResult(CallReport.HostFailure.INTERRUPTED, "told to stop")));
    assertEquals(List.of(), node.cancel(JOB));
  }

  @Test
  void theTimeOfAJobEndsAtItsWakeAndNotBefore() {
    TestingNode node = new TestingNode(1);
    node.nowNanos = -5;
    TestingNode.Job job = upperCase(JOB, "abcdef");
    node.submit(job);

    assertEquals(60 * SECOND - 5, node.wakeNanos());
    node.nowNanos = 60 * SECOND - 6;
    assertEquals(List.of(), node.wake());
    node.nowNanos = 60 * SECOND - 5;
    List<Command> commands = node.wake();

    assertEquals(
        List.of(
            new Command.Interrupt(0),
            new Command.Interrupt(1),
            new Command.Finish(JOB, new JobEnd.TimedOut(60_000))),
        commands);
    assertEquals(Long.MAX_VALUE, node.wakeNanos());
  }

  @Test
  void anAnswerThatArrivesWithTheDeadlineCounts() {
    TestingNode node = new TestingNode(1);
    TestingNode.Job job = upperCase(JOB, "ab");
    node.submit(job);

    node.nowNanos = node.wakeNanos();
    node.answer(0);

    assertInstanceOf(JobEnd.Completed.class, job.end.orElseThrow());
  }

  @Test
  void submittingTwiceIsHarmless() {
    TestingNode node = new TestingNode(1);
    TestingNode.Job job = upperCase(JOB, "abcdef");
    node.submit(job);

    List<Command> again = node.submit(job);

    assertEquals(List.of(), again);
  }

  @Test
  void anEchoOfACallThatNeverWasIsIgnored() {
    Delegator delegator = new Delegator(Delegator.Settings.of(1));

    List<Command> commands =
        delegator.handle(
            new Event.Executed(
                17, new CallReport.NoResult(CallReport.HostFailure.FAULT, "who knows")),
            0);

    assertEquals(List.of(), commands);
    assertEquals(List.of(), delegator.handle(new Event.Cancelled(JOB), 0));
  }

  @Test
  void theNextJobTakesWhatTheFirstLeavesFree() {
    TestingNode node = new TestingNode(1);
    Digest second = TestingManifests.link(2);
    TestingNode.Job first = upperCase(JOB, "ab");
    TestingNode.Job next = upperCase(second, "cdef");

    node.submit(first);
    List<Command> commands = node.submit(next);

    assertEquals(
        List.of(second),
        commands.stream()
            .filter(Command.Execute.class::isInstance)
            .map(command -> ((Command.Execute) command).planned().link())
            .toList());
  }

  @Test
  void anEmptyInputIsOneLeafThatIsRun() {
    TestingNode node = new TestingNode(3);
    TestingNode.Job job = upperCase(JOB, "");
    node.submit(job);

    List<Command> commands = node.answer(0);

    assertEquals(2, commands.size());
    JobEnd.Completed end = assertInstanceOf(JobEnd.Completed.class, job.end.orElseThrow());
    assertEquals(new Value.Blob(BlobRef.EMPTY), end.value());
    assertEquals(1, end.evidence().leaves());
  }

  @Test
  void aSplitIntoNothingButEmptyPartsIsBadOutput() {
    TestingNode node = new TestingNode(1);
    TestingNode.Job job =
        job(JOB, new SplitRule.ByModule(), 2, "abcdef", new TestingGuest.UpperCase(true));
    node.submit(job);

    node.report(
        0, new CallReport.Returned(Digest.ZERO, List.of(BlobRef.EMPTY, BlobRef.EMPTY), 9, 1000));

    JobEnd.TaskFailed end = assertInstanceOf(JobEnd.TaskFailed.class, job.end.orElseThrow());
    assertEquals("split of plan node / bad output", end.words());
    assertEquals(9, end.claim().fuel());
  }

  @Test
  void anEmptyPartIsReleasedAtOnce() {
    TestingNode node = new TestingNode(1);
    TestingNode.Job job = job(JOB, new SplitRule.ByModule(), 2, "cab", new TestingGuest.Sort());
    node.submit(job);

    List<Command> commands = node.answer(0);

    assertEquals(
        List.of(new Command.Release(JOB, List.of(BlobRef.EMPTY))),
        commands.stream().filter(Command.Release.class::isInstance).toList());
  }

  @Test
  void aPartOverSixteenMebibytesFailsTheJobWithoutACall() {
    TestingNode node = new TestingNode(1);
    TestingNode.Job job =
        job(JOB, new SplitRule.ByModule(), 2, "x".repeat(100), new TestingGuest.UpperCase(true));
    node.submit(job);
    BlobRef most = new BlobRef(Digest.ZERO, Limits.LEAF_BYTES_MAX);
    BlobRef more = new BlobRef(Digest.ZERO, Limits.LEAF_BYTES_MAX + 1L);

    node.report(0, new CallReport.Returned(Digest.ZERO, List.of(more, most), 0, 0));

    JobEnd.TaskFailed end = assertInstanceOf(JobEnd.TaskFailed.class, job.end.orElseThrow());
    assertEquals("execute of plan node /0/ limit exceeded: leaf", end.words());
    assertEquals(new Outcome.LimitExceeded(LimitKind.LEAF), end.claim().outcome());
    assertTrue(node.out.isEmpty());
  }

  @Test
  void aLeafThatReturnsTwoValuesIsOurOwnFault() {
    TestingNode node = new TestingNode(1);
    node.submit(upperCase(JOB, "abcdef"));
    CallReport two =
        new CallReport.Returned(Digest.ZERO, List.of(BlobRef.EMPTY, BlobRef.EMPTY), 0, 0);

    assertEquals(
        "execute of plan node 0 returned 2 values, not one",
        assertThrows(IllegalStateException.class, () -> node.report(0, two)).getMessage());
  }

  /**
   * A plan is wide and a call is slow: whatever the input's size, what is held are the inner nodes
   * above the calls that are out, five levels here, and at most sixteen values under each.
   */
  @Test
  void aHundredThousandLeavesAreWalkedInBoundedMemory() {
    int workers = 4;
    int cells = 100_000;
    Delegator delegator = new Delegator(Delegator.Settings.of(workers));
    Manifest manifest =
        TestingManifests.of(
            new SplitRule.ByBytes(), 1, new BlobRef(Digest.ZERO, cells), 1_000_000, 1);
    BlobRef value = BlobRef.EMPTY;
    Set<Interval> open = new HashSet<>();
    Deque<Command.Execute> out = new ArrayDeque<>();
    int openMax = 0;
    int valuesMax = 0;
    int values = 0;
    int turn = 0;
    Optional<JobEnd> end = Optional.empty();

    List<Command> commands =
        delegator.handle(
            new Event.Begun(TestingManifests.task(JOB, manifest, manifest.cutsBySize(), true)), 0);
    while (end.isEmpty()) {
      for (Command command : commands) {
        switch (command) {
          case Command.Execute given -> {
            out.addLast(given);
            if (given.planned().node() instanceof PlanNode.Cells(Interval at) && at.count() == 1) {
              open.addAll(Interval.ancestry(at.from(), cells));
              open.remove(at);
            }
          }
          case Command.Record(Digest _, PlanNode node, List<Step> _, List<PlanNode> _) ->
              open.remove(((PlanNode.Cells) node).interval());
          case Command.Release(Digest _, List<BlobRef> blobs) -> values -= blobs.size();
          case Command.Finish(Digest _, JobEnd how) -> end = Optional.of(how);
          case Command.Explain _, Command.Interrupt _ -> {}
          case Command.Lend _, Command.Revoke _, Command.Adopt _, Command.Forget _ ->
              throw new AssertionError("without a peer: " + command);
        }
      }
      openMax = Math.max(openMax, open.size());
      valuesMax = Math.max(valuesMax, values);
      if (end.isEmpty()) {
        turn++;
        Command.Execute done = turn % 3 == 0 ? out.removeLast() : out.removeFirst();
        values++;
        commands =
            delegator.handle(
                new Event.Executed(
                    done.call(), new CallReport.Returned(Digest.ZERO, List.of(value), 1, 1)),
                turn);
      }
    }

    JobEnd.Completed completed = assertInstanceOf(JobEnd.Completed.class, end.orElseThrow());
    assertEquals(cells, completed.evidence().leaves());
    int levels = 5;
    int callsOut = 2 * workers;
    assertTrue(openMax <= levels * callsOut, openMax + " open inner nodes");
    assertTrue(valuesMax <= 16 * levels * 2 + callsOut, valuesMax + " values held");
  }

  /** 257 × 4096 leaves are one split more than a plan may have. */
  @Test
  void valuesTooLongForOneMergeEndTheJobByTheirLengthsAlone() {
    byte[] input = ascii("abcd");
    Manifest manifest =
        TestingManifests.of(new SplitRule.ByBytes(), 2, BlobRef.of(input), 60_000, 0);
    Delegator delegator = new Delegator(Delegator.Settings.of(1));
    BlobRef long1 = new BlobRef(Digest.sha256(ascii("1")), 100L << 20);
    BlobRef long2 = new BlobRef(Digest.sha256(ascii("2")), 100L << 20);
    delegator.handle(
        new Event.Begun(TestingManifests.task(JOB, manifest, manifest.cutsBySize(), true)), 0);
    delegator.handle(
        new Event.Executed(0, new CallReport.Returned(Digest.ZERO, List.of(long1), 0, 1)), 0);

    List<Command> commands =
        delegator.handle(
            new Event.Executed(1, new CallReport.Returned(Digest.ZERO, List.of(long2), 0, 1)), 0);

    Command.Finish finish = assertInstanceOf(Command.Finish.class, commands.getLast());
    JobEnd.TaskFailed end = assertInstanceOf(JobEnd.TaskFailed.class, finish.end());
    assertEquals("merge of plan node 0-2 limit exceeded: merge", end.words());
    assertEquals(Value.listDigest(List.of(long1, long2)), end.claim().input());
  }

  @Test
  void moreLeavesThanTheBudgetHasAreNotBegun() {
    byte[] input = ascii("abcdef");
    Manifest all = TestingManifests.of(new SplitRule.ByBytes(), 2, BlobRef.of(input), 60_000, 0);
    Manifest two =
        new Manifest(
            all.profile(),
            all.token(),
            all.createdMillis(),
            all.endMillis(),
            all.entry(),
            all.module(),
            all.input(),
            all.params(),
            all.shared(),
            all.splitRule(),
            all.chunkBytes(),
            all.limits(),
            new Budget(1, 2, 0, 1, 0, 60_000),
            all.retries(),
            all.verification(),
            all.routing(),
            all.partialPermille(),
            all.memo(),
            all.operationWeight());
    Delegator delegator = new Delegator(Delegator.Settings.of(4));

    List<Command> commands =
        delegator.handle(
            new Event.Begun(TestingManifests.task(JOB, two, two.cutsBySize(), true)), 0);

    Command.Finish finish = assertInstanceOf(Command.Finish.class, commands.getLast());
    assertEquals(
        new JobEnd.PlanRefused("the plan has more leaves than the 2 it may have"), finish.end());
    assertEquals(2, commands.stream().filter(Command.Execute.class::isInstance).count());
  }

  @Test
  void aModuleThatSplitsIntoMoreThanAMillionLeavesIsRefused() {
    Delegator delegator = new Delegator(Delegator.Settings.of(2));
    Manifest manifest =
        TestingManifests.of(
            new SplitRule.ByModule(), 1, new BlobRef(Digest.ZERO, 5000), 1_000_000, 1);
    List<BlobRef> wide = Collections.nCopies(257, new BlobRef(Digest.ZERO, 4096));
    List<BlobRef> single = Collections.nCopies(4096, new BlobRef(Digest.ZERO, 1));
    Deque<Command.Execute> out = new ArrayDeque<>();
    Optional<JobEnd> end = Optional.empty();
    long leaves = 0;

    List<Command> commands =
        delegator.handle(
            new Event.Begun(TestingManifests.task(JOB, manifest, Optional.empty(), false)), 0);
    while (end.isEmpty()) {
      for (Command command : commands) {
        if (command instanceof Command.Execute given) {
          out.addLast(given);
        }
        if (command instanceof Command.Finish(Digest _, JobEnd how)) {
          end = Optional.of(how);
        }
      }
      if (end.isPresent()) {
        break;
      }
      Command.Execute next = out.removeFirst();
      boolean split = next.planned().function() == GuestFunction.SPLIT;
      boolean root = next.planned().node().equals(new PlanNode.Part(List.of()));
      leaves += split ? 0 : 1;
      List<BlobRef> output = root ? wide : split ? single : List.of(BlobRef.EMPTY);
      CallReport report = new CallReport.Returned(Digest.ZERO, output, 1, 1);
      commands = delegator.handle(new Event.Executed(next.call(), report), 0);
    }

    assertEquals(
        new JobEnd.PlanRefused("the plan has more leaves than the 1048576 it may have"),
        end.orElseThrow());
    assertTrue(leaves <= Limits.MODULE_LEAVES_MAX);
  }

  @Test
  void settingsHaveBounds() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Delegator.Settings(0, 0.5, Placement.ROUND_ROBIN, 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Delegator.Settings(1, -0.1, Placement.ROUND_ROBIN, 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Delegator.Settings(1, Double.NaN, Placement.ROUND_ROBIN, 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Delegator.Settings(1, 0.5, Placement.ROUND_ROBIN, 0));
    assertThrows(IllegalArgumentException.class, () -> new LeafCost(1, 0));
    assertThrows(IllegalArgumentException.class, () -> new LeafCost(-1, 1));
    assertThrows(IllegalArgumentException.class, () -> new ComplexityScore(1, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> new ComplexityScore(-1, 1, 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> new CallReport.Returned(Digest.ZERO, List.of(), 0, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> new CallReport.Ended(Digest.ZERO, new Outcome.Completed(), 0, 0));
  }

  @Test
  void aClaimOfABadOutcomeHasTheKeyOfItsPlanNode() {
    TestingNode node = new TestingNode(1);
    TestingNode.Job job = upperCase(JOB, "!");
    node.submit(job);

    node.answer(0);

    JobEnd.TaskFailed end = assertInstanceOf(JobEnd.TaskFailed.class, job.end.orElseThrow());
    Claim claim = end.claim();
    assertEquals(Plan.of(job.manifest).key(cells(0, 1)), claim.key());
    assertEquals(Digest.ZERO, claim.output());
    assertEquals(4, claim.fuel());
  }

  private static TestingNode.Job prioritised(int number, int submitter, Priority priority) {
    TestingNode.Job job = upperCase(TestingManifests.link(number), "abcdefghijklmnopqrstuvwxyz");
    Task task = TestingManifests.of(job.task, TestingManifests.peer(submitter).key(), priority);
    return new TestingNode.Job(task, job.input, job.guest);
  }

  /** Answers calls of one worker until {@code count} of them are done, counting by task. */
  private static Map<Digest, Integer> answered(TestingNode node, int count) {
    Map<Digest, Integer> done = new HashMap<>();
    for (int i = 0; i < count; i++) {
      long call = node.out.firstKey();
      done.merge(node.out.get(call).link(), 1, Integer::sum);
      node.answer(call);
    }
    return done;
  }

  @Test
  void workersAreSharedByPriorityAndNobodyStarves() {
    TestingNode node = new TestingNode(1);
    TestingNode.Job low = prioritised(1, 1, Priority.LOW);
    TestingNode.Job critical = prioritised(2, 2, Priority.CRITICAL);
    node.submit(low);
    node.submit(critical);

    Map<Digest, Integer> done = answered(node, 12);

    assertTrue(done.get(low.id) >= 2, done::toString);
    assertTrue(done.get(critical.id) >= 7, done::toString);
  }

  @Test
  void aSubmittersManyJobsDoNotKeepAnothersOut() {
    TestingNode node = new TestingNode(1);
    for (int i = 1; i <= 5; i++) {
      node.submit(prioritised(i, 1, Priority.NORMAL));
    }
    TestingNode.Job other = prioritised(6, 2, Priority.NORMAL);
    node.submit(other);

    Map<Digest, Integer> done = answered(node, 14);

    assertTrue(done.get(other.id) >= 5, done::toString);
  }

  @Test
  void aTaskIsShedOnlyBeforeItHasBegun() {
    TestingNode node = new TestingNode(1);
    TestingNode.Job begun = prioritised(1, 1, Priority.LOW);
    TestingNode.Job queued = prioritised(2, 1, Priority.LOW);
    node.submit(begun);
    node.submit(queued);

    assertEquals(
        Optional.of(queued.id),
        node.firstUnbegun(List.of(TestingManifests.link(9), begun.id, queued.id)));
    assertEquals(List.of(), node.shed(begun.id));
    assertEquals(List.of(new Command.Finish(queued.id, new JobEnd.Shed())), node.shed(queued.id));
    assertEquals(List.of(), node.shed(queued.id));
    assertEquals(Optional.empty(), node.firstUnbegun(List.of(begun.id, queued.id)));
  }
}

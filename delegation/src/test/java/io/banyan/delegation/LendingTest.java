package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.Claim;
import io.banyan.schema.DecisionLine;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Interval;
import io.banyan.schema.Manifest;
import io.banyan.schema.Outcome;
import io.banyan.schema.PeerId;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Priority;
import io.banyan.schema.Routing;
import io.banyan.schema.SplitRule;
import io.banyan.schema.Step;
import io.banyan.schema.TrapKind;
import io.banyan.trust.Evidence;
import io.banyan.trust.LeaseShare;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Lending by literal example; long, because every fault has its own. */
class LendingTest {
  private static final Digest LINK = TestingManifests.link(1);
  private static final PeerId ANN = TestingManifests.peer(1);
  private static final PeerId BOB = TestingManifests.peer(2);
  private static final PeerId EVE = TestingManifests.peer(3);
  private static final long SECOND = 1_000_000_000;
  private static final double WEIGHT = 4; // fuel a byte: what a leaf of one byte takes
  private static final long CALL_NANOS = 100_000_000; // 0.1 s, which is 40 fuel a second
  private static final int LEAVES = 512;

  /* Jobs: upper case of 512 letters, a letter a leaf; two children of 256, with 16 of 16 each. */

  private static byte[] letters(int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append((char) ('a' + i % 26));
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static Manifest manifest(byte[] input, double weight) {
    return TestingManifests.of(new SplitRule.ByBytes(), 1, BlobRef.of(input), 3_600_000, weight);
  }

  private static TestingNode.Job job(byte[] input, Manifest manifest) {
    return new TestingNode.Job(LINK, manifest, input, new TestingGuest.UpperCase(true));
  }

  private static TestingNode.Job job() {
    byte[] input = letters(LEAVES);
    return job(input, manifest(input, WEIGHT));
  }

  private static Delegator.Settings settings(int workers) {
    return new Delegator.Settings(workers, 0.5, Placement.FASTEST_FINISH, 40);
  }

  private static TestingNode node(int workers) {
    TestingNode node = new TestingNode(settings(workers));
    node.callNanos = CALL_NANOS;
    return node;
  }

  private static SoloRun solo(TestingNode.Job job) {
    return new SoloRun(job.manifest, job.cuts, job.input, job.guest);
  }

  private static PlanNode cells(int from, int to) {
    return new PlanNode.Cells(new Interval(from, to));
  }

  private static <C extends Command> List<C> only(Class<C> kind, List<Command> commands) {
    return commands.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private static List<Command.Lend> lends(List<Command> commands) {
    return only(Command.Lend.class, commands);
  }

  private static Decision last(TestingNode.Job job) {
    return job.decisions.getLast();
  }

  /**
   * Makes every own call, and has every peer deliver what it is lent, until {@code job} is over.
   */
  private static void finish(TestingNode node, TestingNode.Job job) {
    SoloRun solo = solo(job);
    while (job.end.isEmpty()) {
      if (!node.lent.isEmpty()) {
        node.deliver(node.lent.firstKey(), solo);
      } else {
        answerNext(node);
      }
    }
  }

  private static void answerNext(TestingNode node) {
    node.answer(node.active().findFirst().orElseThrow(() -> new AssertionError("nothing is out")));
  }

  private static void assertCameToTheSame(TestingNode.Job job) {
    SoloRun solo = solo(job);
    SoloRun.Done done = solo.root.orElseThrow();
    JobEnd.Completed end = assertInstanceOf(JobEnd.Completed.class, job.end.orElseThrow());
    assertEquals(done.value(), end.value());
    assertEquals(done.evidence(), end.evidence());
    assertEquals(solo.steps, job.stepsInOrder(job.task.node()));
  }

  /* What is lent. */

  @Test
  void theOutermostChildIsLentWhileOwnWorkersAreAtTheInnermost() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);

    List<Command> begun = node.submit(job);

    assertEquals(
        List.of(cells(0, 1), cells(1, 2)),
        only(Command.Execute.class, begun).stream()
            .map(command -> command.planned().node())
            .toList());
    Loan first = lends(begun).getFirst().loan();
    // 510 leaves remain, each of two could do 255 of them, and half of those are good to begin
    // with:
    // the second child, 256, is opened, and its first sixteenth is lent.
    assertEquals(cells(256, 272), first.node());
    assertEquals(256, first.fromByte());
    assertEquals(272, first.toByte());
    assertEquals(ANN, first.peer());
    assertEquals(0, first.attempt());
    assertEquals(4, first.tries());
    assertEquals(3, first.grant().hops());
    assertEquals(DecisionLine.Role.MANAGER, last(job).role());
    assertEquals(Decision.Reason.SOONER, last(job).reason());
    assertEquals(1, last(job).peers());
    assertTrue(last(job).predictedSeconds() < 0.6 * last(job).aloneSeconds());
  }

  @Test
  void aJobOfTwoNodesComesToWhatOneComesTo() {
    TestingNode node = node(2);
    TestingNode.Job job = job();
    node.join(ANN, 2);
    node.join(BOB, 1);
    node.submit(job);

    finish(node, job);

    assertCameToTheSame(job);
    JobEnd.Completed end = (JobEnd.Completed) job.end.orElseThrow();
    assertEquals(job.adopted.size(), end.lentReceipts().size());
    List<Digest> inPlanOrder =
        job.adopted.entrySet().stream()
            .sorted(
                (one, other) ->
                    Integer.compare(
                        ((PlanNode.Cells) one.getKey()).interval().from(),
                        ((PlanNode.Cells) other.getKey()).interval().from()))
            .map(entry -> entry.getValue().delivery().receipt())
            .toList();
    assertEquals(inPlanOrder, end.lentReceipts());
  }

  @Test
  void nothingIsLentBeforeALeafHasToldTheWeight() {
    TestingNode node = node(1);
    byte[] input = letters(LEAVES);
    TestingNode.Job job = job(input, manifest(input, 0));
    node.join(ANN, 1);

    List<Command> begun = node.submit(job);
    CallReport.Returned report =
        assertInstanceOf(CallReport.Returned.class, node.perform(node.out.get(0L)));
    List<Command> told =
        node.report(0, new CallReport.Returned(report.input(), report.output(), 4, CALL_NANOS));

    assertEquals(List.of(), lends(begun));
    assertTrue(!lends(told).isEmpty());
    assertEquals(Decision.WeightSource.FINISHED_LEAVES, last(job).source());
  }

  @Test
  void aNodeWithoutPeersRunsEverythingAndSaysWhy() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.submit(job);

    finish(node, job);

    assertCameToTheSame(job);
    assertTrue(node.everLent.isEmpty());
    assertTrue(job.decisions.stream().allMatch(made -> made.reason() == Decision.Reason.NO_PEERS));
  }

  @Test
  void whatIsNotAboveTheThresholdIsRunHere() {
    TestingNode node = node(1);
    byte[] input = letters(LEAVES);
    TestingNode.Job job = job(input, manifest(input, 0.5 * 40 / LEAVES));
    node.join(ANN, 8);

    node.submit(job);

    assertTrue(node.everLent.isEmpty());
    assertEquals(Decision.Reason.BELOW_THRESHOLD, last(job).reason());
  }

  @Test
  void whatCostsMoreToSendThanToDoIsRunHere() {
    Delegator delegator = new Delegator(Delegator.Settings.of(1));
    long bytes = 4L << 30; // 4 GiB at 1 ns a byte are 4 s
    Manifest manifest =
        TestingManifests.of(
            new SplitRule.ByBytes(), 1 << 20, new BlobRef(Digest.ZERO, bytes), 3_600_000, 1);
    delegator.handle(new Event.PeerJoined(ANN, PeerProfile.of(8, 0)), 0);

    List<Command> commands =
        delegator.handle(
            new Event.Begun(TestingManifests.task(LINK, manifest, manifest.cutsBySize(), true)), 0);

    assertEquals(List.of(), lends(commands));
    Decision decision = only(Command.Explain.class, commands).getFirst().decision();
    assertEquals(Decision.Reason.NOT_SOONER, decision.reason());
    assertEquals("sending it costs more than doing it", decision.reason().words());
    assertTrue(decision.predictedSeconds() > decision.aloneSeconds());
  }

  @Test
  void aPeerThatJoinsLaterIsLentToAtOnce() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.submit(job);

    List<Command> joined = node.join(ANN, 1);

    assertTrue(!lends(joined).isEmpty());
    assertEquals(DecisionLine.Role.MANAGER, last(job).role());
  }

  @Test
  void aPeerHoldsTwoLeasesForEachWorkerAndNeverMoreThanSixteen() {
    TestingNode slow = node(1);
    slow.join(ANN, 1);
    TestingNode fast = node(1);
    fast.join(BOB, 1000);

    slow.submit(job());
    fast.submit(job());

    assertEquals(2, slow.lent.size());
    assertEquals(16, fast.lent.size());
  }

  @Test
  void leasesGetSmallerTowardsTheEnd() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.submit(job);
    finish(node, job);

    List<Integer> sizes =
        node.everLent.values().stream()
            .map(loan -> ((PlanNode.Cells) loan.node()).interval().count())
            .toList();

    assertEquals(16, sizes.getFirst());
    assertEquals(1, sizes.getLast());
  }

  @Test
  void roundRobinLendsInTheOrderOfPeerIds() {
    TestingNode node = new TestingNode(new Delegator.Settings(1, 0.5, Placement.ROUND_ROBIN, 40));
    node.join(EVE, 1);
    node.join(ANN, 1);
    node.join(BOB, 1);

    node.submit(job());

    assertEquals(
        List.of(ANN, BOB, EVE, ANN, BOB, EVE),
        node.lent.values().stream().map(Loan::peer).toList());
  }

  @Test
  void theFastestPeerIsLentToFirst() {
    TestingNode node = node(1);
    node.join(ANN, 1);
    node.join(BOB, 4);

    node.submit(job());

    assertEquals(BOB, node.everLent.firstEntry().getValue().peer());
  }

  /* Whom nothing is lent to. */

  @Test
  void aJobForSomePeersOnlyGoesToNobodyElse() {
    TestingNode node = node(1);
    byte[] input = letters(LEAVES);
    Manifest all = manifest(input, WEIGHT);
    Routing onlyBob = new Routing(Priority.NORMAL, List.of(BOB), List.of(), false);
    TestingNode.Job job =
        job(input, TestingManifests.with(all, all.budget(), onlyBob, all.retries()));
    node.join(ANN, 1);
    node.join(BOB, 1);

    node.submit(job);

    assertEquals(Set.of(BOB), peersLentTo(node));
    assertEquals(1, last(job).peers());
  }

  @Test
  void aJobThatWantsLabelsGoesToNobodyWhoseLabelsAreNotKnown() {
    TestingNode node = node(1);
    byte[] input = letters(LEAVES);
    Manifest all = manifest(input, WEIGHT);
    Routing labels = new Routing(Priority.NORMAL, List.of(), List.of("gpu"), false);
    TestingNode.Job job =
        job(input, TestingManifests.with(all, all.budget(), labels, all.retries()));
    node.join(ANN, 1);

    node.submit(job);

    assertTrue(node.everLent.isEmpty());
    assertEquals(Decision.Reason.NO_MATCH, last(job).reason());
  }

  private static PeerProfile labelled(String... labels) {
    return new PeerProfile(1, 0, List.of(labels), Optional.empty(), 0, 0, true);
  }

  @Test
  void aJobThatWantsLabelsGoesToThoseThatHaveAllOfThem() {
    TestingNode node = node(1);
    byte[] input = letters(LEAVES);
    Manifest all = manifest(input, WEIGHT);
    Routing labels = new Routing(Priority.NORMAL, List.of(), List.of("gpu", "zone=a"), false);
    TestingNode.Job job =
        job(input, TestingManifests.with(all, all.budget(), labels, all.retries()));
    node.join(ANN, labelled("gpu"));
    node.join(BOB, labelled("zone=a", "gpu", "fast"));

    node.submit(job);
    finish(node, job);

    assertEquals(Set.of(BOB), peersLentTo(node));
    assertEquals(1, last(job).peers());
    assertCameToTheSame(job);
  }

  @Test
  void aPeerThatTakesNoMoreWorkIsLentNothing() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, new PeerProfile(1, 0, List.of(), Optional.empty(), 0, 0, false));
    node.submit(job);
    assertTrue(node.everLent.isEmpty());
    assertEquals(Decision.Reason.NO_PEERS, last(job).reason());

    List<Command> changed = node.change(ANN, PeerProfile.of(1, 0));

    assertTrue(!lends(changed).isEmpty());
  }

  /** A second there and back: what takes a second alone is not sooner anywhere else. */
  @Test
  void aPeerThatIsFarAwayIsNotWorthIt() {
    TestingNode near = node(1);
    TestingNode far = node(1);
    byte[] input = letters(LEAVES);
    TestingNode.Job short1 = job(input, manifest(input, 0.1));
    TestingNode.Job short2 = job(input, manifest(input, 0.1));
    near.join(ANN, new PeerProfile(4, 0, List.of(), Optional.empty(), 1_000_000, 0, true));
    far.join(ANN, new PeerProfile(4, 0, List.of(), Optional.empty(), SECOND, 0, true));

    near.submit(short1);
    far.submit(short2);

    assertEquals(Decision.Reason.SOONER, last(short1).reason());
    assertEquals(Decision.Reason.NOT_SOONER, last(short2).reason());
  }

  /**
   * What is left takes 48 to 51 s alone, and half of that and of Ann's four ways there and back
   * together: she is lent to at 9 s a way, and not any more at 14. What is between changes nothing.
   */
  @Test
  void aRoleDoesNotFlipOnNoise() {
    TestingNode node = node(1);
    byte[] input = letters(LEAVES);
    TestingNode.Job job = job(input, manifest(input, WEIGHT));
    node.submit(job);

    List<DecisionLine.Role> roles = new ArrayList<>();
    for (long away : new long[] {20, 11, 9, 11, 14, 11}) {
      PeerProfile profile =
          new PeerProfile(1, 0, List.of(), Optional.empty(), away * SECOND, 0, true);
      if (roles.isEmpty()) {
        node.join(ANN, profile);
      } else {
        node.change(ANN, profile);
      }
      roles.add(last(job).role());
    }

    DecisionLine.Role lends = DecisionLine.Role.MANAGER;
    DecisionLine.Role runs = DecisionLine.Role.WORKER;
    assertEquals(List.of(runs, runs, lends, lends, runs, runs), roles);
  }

  @Test
  void byAffinityAPeerIsGivenWhatItHasWorkedOn() {
    TestingNode node = new TestingNode(new Delegator.Settings(1, 0.5, Placement.AFFINITY, 40));
    node.callNanos = CALL_NANOS;
    TestingNode.Job first = job();
    node.join(ANN, 1);
    node.submit(first);
    SoloRun solo = solo(first);
    node.pass(2 * SECOND);
    PlanNode known = node.lent.lastEntry().getValue().node();
    node.deliver(node.lent.lastKey(), solo);
    node.cancel(first.id);
    node.join(BOB, 8);
    byte[] input = letters(LEAVES);
    TestingNode.Job second =
        new TestingNode.Job(
            TestingManifests.link(2),
            manifest(input, WEIGHT),
            input,
            new TestingGuest.UpperCase(true));

    List<Loan> loans = lends(node.submit(second)).stream().map(Command.Lend::loan).toList();

    assertEquals(ANN, loans.getFirst().peer());
    assertEquals(known, loans.getFirst().node());
  }

  private static Set<PeerId> peersLentTo(TestingNode node) {
    return new HashSet<>(node.everLent.values().stream().map(Loan::peer).toList());
  }

  /** A child's task: cells 0 to 256 of the job. */
  private static TestingNode.Job childJob(Budget grant, int tries, List<PeerId> above) {
    TestingNode.Job whole = job();
    Task task =
        TestingManifests.leased(
            TestingManifests.link(9),
            whole.task,
            cells(0, 256),
            whole.task.ground(),
            grant,
            tries,
            above);
    return new TestingNode.Job(task, whole.input, whole.guest);
  }

  private static Budget grant(int leaves, int hops) {
    return new Budget(1L << 40, leaves, 1L << 40, 1L << 30, hops, 600_000);
  }

  @Test
  void nothingIsLentToTheHoldersOfTheChainAbove() {
    TestingNode node = node(1);
    TestingNode.Job job = childJob(grant(2048, 3), 4, List.of(ANN, BOB));
    node.join(ANN, 1);
    node.join(BOB, 1);
    node.join(EVE, 1);
    node.submit(job);

    finish(node, job);

    assertEquals(Set.of(EVE), peersLentTo(node));
    JobEnd.Completed end = assertInstanceOf(JobEnd.Completed.class, job.end.orElseThrow());
    SoloRun.Done done = solo(job).done(cells(0, 256));
    assertEquals(done.value(), end.value());
    assertEquals(done.evidence(), end.evidence());
    assertEquals(solo(job).steps(cells(0, 256)), job.stepsInOrder(cells(0, 256)));
  }

  @Test
  void aTaskWithoutHopsLendsNothing() {
    TestingNode node = node(1);
    TestingNode.Job job = childJob(grant(2048, 0), 4, List.of(BOB));
    node.join(ANN, 1);

    node.submit(job);

    assertTrue(node.everLent.isEmpty());
    assertEquals(Decision.Reason.NO_HOPS, last(job).reason());
  }

  @Test
  void aTaskThatEnoughPeersHaveTriedLendsNothing() {
    TestingNode node = node(1);
    TestingNode.Job job = childJob(grant(2048, 3), 0, List.of(BOB));
    node.join(ANN, 1);

    node.submit(job);

    assertTrue(node.everLent.isEmpty());
    assertEquals(Decision.Reason.NO_TRIES, last(job).reason());
  }

  @Test
  void aChildKnowsTheWeightOfAModuleFromItsTaskBefore() {
    TestingNode node = node(1);
    byte[] input = letters(LEAVES);
    TestingNode.Job before = job(input, manifest(input, 0));
    node.submit(before);
    CallReport.Returned report =
        assertInstanceOf(CallReport.Returned.class, node.perform(node.out.get(0L)));
    node.report(0, new CallReport.Returned(report.input(), report.output(), 4, CALL_NANOS));
    node.cancel(LINK);
    node.join(ANN, 1);
    Task task =
        TestingManifests.leased(
            TestingManifests.link(9),
            before.task,
            cells(0, 256),
            before.task.ground(),
            grant(2048, 3),
            4,
            List.of(BOB));
    TestingNode.Job next = new TestingNode.Job(task, input, before.guest);

    List<Command> begun = node.submit(next);

    assertTrue(!lends(begun).isEmpty());
    assertEquals(Decision.WeightSource.EARLIER_TASKS, last(next).source());
    assertEquals(WEIGHT, last(next).score().operationWeight());
  }

  /** What this node has measured counts more than what a submitter says. */
  @Test
  void aChildTrustsItsOwnMeasureMoreThanTheEstimate() {
    TestingNode node = node(1);
    byte[] input = letters(LEAVES);
    TestingNode.Job before = job(input, manifest(input, 0));
    node.submit(before);
    node.answer(0);
    node.cancel(LINK);
    TestingNode.Job boasted = job(input, manifest(input, 1e6));
    Task task =
        TestingManifests.leased(
            TestingManifests.link(9),
            boasted.task,
            cells(0, 256),
            boasted.task.ground(),
            grant(2048, 3),
            4,
            List.of(BOB));
    TestingNode.Job next = new TestingNode.Job(task, input, before.guest);

    node.submit(next);

    assertEquals(Decision.WeightSource.EARLIER_TASKS, last(next).source());
    assertEquals(WEIGHT, last(next).score().operationWeight());
    assertTrue(last(next).isSpeedMeasured());
  }

  /** The weight is the estimate's; how fast that is done was measured on another job. */
  @Test
  void anEstimateIsPricedByTheSpeedThatWasMeasured() {
    TestingNode node = node(1);
    byte[] input = letters(LEAVES);
    TestingNode.Job before = job(input, manifest(input, 0));
    node.callNanos = 2 * CALL_NANOS;
    node.submit(before);
    node.answer(0);
    node.cancel(LINK);
    TestingNode.Job next =
        new TestingNode.Job(
            TestingManifests.link(2), manifest(input, 10), input, new TestingGuest.UpperCase(true));

    node.submit(next);

    assertEquals(Decision.WeightSource.ESTIMATE, last(next).source());
    assertEquals(10, last(next).score().operationWeight());
    assertEquals(20, last(next).score().availableCapacity(), 1e-9);
    assertTrue(last(next).isSpeedMeasured());
  }

  /** A unit takes no more than a call may; what is said beyond that is not believed. */
  @Test
  void anEstimateBeyondReasonIsCut() {
    TestingNode node = node(1);
    byte[] input = letters(LEAVES);
    TestingNode.Job job = job(input, manifest(input, Double.MAX_VALUE));
    node.join(ANN, 1);

    node.submit(job);

    assertEquals((double) job.manifest.limits().fuel(), last(job).score().operationWeight());
    finish(node, job);
    assertCameToTheSame(job);
  }

  /* What may be spent. */

  @Test
  void aLeaseIsGrantedForEveryTryWhileThereIsEnough() {
    TestingNode node = node(1);
    TestingNode.Job job = childJob(grant(1 << 20, 3), 2, List.of(BOB));
    node.join(ANN, 1);

    node.submit(job);

    Loan loan = node.everLent.firstEntry().getValue();
    int leaves = ((PlanNode.Cells) loan.node()).interval().count();
    assertEquals(2L * leaves, loan.grant().leaves());
    assertEquals(4L * leaves * job.manifest.limits().fuel(), loan.grant().fuel());
    assertEquals(2, loan.grant().hops());
    assertEquals(2, loan.tries());
    assertEquals(30_000, loan.grant().timeMillis());
  }

  /** 256 leaves, each once: what a lease that failed had reserved is there again. */
  @Test
  void aGrantWithoutASpareSufficesWhateverIsLost() {
    TestingNode node = node(1);
    TestingNode.Job job = childJob(grant(256, 3), 4, List.of(BOB));
    node.join(ANN, 1);
    node.join(EVE, 1);
    node.submit(job);

    for (int lost = 0; lost < 3; lost++) {
      node.fail(node.lent.firstKey(), new LeaseFailure.Lost("it crashed"));
    }
    finish(node, job);

    JobEnd.Completed end = assertInstanceOf(JobEnd.Completed.class, job.end.orElseThrow());
    assertEquals(256, end.evidence().leaves());
  }

  @Test
  void aTaskThatSpendsItsLeavesIsRefused() {
    TestingNode node = node(1);
    TestingNode.Job job = childJob(grant(100, 3), 4, List.of(BOB));
    node.join(ANN, 1);
    node.submit(job);

    finish(node, job);

    assertEquals(
        new JobEnd.PlanRefused("the plan has more leaves than the 100 it may have"),
        job.end.orElseThrow());
  }

  @Test
  void aTaskThatSpendsItsFuelIsRefused() {
    TestingNode node = node(1);
    Budget little = new Budget(100, 256, 1L << 40, 1L << 30, 0, 600_000);
    TestingNode.Job job = childJob(little, 4, List.of(BOB));
    node.submit(job);

    finish(node, job);

    assertEquals(
        new JobEnd.PlanRefused("the plan takes more fuel than the 100 it may take"),
        job.end.orElseThrow());
  }

  @Test
  void aTaskIsRefusedWhenItsOwnCallsTakeTheFuelThatALeaseNeeds() {
    Delegator delegator = new Delegator(settings(1));
    Budget little = new Budget(1L << 20, 2048, 1L << 40, 1L << 30, 3, 600_000);
    TestingNode.Job job = childJob(little, 4, List.of(BOB));
    delegator.handle(new Event.PeerJoined(ANN, PeerProfile.of(1, 0)), 0);
    List<Command> begun = delegator.handle(new Event.Begun(job.task), 0);
    Command.Lend lend = lends(begun).getFirst();
    CallReport costly =
        new CallReport.Returned(
            Digest.ZERO, List.of(BlobRef.of(new byte[1])), 1L << 20, CALL_NANOS);
    long call = only(Command.Execute.class, begun).getFirst().call();

    List<Command> all = delegator.handle(new Event.Executed(call, costly), 0);
    Delivery delivery = TestingNode.parcel(lend.loan().node(), solo(job)).delivery();
    List<Command> delivered = delegator.handle(new Event.Delivered(lend.lease(), delivery), 0);

    assertEquals(List.of(), only(Command.Finish.class, all));
    assertEquals(
        new Command.Finish(
            job.id,
            new JobEnd.PlanRefused("the plan takes more fuel than the 1048576 it may take")),
        delivered.getLast());
  }

  @Test
  void aDeliveryThatCostMoreThanItsGrantIsNotTaken() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.submit(job);
    long lease = node.lent.firstKey();
    Loan loan = node.lent.get(lease);
    SoloRun solo = solo(job);
    TestingNode.Parcel parcel = TestingNode.parcel(loan.node(), solo);
    Evidence honest = parcel.delivery().evidence();
    Evidence greedy =
        new Evidence(honest.executionRoot(), loan.grant().leaves() + 1, honest.fuel());

    List<Command> commands =
        node.deliver(
            lease,
            new TestingNode.Parcel(
                new Delivery(parcel.delivery().value(), greedy, Digest.ZERO),
                parcel.blobs(),
                parcel.steps()),
            solo.bytesByDigest);

    assertEquals(List.of(), only(Command.Adopt.class, commands));
    finish(node, job);
    assertCameToTheSame(job);
  }

  @Test
  void aDeliveryOverMoreLeasesThanAnyoneChecksIsNotTaken() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.submit(job);
    long lease = node.lent.firstKey();
    SoloRun solo = solo(job);
    TestingNode.Parcel parcel = TestingNode.parcel(node.lent.get(lease).node(), solo);
    Delivery honest = parcel.delivery();
    Delivery deep =
        new Delivery(honest.value(), honest.evidence(), honest.receipt(), LeaseShare.ALL);

    List<Command> commands =
        node.deliver(
            lease,
            new TestingNode.Parcel(deep, parcel.blobs(), parcel.steps()),
            solo.bytesByDigest);

    assertEquals(List.of(), only(Command.Adopt.class, commands));
    finish(node, job);
    assertCameToTheSame(job);
  }

  /* Faults. */

  @Test
  void aLeaseThatIsLostGoesToAnotherPeer() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.submit(job);
    node.join(BOB, 1);
    long lease = node.everLent.firstKey();
    Loan lost = node.everLent.get(lease);
    assertEquals(ANN, lost.peer());
    SoloRun solo = solo(job);
    node.deliver(
        node.lent.entrySet().stream()
            .filter(entry -> entry.getValue().peer().equals(BOB))
            .findFirst()
            .orElseThrow()
            .getKey(),
        solo);

    List<Command> commands = new ArrayList<>(node.fail(lease, new LeaseFailure.Lost("it crashed")));
    while (lends(commands).stream().noneMatch(lend -> lend.loan().node().equals(lost.node()))) {
      long bobs =
          node.lent.entrySet().stream()
              .filter(entry -> entry.getValue().peer().equals(BOB))
              .findFirst()
              .orElseThrow()
              .getKey();
      commands.addAll(node.deliver(bobs, solo));
    }

    Loan again =
        lends(commands).stream()
            .map(Command.Lend::loan)
            .filter(loan -> loan.node().equals(lost.node()))
            .findFirst()
            .orElseThrow();
    assertEquals(BOB, again.peer());
    assertEquals(3, again.tries());
  }

  /* What somebody else would do sooner. */

  private static List<Command> passHeardByAll(TestingNode node, long nanos, PeerId... peers) {
    List<Command> commands = new ArrayList<>();
    for (long passed = 0; passed < nanos; passed += SECOND / 2) {
      for (PeerId peer : peers) {
        commands.addAll(node.hear(peer, 1));
      }
      commands.addAll(node.pass(Math.min(nanos, SECOND / 2)));
    }
    return commands;
  }

  private static long leaseOf(TestingNode node, PeerId peer) {
    return node.lent.entrySet().stream()
        .filter(entry -> entry.getValue().peer().equals(peer))
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  /** All is done but what Ann is at, 16 leaves; the own worker is at another job. */
  private static TestingNode straggling(TestingNode.Job job) {
    TestingNode node = node(1);
    node.join(ANN, 1);
    node.submit(job);
    while (node.active().findAny().isPresent()) {
      answerNext(node);
    }
    node.accept(node.lent.firstKey());
    node.begin(node.lent.firstKey());
    byte[] input = letters(LEAVES);
    Manifest all = manifest(input, WEIGHT);
    Routing nobody =
        new Routing(Priority.NORMAL, List.of(TestingManifests.peer(9)), List.of(), false);
    Manifest own = TestingManifests.with(all, all.budget(), nobody, all.retries());
    node.submit(
        new TestingNode.Job(
            TestingManifests.link(2), own, input, new TestingGuest.UpperCase(true)));
    return node;
  }

  @Test
  void whatIsLongInComingIsLentToAnIdlePeerToo() {
    TestingNode.Job job = job();
    TestingNode node = straggling(job);
    long first = node.lent.firstKey();
    node.join(BOB, 1);

    List<Command> commands = passHeardByAll(node, 8 * SECOND, ANN, BOB);

    List<Loan> seconds = lends(commands).stream().map(Command.Lend::loan).toList();
    assertEquals(1, seconds.size(), seconds::toString);
    assertTrue(seconds.getFirst().second());
    assertEquals(node.everLent.get(first).node(), seconds.getFirst().node());
    assertEquals(BOB, seconds.getFirst().peer());
    List<Command> delivered = node.deliver(leaseOf(node, BOB), solo(job));
    assertEquals(
        List.of(first),
        only(Command.Revoke.class, delivered).stream().map(Command.Revoke::lease).toList());
    finish(node, job);
    assertCameToTheSame(job);
  }

  @Test
  void whenTheFirstLeaseIsLostTheSecondCounts() {
    TestingNode.Job job = job();
    TestingNode node = straggling(job);
    long first = node.lent.firstKey();
    node.join(BOB, 1);
    passHeardByAll(node, 8 * SECOND, ANN, BOB);

    List<Command> lost = node.fail(first, new LeaseFailure.Lost("it crashed"));

    assertEquals(List.of(), lends(lost));
    node.deliver(leaseOf(node, BOB), solo(job));
    finish(node, job);
    assertCameToTheSame(job);
  }

  @Test
  void aSecondLeaseThatIsRefusedMayBeHadByAnother() {
    TestingNode.Job job = job();
    TestingNode node = straggling(job);
    long first = node.lent.firstKey();
    node.join(BOB, 1);
    passHeardByAll(node, 8 * SECOND, ANN, BOB);
    node.join(EVE, 1);

    List<Command> refused = node.refuse(leaseOf(node, BOB), true, 0);

    Loan again = lends(refused).getFirst().loan();
    assertTrue(again.second());
    assertEquals(EVE, again.peer());
    assertEquals(node.everLent.get(first).node(), again.node());
    node.deliver(first, solo(job));
    finish(node, job);
    assertCameToTheSame(job);
  }

  /** Ann has one worker and two leases of 16 leaves: the second must wait for the first. */
  @Test
  void anIdleWorkerTakesBackWhatAPeerHasNotBegun() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.submit(job);
    long waits = node.lent.lastKey();

    List<Command> commands = new ArrayList<>();
    while (node.lent.size() == 2) {
      commands = node.answer(node.active().findFirst().orElseThrow());
    }

    assertEquals(waits, only(Command.Revoke.class, commands).getFirst().lease());
    assertTrue(!only(Command.Execute.class, commands).isEmpty());
    finish(node, job);
    assertCameToTheSame(job);
  }

  @Test
  void whatAPeerHasBegunIsNotTakenBack() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.submit(job);
    node.begin(node.lent.lastKey());

    while (node.active().findFirst().isPresent()) {
      answerNext(node);
    }

    assertEquals(2, node.lent.size());
  }

  @Test
  void anIdlePeerGetsWhatABusierOneHasNotBegun() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.submit(job);
    PlanNode waits = node.lent.lastEntry().getValue().node();
    node.join(BOB, 1);
    SoloRun solo = solo(job);

    List<Command> commands = new ArrayList<>();
    while (only(Command.Revoke.class, commands).isEmpty()) {
      commands = passHeardByAll(node, SECOND / 16, ANN, BOB);
      commands.addAll(node.deliver(leaseOf(node, BOB), solo));
      commands.addAll(node.hear(BOB, 1));
    }

    long revoked = only(Command.Revoke.class, commands).getFirst().lease();
    assertEquals(waits, node.everLent.get(revoked).node());
    assertTrue(
        lends(commands).stream()
            .map(Command.Lend::loan)
            .anyMatch(loan -> loan.node().equals(waits) && loan.peer().equals(BOB)));
    finish(node, job);
    assertCameToTheSame(job);
  }

  /** Three in a row, then none for 2.5 to 5 s, and then one to see. */
  @Test
  void aPeerThatLosesEverythingIsLeftAloneForAWhile() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 4);
    node.submit(job);

    for (int lost = 0; lost < Breaker.LOST_MAX; lost++) {
      node.fail(node.lent.firstKey(), new LeaseFailure.Lost("it crashed"));
    }
    while (!node.lent.isEmpty()) {
      node.fail(node.lent.firstKey(), new LeaseFailure.Lost("it crashed"));
    }
    assertEquals(Decision.Reason.NO_PEERS, last(job).reason());
    List<Command> soon = passHeard(node, 2 * SECOND);
    List<Command> later = passHeard(node, 4 * SECOND);

    assertEquals(List.of(), lends(soon));
    assertEquals(1, lends(later).size());
    List<Command> delivered = node.deliver(node.lent.firstKey(), solo(job));
    assertTrue(lends(delivered).size() > 1);
    finish(node, job);
    assertCameToTheSame(job);
  }

  private static List<Command> passHeard(TestingNode node, long nanos) {
    List<Command> commands = new ArrayList<>();
    for (long passed = 0; passed < nanos; passed += SECOND / 2) {
      commands.addAll(node.pass(SECOND / 2));
      commands.addAll(node.hear(ANN));
    }
    return commands;
  }

  @Test
  void whatEnoughPeersHaveLostIsRunHere() {
    TestingNode node = node(1);
    byte[] input = letters(LEAVES);
    Manifest all = manifest(input, WEIGHT);
    TestingNode.Job job = job(input, TestingManifests.with(all, all.budget(), Routing.DEFAULT, 0));
    node.join(ANN, 1);
    node.join(BOB, 1);
    node.submit(job);
    long lease = node.lent.firstKey();
    PlanNode lost = node.lent.get(lease).node();

    node.fail(lease, new LeaseFailure.Lost("it crashed"));
    finish(node, job);

    assertCameToTheSame(job);
    Interval below = ((PlanNode.Cells) lost).interval();
    assertEquals(
        1,
        node.everLent.values().stream()
            .map(loan -> ((PlanNode.Cells) loan.node()).interval())
            .filter(at -> below.from() <= at.from() && at.to() <= below.to())
            .count());
  }

  /** What nobody has worked on was nobody's turn. */
  @Test
  void whoIsRefusedEverywhereIsNextAgain() {
    TestingNode node = node(1);
    TestingNode.Job first = job();
    Task task = TestingManifests.task(TestingManifests.link(2), first.manifest, first.cuts, true);
    TestingNode.Job second =
        new TestingNode.Job(
            TestingManifests.of(task, TestingManifests.peer(9).key(), Priority.NORMAL),
            first.input,
            first.guest);
    node.join(ANN, 1);
    node.submit(first);
    node.submit(second);
    for (long lease : List.copyOf(node.lent.keySet())) {
      assertEquals(first.id, node.lent.get(lease).link());
      node.refuse(lease, false, 2000);
    }

    List<Command> after = node.pass(2 * SECOND);

    assertEquals(first.id, lends(after).getFirst().loan().link());
  }

  @Test
  void aBusyPeerIsNotAskedAgainBeforeItsTime() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.submit(job);
    long first = node.lent.firstKey();
    PlanNode wanted = node.lent.get(first).node();
    node.refuse(node.lent.lastKey(), false, 2000);

    List<Command> refused = node.refuse(first, false, 2000);
    List<Command> before = node.pass(2 * SECOND - 1);
    List<Command> after = node.pass(1);

    assertEquals(List.of(), lends(refused));
    assertEquals(List.of(), lends(before));
    Loan again =
        lends(after).stream()
            .map(Command.Lend::loan)
            .filter(loan -> loan.node().equals(wanted))
            .findFirst()
            .orElseThrow();
    assertEquals(1, again.attempt());
    assertEquals(4, again.tries());
  }

  @Test
  void aPeerThatRefusesOnPrincipleIsOfferedNothingElseOfTheTask() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.submit(job);
    List<Long> leases = List.copyOf(node.lent.keySet());
    PlanNode refused = node.lent.get(leases.getFirst()).node();
    node.accept(leases.getLast()); // it was asked before

    node.refuse(leases.getFirst(), true, 0);
    Decision alone = last(job);
    List<Command> joined = node.join(BOB, 1);
    finish(node, job);

    assertEquals(Decision.Reason.NO_PEERS, alone.reason());
    assertEquals(refused, lends(joined).getFirst().loan().node());
    assertEquals(4, lends(joined).getFirst().loan().tries(), "a refusal uses up no try");
    assertCameToTheSame(job);
    assertEquals(
        leases,
        node.everLent.entrySet().stream()
            .filter(entry -> entry.getValue().peer().equals(ANN))
            .map(Map.Entry::getKey)
            .toList());
  }

  @Test
  void aPeerThatRefusesOneTaskOnPrincipleIsOfferedTheNext() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.submit(job);
    node.refuse(node.lent.firstKey(), true, 0);
    node.cancel(LINK);
    byte[] input = letters(LEAVES);
    TestingNode.Job next =
        new TestingNode.Job(
            TestingManifests.link(2),
            manifest(input, WEIGHT),
            input,
            new TestingGuest.UpperCase(true));

    List<Command> begun = node.submit(next);

    assertTrue(!lends(begun).isEmpty());
  }

  @Test
  void whatAPeerThatLeftHadIsLentAgainAndTheLateDeliveryWins() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.submit(job);
    long lease = node.lent.firstKey();
    PlanNode lost = node.lent.get(lease).node();
    node.accept(lease);
    node.leave(ANN);

    node.join(BOB, 1);
    long again =
        node.lent.entrySet().stream()
            .filter(entry -> entry.getValue().peer().equals(BOB))
            .filter(entry -> entry.getValue().node().equals(lost))
            .findFirst()
            .orElseThrow()
            .getKey();
    List<Command> late = node.deliver(lease, solo(job));

    assertEquals(
        List.of(again),
        only(Command.Revoke.class, late).stream().map(Command.Revoke::lease).toList());
    assertEquals(List.of(new Command.Adopt(LINK, lost, lease)), only(Command.Adopt.class, late));
    finish(node, job);
    assertCameToTheSame(job);
  }

  @Test
  void aLateDeliveryEndsWhatWasBegunHereInItsPlace() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.submit(job);
    long lease = node.lent.firstKey();
    Interval lost = ((PlanNode.Cells) node.lent.get(lease).node()).interval();
    assertEquals(16, lost.count());
    node.leave(ANN);
    Set<PlanNode> doneHere = new HashSet<>();
    while (doneHere.size() < 3) {
      answerNext(node);
      job.records.keySet().stream()
          .filter(at -> lost.from() <= ((PlanNode.Cells) at).interval().from())
          .filter(at -> ((PlanNode.Cells) at).interval().to() <= lost.to())
          .forEach(doneHere::add);
    }

    List<Command> late = node.deliver(lease, solo(job));

    assertEquals(
        doneHere,
        new HashSet<>(
            only(Command.Forget.class, late).stream().map(Command.Forget::node).toList()));
    assertEquals(2, only(Command.Interrupt.class, late).size());
    assertEquals(
        List.of(new Command.Adopt(LINK, new PlanNode.Cells(lost), lease)),
        only(Command.Adopt.class, late));
    finish(node, job);
    assertCameToTheSame(job);
    assertEquals(1, node.held(LINK).size());
  }

  @Test
  void whatIsDoneHereFirstRevokesTheSuspendedLease() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.submit(job);
    long lease = node.lent.firstKey();
    PlanNode lost = node.lent.get(lease).node();
    node.leave(ANN);

    while (!job.records.containsKey(lost)) {
      answerNext(node);
    }

    assertTrue(!node.lent.containsKey(lease));
    assertEquals(List.of(), node.deliver(lease, solo(job)));
    finish(node, job);
    assertCameToTheSame(job);
  }

  @Test
  void aPeerThatIsBackGoesOnWithItsLeases() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.submit(job);
    List<Long> leases = List.copyOf(node.lent.keySet());
    leases.forEach(node::accept);
    long lease = leases.getFirst();
    PlanNode lent = node.lent.get(lease).node();

    node.leave(ANN);
    node.pass(5 * SECOND);
    List<Command> echo = node.hear(ANN); // of the connection that is gone
    Decision away = last(job);
    List<Command> back = node.join(ANN, 1);
    Decision again = last(job);
    for (int second = 0; second < 20; second++) {
      node.pass(SECOND);
      node.hear(ANN);
    }
    List<Command> delivered = node.deliver(lease, solo(job));

    assertEquals(List.of(), echo);
    assertEquals(Decision.Reason.NO_PEERS, away.reason());
    assertEquals(Decision.Reason.SOONER, again.reason());
    assertEquals(List.of(), lends(back), "it holds as much as it may");
    assertEquals(
        List.of(new Command.Adopt(LINK, lent, lease)), only(Command.Adopt.class, delivered));
    assertEquals(List.of(), only(Command.Revoke.class, delivered));
    finish(node, job);
    assertCameToTheSame(job);
    assertEquals(
        new HashSet<>(node.everLent.values().stream().map(Loan::node).toList()).size(),
        node.everLent.size(),
        "something was lent twice");
    assertTrue(
        leases.stream()
            .map(each -> node.everLent.get(each).node())
            .allMatch(job.adopted::containsKey));
  }

  @Test
  void whatWasBegunHereWhileAPeerWasAwayStaysHere() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.submit(job);
    List<Long> leases = List.copyOf(node.lent.keySet());
    leases.forEach(node::accept);
    PlanNode first = node.lent.get(leases.getFirst()).node();
    node.leave(ANN);
    answerNext(node); // the next call is of what it was lent

    node.join(ANN, 1);
    assertTrue(node.lent.keySet().containsAll(leases));
    while (!job.records.containsKey(first)) {
      answerNext(node);
    }

    assertTrue(!node.lent.containsKey(leases.getFirst()));
    finish(node, job);
    assertCameToTheSame(job);
  }

  @Test
  void theLeasesOfAPeerThatStaysAwayAreOverAfterTenHeartbeats() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.submit(job);
    List<Long> leases = List.copyOf(node.lent.keySet());
    leases.forEach(node::accept);
    node.leave(ANN);

    List<Command> before = node.pass(10 * SECOND - 1);
    List<Command> over = node.pass(1);
    List<Command> back = node.join(ANN, 1);

    assertEquals(List.of(), only(Command.Revoke.class, before));
    assertEquals(
        leases, only(Command.Revoke.class, over).stream().map(Command.Revoke::lease).toList());
    assertEquals(2, lends(back).size());
    finish(node, job);
    assertCameToTheSame(job);
  }

  @Test
  void aPeerThatIsHeardInTimeKeepsItsLeases() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.submit(job);
    long lease = node.lent.firstKey();
    node.accept(lease);

    for (int second = 0; second < 9; second++) {
      node.pass(3 * SECOND - 1);
      node.hear(ANN);
    }

    assertTrue(job.adopted.isEmpty());
    assertTrue(node.lent.containsKey(lease), "lost, though it was heard");
  }

  @Test
  void aPeerThatMissesThreeHeartbeatsIsSuspectAndGoesOnWhenItIsHeard() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.submit(job);
    long lease = node.lent.firstKey();
    node.accept(lease);
    int decisions = job.decisions.size();

    node.pass(3 * SECOND);
    Decision suspected = last(job);
    node.hear(ANN);

    assertEquals(decisions + 2, job.decisions.size());
    assertEquals(Decision.Reason.NO_PEERS, suspected.reason());
    assertEquals(Decision.Reason.SOONER, last(job).reason());
    assertTrue(node.lent.containsKey(lease));
    assertEquals(List.of(), only(Command.Revoke.class, node.deliver(lease, solo(job))));
  }

  @Test
  void afterTenMissedHeartbeatsALeaseIsOverAndALateDeliveryStillCounts() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.submit(job);
    long lease = node.lent.firstKey();
    node.accept(lease);

    List<Command> before = node.pass(10 * SECOND - 1);
    List<Command> over = node.pass(1);
    List<Command> late = node.deliver(lease, solo(job));

    assertEquals(List.of(), only(Command.Revoke.class, before));
    assertEquals(2, only(Command.Revoke.class, over).size());
    assertEquals(1, only(Command.Adopt.class, late).size());
    finish(node, job);
    assertCameToTheSame(job);
  }

  @Test
  void aLeaseWhoseTimeIsOverIsLost() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.submit(job);
    long lease = node.lent.firstKey();
    node.accept(lease);
    long millis = node.lent.get(lease).grant().timeMillis();

    for (long second = 1; second < millis / 1000; second++) {
      node.pass(SECOND);
      node.hear(ANN);
      assertTrue(node.lent.containsKey(lease));
    }
    node.pass(SECOND);

    assertTrue(!node.lent.containsKey(lease));
    finish(node, job);
    assertCameToTheSame(job);
  }

  @Test
  void anIdleWorkerBeginsWhatIsTwiceAsLongInComingAsPredicted() {
    TestingNode node = node(1);
    byte[] input = letters(16);
    TestingNode.Job job = job(input, manifest(input, WEIGHT));
    node.join(ANN, 1);
    node.submit(job);
    node.lent.keySet().stream().toList().forEach(node::accept);
    List<PlanNode> out = node.lent.values().stream().map(Loan::node).toList();
    double predicted = node.everLent.firstEntry().getValue().predictedSeconds();
    while (node.active().findAny().isPresent()) {
      answerNext(node);
    }
    assertEquals(out.getFirst(), node.everLent.firstEntry().getValue().node());

    List<Command> before = node.pass((long) (2 * predicted * SECOND) - 1);
    List<Command> after = node.pass(1);

    assertEquals(List.of(), only(Command.Execute.class, before));
    assertEquals(
        List.of(out.getFirst()),
        only(Command.Execute.class, after).stream()
            .map(command -> command.planned().node())
            .toList());
    finish(node, job);
    assertCameToTheSame(job);
  }

  @Test
  void anOfferThatIsNotAnsweredIsLost() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.submit(job);
    long lease = node.lent.firstKey();

    for (int second = 0; second < 10; second++) {
      assertTrue(node.lent.containsKey(lease));
      node.pass(SECOND);
      node.hear(ANN);
    }

    assertTrue(!node.lent.containsKey(lease));
  }

  @Test
  void whatDoesNotFitAChildsGrantIsRunHere() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.join(BOB, 1);
    node.submit(job);
    long lease = node.lent.firstKey();
    Interval heavy = ((PlanNode.Cells) node.lent.get(lease).node()).interval();

    node.fail(lease, new LeaseFailure.OverGrant("more leaves than granted"));
    finish(node, job);

    assertCameToTheSame(job);
    assertEquals(
        1,
        node.everLent.values().stream()
            .map(loan -> ((PlanNode.Cells) loan.node()).interval())
            .filter(at -> heavy.from() <= at.from() && at.to() <= heavy.to())
            .count());
  }

  /* Bad outcomes. */

  private static Claim trapped(TestingNode.Job job, PlanNode node, byte letter) {
    return new Claim(
        job.manifest.profile(),
        Plan.of(job.manifest).key(node),
        GuestFunction.EXECUTE,
        BlobRef.of(new byte[] {letter}).digest(),
        Digest.ZERO,
        0,
        4,
        new Outcome.Trapped(TrapKind.UNREACHABLE));
  }

  @Test
  void aTrapAtAChildFailsTheJobOnlyWhenTheEntryNodeHasComeToTheSame() {
    TestingNode node = node(1);
    byte[] input = letters(LEAVES);
    input[260] = TestingGuest.TRAP;
    TestingNode.Job job = job(input, manifest(input, WEIGHT));
    node.join(ANN, 1);
    node.submit(job);
    long lease = node.lent.firstKey();
    assertEquals(cells(256, 272), node.lent.get(lease).node());
    Claim claim = trapped(job, cells(260, 261), TestingGuest.TRAP);

    node.fail(lease, new LeaseFailure.TaskFailed(cells(260, 261), claim));

    assertEquals(Optional.empty(), job.end);
    answerNext(node);
    answerNext(node);
    assertEquals(Optional.empty(), job.end);
    answerNext(node); // the two calls that were out come first, and then the leaf in question
    assertEquals(new JobEnd.TaskFailed(cells(260, 261), claim), job.end.orElseThrow());
  }

  @Test
  void aLieAboutATrapDoesNotFailTheJob() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.join(BOB, 1);
    node.submit(job);
    long lease = node.lent.firstKey();
    Interval lied = ((PlanNode.Cells) node.lent.get(lease).node()).interval();
    PlanNode leaf = cells(lied.from(), lied.from() + 1);

    node.fail(lease, new LeaseFailure.TaskFailed(leaf, trapped(job, leaf, job.input[lied.from()])));
    finish(node, job);

    assertCameToTheSame(job);
    assertEquals(
        1,
        node.everLent.values().stream()
            .map(loan -> ((PlanNode.Cells) loan.node()).interval())
            .filter(at -> lied.from() <= at.from() && at.to() <= lied.to())
            .count());
  }

  @Test
  void aTrapBelowAChildEndsItsTaskAndItsLenderDecides() {
    TestingNode node = node(1);
    TestingNode.Job job = childJob(grant(2048, 3), 4, List.of(BOB));
    node.join(ANN, 1);
    node.submit(job);
    PlanNode leaf = cells(20, 21);
    Claim claim = trapped(job, leaf, job.input[20]);

    List<Command> commands =
        node.fail(node.lent.firstKey(), new LeaseFailure.TaskFailed(leaf, claim));

    assertEquals(new JobEnd.TaskFailed(leaf, claim), job.end.orElseThrow());
    assertEquals(2, only(Command.Interrupt.class, commands).size());
    assertInstanceOf(Command.Finish.class, commands.getLast());
    assertTrue(node.lent.isEmpty());
  }

  @Test
  void cancellingRevokesWhatIsLentAndNothingFollows() {
    TestingNode node = node(1);
    TestingNode.Job job = job();
    node.join(ANN, 1);
    node.submit(job);
    List<Long> leases = List.copyOf(node.lent.keySet());

    List<Command> commands = node.cancel(LINK);

    assertEquals(
        leases, only(Command.Revoke.class, commands).stream().map(Command.Revoke::lease).toList());
    assertEquals(new Command.Finish(LINK, new JobEnd.Cancelled()), commands.getLast());
    assertEquals(List.of(), node.deliver(leases.getFirst(), solo(job)));
    assertEquals(List.of(), node.accept(leases.getLast()));
    assertEquals(List.of(), node.refuse(leases.getLast(), false, 0));
    assertEquals(List.of(), node.leave(ANN));
    assertEquals(Long.MAX_VALUE, node.wakeNanos());
  }

  /* The rule module. */

  @Test
  void underTheRuleModuleOnlyPartsAreLentAndLargeOnesAreSplitBefore() {
    TestingNode node = node(1);
    byte[] input = letters(200);
    Manifest manifest =
        TestingManifests.of(new SplitRule.ByModule(), 4, BlobRef.of(input), 3_600_000, WEIGHT);
    TestingNode.Job job = new TestingNode.Job(LINK, manifest, input, new TestingGuest.WordCount());
    node.join(ANN, 1);

    List<Command> begun = node.submit(job);
    List<Command> split = node.answer(0);

    assertEquals(List.of(), lends(begun));
    // Both halves are more than half of what a peer should have: one is split here for it.
    assertEquals(List.of(), lends(split));
    finish(node, job);
    assertCameToTheSame(job);
    assertTrue(!node.everLent.isEmpty());
    Loan loan = node.everLent.firstEntry().getValue();
    assertEquals(0, loan.toByte());
    assertEquals(
        2 * loan.part().orElseThrow().bytes().length(), loan.part().orElseThrow().parentBytes());
    List<Step> steps = job.stepsInOrder(job.task.node());
    assertEquals(solo(job).steps, steps);
  }
}

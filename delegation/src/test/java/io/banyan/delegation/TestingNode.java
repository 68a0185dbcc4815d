package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.Cuts;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Limits;
import io.banyan.schema.Manifest;
import io.banyan.schema.Outcome;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Step;
import io.banyan.schema.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A node around the real Delegator: keeps blobs, makes calls when it is told to go on, on a clock
 * that stands still between events. What it lends is there for a test to answer. Holds every
 * command against what it may be, at once.
 */
final class TestingNode {
  final Map<Digest, Job> jobs = new LinkedHashMap<>();
  final TreeMap<Long, PlannedCall> out = new TreeMap<>(); // given out and not answered
  final Set<Long> interrupted = new HashSet<>();
  final TreeMap<Long, Loan> lent = new TreeMap<>(); // neither answered for good nor revoked
  final TreeMap<Long, Loan> everLent = new TreeMap<>();
  final Set<PeerId> joined = new HashSet<>();
  final Map<Blob, Integer> counts = new HashMap<>();
  long nowNanos;
  long callNanos = 1000; // that every call takes

  private final Delegator.Settings settings;
  private final int workers;
  private final Delegator delegator;
  private final Map<Digest, byte[]> bytesByDigest = new HashMap<>();
  private final Set<Long> adoptedNow = new HashSet<>();
  private final List<Told> told = new ArrayList<>();
  private Optional<Parcel> inHand = Optional.empty(); // what is being delivered

  /** A blob that a task has stored. */
  record Blob(Digest link, BlobRef ref) {}

  private record Told(Event event, long nowNanos, List<Command> commands) {}

  /** What a peer delivers: besides what the Delegator is told, what it need not know. */
  record Parcel(Delivery delivery, List<BlobRef> blobs, List<Step> steps) {}

  /** One task, with all that was said about it. */
  static final class Job {
    final Digest id;
    final Task task;
    final Manifest manifest;
    final byte[] input;
    final TestingGuest guest;
    final Optional<Cuts> cuts;
    final Map<PlanNode, Command.Record> records = new LinkedHashMap<>();
    final Map<PlanNode, Parcel> adopted = new LinkedHashMap<>();
    final Map<PlanNode, Parcel> reused = new LinkedHashMap<>();
    private final Map<PlanNode, Parcel> remembered = new LinkedHashMap<>();
    private Map<Digest, byte[]> rememberedBytes = Map.of();
    final Set<PlanNode> everDone = new HashSet<>();
    final List<Decision> decisions = new ArrayList<>();
    Optional<JobEnd> end = Optional.empty();
    long submittedNanos;
    long endNanos;
    private long leavesSpent;
    private long fuelSpent;
    private long ownFuel; // of that, by calls made here
    private long bytesSpent;

    /** A whole job. */
    Job(Digest id, Manifest manifest, byte[] input, TestingGuest guest) {
      this(
          TestingManifests.task(
              id, manifest, TestingManifests.cuts(manifest, input), guest.merges()),
          input,
          guest);
    }

    /** A plan node of the job over {@code input}. */
    Job(Task task, byte[] input, TestingGuest guest) {
      this.id = task.link();
      this.task = task;
      this.manifest = task.manifest();
      this.input = input;
      this.guest = guest;
      this.cuts =
          task.ground() instanceof Task.Ground.Cells(Cuts found)
              ? Optional.of(found)
              : Optional.empty();
    }

    /** The same, and {@code found} of what {@code solo} came to is known from the beginning. */
    Job knowing(Set<PlanNode> found, SoloRun solo) {
      Map<PlanNode, Known.Finished> finished = new LinkedHashMap<>();
      for (PlanNode node : found) {
        SoloRun.Done done = solo.done(node);
        finished.put(node, new Known.Finished(done.value(), done.evidence()));
      }
      Job knowing = new Job(task.knowing(Known.of(finished)), input, guest);
      for (PlanNode node : knowing.task.known().all().keySet()) {
        knowing.remembered.put(node, parcel(node, solo));
      }
      knowing.rememberedBytes = solo.bytesByDigest;
      return knowing;
    }

    /** The recorded steps in the order of a receipt: split, children's, merge. */
    List<Step> stepsInOrder(PlanNode root) {
      List<Step> steps = new ArrayList<>();
      appendSteps(root, steps);
      return steps;
    }

    private void appendSteps(PlanNode node, List<Step> steps) {
      Parcel parcel = adopted.getOrDefault(node, reused.get(node));
      if (parcel != null) {
        steps.addAll(parcel.steps());
        return;
      }
      Command.Record recorded = records.get(node);
      assertTrue(recorded != null, "plan node " + node + " was not recorded");
      recorded.steps().stream()
          .filter(step -> step.claim().function() == GuestFunction.SPLIT)
          .forEach(steps::add);
      recorded.children().forEach(child -> appendSteps(child, steps));
      recorded.steps().stream()
          .filter(step -> step.claim().function() != GuestFunction.SPLIT)
          .forEach(steps::add);
    }

    /** The receipts of what was adopted, in the order of the plan. */
    List<Digest> receiptsInOrder(PlanNode node) {
      if (reused.containsKey(node)) {
        return List.of();
      }
      Parcel parcel = adopted.get(node);
      return parcel != null
          ? List.of(parcel.delivery().receipt())
          : records.get(node).children().stream()
              .flatMap(child -> receiptsInOrder(child).stream())
              .toList();
    }

    private boolean isDone(PlanNode node) {
      return records.containsKey(node) || adopted.containsKey(node) || reused.containsKey(node);
    }

    private void forget(PlanNode node) {
      if (adopted.remove(node) == null && reused.remove(node) == null) {
        records.remove(node).children().forEach(this::forget);
      }
    }
  }

  TestingNode(int workers) {
    this(Delegator.Settings.of(workers));
  }

  TestingNode(Delegator.Settings settings) {
    this.settings = settings;
    this.workers = settings.workers();
    this.delegator = new Delegator(settings);
  }

  long wakeNanos() {
    return delegator.wakeNanos();
  }

  Optional<JobProgress> progress(Digest job) {
    return delegator.progress(job);
  }

  List<Command> submit(Job job) {
    jobs.put(job.id, job);
    job.submittedNanos = nowNanos;
    bytesByDigest.putAll(job.rememberedBytes);
    job.remembered.values().forEach(parcel -> parcel.blobs().forEach(ref -> store(job.id, ref)));
    return handle(new Event.Begun(job.task));
  }

  List<Command> cancel(Digest job) {
    return handle(new Event.Cancelled(job));
  }

  List<Command> shed(Digest job) {
    return handle(new Event.Shed(job));
  }

  /** The first of {@code jobs} of which nothing has begun. */
  Optional<Digest> firstUnbegun(List<Digest> jobs) {
    return delegator.firstUnbegun(jobs);
  }

  List<Command> wake() {
    return handle(new Event.Woken());
  }

  /** Lets time pass, and wakes the Delegator whenever it wants to be woken. */
  List<Command> pass(long nanos) {
    List<Command> commands = new ArrayList<>();
    long until = nowNanos + nanos;
    while (wakeNanos() <= until) {
      nowNanos = wakeNanos();
      commands.addAll(wake());
    }
    nowNanos = until;
    return commands;
  }

  /* Peers. */

  List<Command> join(PeerId peer, int peerWorkers) {
    return join(peer, peerWorkers, 0);
  }

  List<Command> join(PeerId peer, int peerWorkers, long fuelPerSecond) {
    joined.add(peer);
    return handle(new Event.PeerJoined(peer, PeerProfile.of(peerWorkers, fuelPerSecond)));
  }

  List<Command> join(PeerId peer, PeerProfile profile) {
    joined.add(peer);
    return handle(new Event.PeerJoined(peer, profile));
  }

  List<Command> change(PeerId peer, PeerProfile profile) {
    return handle(new Event.PeerChanged(peer, profile));
  }

  /** What it says of its speed. */
  long fuelPerSecond() {
    return delegator.fuelPerSecond();
  }

  List<Command> hear(PeerId peer) {
    return hear(peer, 0);
  }

  List<Command> hear(PeerId peer, int freeWorkers) {
    return handle(new Event.PeerHeard(peer, freeWorkers));
  }

  /** A heartbeat has shown that it is worked on. */
  List<Command> begin(long lease) {
    return handle(new Event.LeaseProgressed(lease, 0));
  }

  List<Command> leave(PeerId peer) {
    joined.remove(peer);
    return handle(new Event.PeerLeft(peer));
  }

  /** {@code peer} says what it holds. */
  List<Command> hold(Digest link, PeerId peer, List<PlanNode> nodes) {
    return handle(new Event.PeerHolds(link, peer, nodes));
  }

  List<Command> accept(long lease) {
    return handle(new Event.LeaseAccepted(lease));
  }

  List<Command> refuse(long lease, boolean everMore, long retryAfterMillis) {
    lent.remove(lease);
    return handle(new Event.LeaseRefused(lease, everMore, retryAfterMillis, "refused"));
  }

  List<Command> fail(long lease, LeaseFailure failure) {
    lent.remove(lease);
    return handle(new Event.LeaseFailed(lease, failure));
  }

  /** What a solo run came to, delivered. */
  List<Command> deliver(long lease, SoloRun solo) {
    return deliver(lease, parcel(everLent.get(lease).node(), solo), solo.bytesByDigest);
  }

  static Parcel parcel(PlanNode node, SoloRun solo) {
    SoloRun.Done done = solo.done(node);
    Digest receipt =
        Digest.sha256(node.toString().getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    return new Parcel(
        new Delivery(done.value(), done.evidence(), receipt), done.blobs(), solo.steps(node));
  }

  /** Stores what was delivered, tells of it, and drops it if it came too late. */
  List<Command> deliver(long lease, Parcel parcel, Map<Digest, byte[]> bytes) {
    Loan loan = everLent.get(lease);
    Job job = jobs.get(loan.link());
    boolean open = job.end.isEmpty();
    if (open) {
      for (BlobRef ref : parcel.blobs()) {
        bytesByDigest.put(ref.digest(), bytes.get(ref.digest()));
        store(loan.link(), ref);
      }
    }
    inHand = Optional.of(parcel);
    lent.remove(lease);
    adoptedNow.clear();
    List<Command> commands = handle(new Event.Delivered(lease, parcel.delivery()));
    if (open && !adoptedNow.contains(lease)) {
      parcel.blobs().forEach(ref -> release(loan.link(), ref));
    }
    return commands;
  }

  /* Calls. */

  /** Makes the call and tells what came of it. */
  List<Command> answer(long call) {
    return report(call, perform(out.get(call)));
  }

  /** Tells {@code report} of a call that is out. */
  List<Command> report(long call, CallReport report) {
    PlannedCall planned = out.remove(call);
    boolean late = interrupted.remove(call);
    Job job = jobs.get(planned.link());
    if (!late && report instanceof CallReport.Returned returned) {
      returned.output().forEach(ref -> store(planned.link(), ref));
      job.fuelSpent += returned.fuel();
      job.ownFuel += returned.fuel();
    }
    boolean over = job.end.isPresent();
    List<Command> commands = handle(new Event.Executed(call, report));
    if (late && over) {
      assertTrue(
          commands.stream().noneMatch(command -> linkOf(command).equals(planned.link())),
          "a late echo of call " + call + " made commands");
    }
    return commands;
  }

  private Digest linkOf(Command command) {
    return switch (command) {
      case Command.Execute(long _, PlannedCall planned) -> planned.link();
      case Command.Interrupt(long call) -> out.get(call).link();
      case Command.Record record -> record.link();
      case Command.Release release -> release.link();
      case Command.Explain(Decision decision) -> decision.link();
      case Command.Finish finish -> finish.link();
      case Command.Lend(long _, Loan loan) -> loan.link();
      case Command.Revoke(long lease, String _) -> everLent.get(lease).link();
      case Command.Adopt adopt -> adopt.link();
      case Command.Forget forget -> forget.link();
      case Command.Reuse reuse -> reuse.link();
    };
  }

  /** The same events come to the same commands. */
  void replay() {
    Delegator again = new Delegator(settings);
    for (Told was : told) {
      assertEquals(was.commands(), again.handle(was.event(), was.nowNanos()));
    }
  }

  private List<Command> handle(Event event) {
    List<Command> commands = delegator.handle(event, nowNanos);
    told.add(new Told(event, nowNanos, commands));
    commands.forEach(this::take);
    int calls = out.size() - interrupted.size();
    assertTrue(calls <= 2 * workers, calls + " calls are out for " + workers + " workers");
    long wakeNanos = delegator.wakeNanos();
    assertTrue(
        wakeNanos == Long.MAX_VALUE || wakeNanos - nowNanos > 0, "a driver would wake for ever");
    return commands;
  }

  private void take(Command command) {
    Job job = jobs.get(linkOf(command));
    assertTrue(job.end.isEmpty(), "after its end job " + job.id + " got " + command);
    switch (command) {
      case Command.Execute(long call, PlannedCall planned) -> {
        assertNull(out.put(call, planned), "call " + call + " was given out twice");
        assertFalse(job.isDone(planned.node()), planned.words() + " is made of what is done");
        assertFalse(job.task.known().covers(planned.node()), planned.words() + " is known");
        bytes(planned); // all it is handed must be there
        job.leavesSpent += planned.function() == GuestFunction.EXECUTE ? 1 : 0;
        assertWithinGrant(job);
      }
      case Command.Interrupt(long call) -> {
        assertTrue(out.containsKey(call), "call " + call + " is not out");
        assertTrue(interrupted.add(call), "call " + call + " was interrupted twice");
      }
      case Command.Record record -> {
        for (PlanNode child : record.children()) {
          assertTrue(job.isDone(child), child + " comes behind " + record.node());
        }
        assertTrue(job.everDone.add(record.node()), record.node() + " came to something twice");
        job.records.put(record.node(), record);
        record.steps().forEach(step -> assertEquals(record.node(), step.node()));
      }
      case Command.Release(Digest _, List<BlobRef> blobs) ->
          blobs.forEach(ref -> release(job.id, ref));
      case Command.Explain(Decision decision) -> job.decisions.add(decision);
      case Command.Lend(long lease, Loan loan) -> lend(job, lease, loan);
      case Command.Revoke(long lease, String _) ->
          assertTrue(lent.remove(lease) != null, "lease " + lease + " is not out");
      case Command.Adopt(Digest _, PlanNode node, long lease) -> {
        Parcel parcel = inHand.orElseThrow();
        assertEquals(everLent.get(lease).node(), node);
        assertTrue(job.everDone.add(node), node + " came to something twice");
        job.adopted.put(node, parcel);
        adoptedNow.add(lease);
        job.leavesSpent += parcel.delivery().evidence().leaves();
        job.fuelSpent += parcel.delivery().evidence().fuel();
        job.bytesSpent += parcel.delivery().value().named().length();
      }
      case Command.Reuse(Digest _, PlanNode node) -> {
        Parcel parcel = job.remembered.get(node);
        assertTrue(parcel != null, node + " is not known");
        assertTrue(job.everDone.add(node), node + " came to something twice");
        job.reused.put(node, parcel);
        job.leavesSpent += parcel.delivery().evidence().leaves();
        job.fuelSpent += parcel.delivery().evidence().fuel();
        assertWithinGrant(job);
      }
      case Command.Forget(Digest _, PlanNode node, Value value) -> forget(job, node, value);
      case Command.Finish(Digest id, JobEnd end) -> {
        job.end = Optional.of(end);
        job.endNanos = nowNanos;
        out.forEach(
            (call, planned) ->
                assertFalse(
                    planned.link().equals(id) && !interrupted.contains(call),
                    "call " + call + " outlived its job"));
        lent.forEach(
            (lease, loan) ->
                assertFalse(loan.link().equals(id), "lease " + lease + " outlived its job"));
      }
    }
  }

  private void lend(Job job, long lease, Loan loan) {
    assertNull(everLent.put(lease, loan), "lease " + lease + " was lent twice");
    lent.put(lease, loan);
    assertTrue(joined.contains(loan.peer()), "lent to a stranger: " + loan);
    assertFalse(job.task.above().contains(loan.peer()), "lent upwards: " + loan);
    assertFalse(loan.node().equals(job.task.node()), "lent as a whole: " + loan);
    assertFalse(loan.node() instanceof PlanNode.Parts, "lent a group of parts: " + loan);
    assertFalse(job.isDone(loan.node()), "lent what is done: " + loan);
    assertFalse(job.task.known().covers(loan.node()), "lent what is known: " + loan);
    assertFalse(job.task.known().hasBelow(loan.node()), "lent over what is known: " + loan);
    loan.part().ifPresent(part -> fetch(job.id, part.bytes()));
    Budget grant = job.task.grant();
    assertTrue(grant.covers(loan.grant()), loan + " is not covered by " + grant);
    assertTrue(loan.grant().hops() < grant.hops(), "no hop was taken for " + loan);
    assertTrue(loan.tries() <= job.task.tries(), "more tries than there are: " + loan);
    if (loan.second()) {
      assertTrue(
          lent.values().stream()
              .anyMatch(
                  first ->
                      first.link().equals(job.id)
                          && first.node().equals(loan.node())
                          && !first.peer().equals(loan.peer())),
          "a second lease without a first: " + loan);
      assertFewSeconds(job);
    }
    assertWithinGrant(job);
  }

  private void assertFewSeconds(Job job) {
    long planLeaves =
        switch (job.task.ground()) {
          case Task.Ground.Cells _ -> ((PlanNode.Cells) job.task.node()).interval().count();
          case Task.Ground.Part(BlobRef part, long _) ->
              Math.ceilDiv(part.length(), job.manifest.chunkBytes());
        };
    long seconds =
        lent.values().stream()
            .filter(loan -> loan.link().equals(job.id) && loan.second())
            .mapToLong(loan -> loan.grant().leaves())
            .sum();
    assertTrue(seconds <= Math.max(1, planLeaves / 20), seconds + " of " + planLeaves + " leaves");
  }

  private void assertWithinGrant(Job job) {
    long leaves = job.leavesSpent;
    long fuel = job.fuelSpent;
    long bytes = job.bytesSpent;
    for (Loan loan : lent.values()) {
      if (loan.link().equals(job.id) && !loan.second()) {
        leaves += loan.grant().leaves();
        fuel += loan.grant().fuel();
        bytes += loan.grant().bytes();
      }
    }
    Budget grant = job.task.grant();
    assertTrue( // own calls are settled when they are done, and others may have it reserved by then
        leaves <= grant.leaves() && fuel - job.ownFuel <= grant.fuel() && bytes <= grant.bytes(),
        "leaves " + leaves + ", fuel " + fuel + ", bytes " + bytes + " of " + grant);
  }

  private void forget(Job job, PlanNode node, Value value) {
    assertTrue(job.isDone(node), "forgotten, and not done: " + node);
    switch (value) {
      case Value.Blob(BlobRef ref) -> release(job.id, ref);
      case Value.Rope _ ->
          job.stepsInOrder(node).stream()
              .map(Step::claim)
              .filter(claim -> claim.function() == GuestFunction.EXECUTE)
              .forEach(claim -> release(job.id, new BlobRef(claim.output(), claim.outputBytes())));
      case Value.Empty() -> throw new AssertionError("nothing is forgotten");
    }
    job.forget(node);
  }

  private void store(Digest link, BlobRef ref) {
    counts.merge(new Blob(link, ref), 1, Integer::sum);
  }

  private void release(Digest link, BlobRef ref) {
    Blob blob = new Blob(link, ref);
    assertTrue(counts.containsKey(blob), "released, and not there: " + blob);
    counts.computeIfPresent(blob, (_, count) -> count == 1 ? null : count - 1);
  }

  private byte[] fetch(Digest link, BlobRef ref) {
    if (jobs.get(link).task.ground() instanceof Task.Ground.Part(BlobRef given, long _)
        && given.equals(ref)) {
      return jobs.get(link).input;
    }
    assertTrue(counts.containsKey(new Blob(link, ref)), "needed, and not there: " + ref);
    return bytesByDigest.get(ref.digest());
  }

  /** The bytes of a part that is lent. */
  byte[] part(Loan loan) {
    return fetch(loan.link(), loan.part().orElseThrow().bytes());
  }

  private List<byte[]> bytes(PlannedCall call) {
    Job job = jobs.get(call.link());
    return switch (call.input()) {
      case InputRef.InputRange(long from, long to) ->
          List.of(Arrays.copyOfRange(job.input, (int) from, (int) to));
      case InputRef.CellIndex(int cell, int _) ->
          List.of(SoloRun.chunk(job.manifest, job.cuts.orElseThrow(), job.input, cell));
      case InputRef.Part(BlobRef part) -> List.of(fetch(job.id, part));
      case InputRef.Values(List<BlobRef> values) ->
          values.stream().map(value -> fetch(job.id, value)).toList();
    };
  }

  /** What the guest makes of the call. */
  CallReport perform(PlannedCall call) {
    TestingGuest guest = jobs.get(call.link()).guest;
    List<byte[]> handed = bytes(call);
    Digest input =
        call.input() instanceof InputRef.Values(List<BlobRef> values)
            ? Value.listDigest(values)
            : BlobRef.of(handed.getFirst()).digest();
    long fuel = TestingGuest.fuel(handed.stream().mapToInt(bytes -> bytes.length).sum());
    try {
      List<byte[]> made =
          switch (call.function()) {
            case SPLIT -> guest.split(handed.getFirst());
            case EXECUTE -> List.of(guest.execute(handed.getFirst()));
            case MERGE -> List.of(guest.merge(handed));
          };
      if (made.size() > Limits.PARTS_MAX) {
        return new CallReport.Ended(
            input, new Outcome.BadOutput(), fuel, callNanos); // as the sandbox does
      }
      return new CallReport.Returned(
          input, made.stream().map(this::name).toList(), fuel, callNanos);
    } catch (TestingGuest.Bad bad) {
      return new CallReport.Ended(input, bad.outcome, fuel, callNanos);
    }
  }

  private BlobRef name(byte[] bytes) {
    BlobRef ref = BlobRef.of(bytes);
    bytesByDigest.put(ref.digest(), bytes);
    return ref;
  }

  /** The bytes of a finished job's answer, by the blobs they must stand in. */
  byte[] join(List<BlobRef> blobs) {
    return TestingGuest.join(blobs.stream().map(ref -> bytesByDigest.get(ref.digest())).toList());
  }

  /** How often each blob of {@code job} is still held. */
  Map<BlobRef, Integer> held(Digest job) {
    Map<BlobRef, Integer> held = new HashMap<>();
    counts.forEach(
        (blob, count) -> {
          if (blob.link().equals(job)) {
            held.put(blob.ref(), count);
          }
        });
    return held;
  }

  /** The calls that are out and were not interrupted, first given first. */
  Stream<Long> active() {
    return out.keySet().stream().filter(call -> !interrupted.contains(call));
  }
}

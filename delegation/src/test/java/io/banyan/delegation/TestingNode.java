package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Cuts;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Limits;
import io.banyan.schema.Manifest;
import io.banyan.schema.Outcome;
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
 * that stands still between events. Holds every command against what it may be, at once.
 */
final class TestingNode {
  final Map<Digest, Job> jobs = new LinkedHashMap<>();
  final TreeMap<Long, PlannedCall> out = new TreeMap<>(); // given out and not answered
  final Set<Long> interrupted = new HashSet<>();
  final Map<Blob, Integer> counts = new HashMap<>();
  long nowNanos;

  private final int workers;
  private final Delegator delegator;
  private final Map<Digest, byte[]> bytesByDigest = new HashMap<>();

  /** A blob that a job has stored. */
  record Blob(Digest job, BlobRef ref) {}

  /** One job, with all that was said about it. */
  static final class Job {
    final Digest id;
    final Manifest manifest;
    final byte[] input;
    final TestingGuest guest;
    final Optional<Cuts> cuts;
    final Map<PlanNode, Command.Record> records = new LinkedHashMap<>();
    final List<Decision> decisions = new ArrayList<>();
    Optional<JobEnd> end = Optional.empty();
    long submittedNanos;
    long endNanos;

    Job(Digest id, Manifest manifest, byte[] input, TestingGuest guest) {
      this.id = id;
      this.manifest = manifest;
      this.input = input;
      this.guest = guest;
      this.cuts = TestingManifests.cuts(manifest, input);
    }

    /** The recorded steps in the order of a receipt: split, children's, merge. */
    List<Step> stepsInOrder(PlanNode root) {
      List<Step> steps = new ArrayList<>();
      appendSteps(root, steps);
      return steps;
    }

    private void appendSteps(PlanNode node, List<Step> steps) {
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
  }

  TestingNode(int workers) {
    this.workers = workers;
    this.delegator = new Delegator(Delegator.Settings.of(workers));
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
    return handle(
        new Event.Begun(TestingManifests.task(job.id, job.manifest, job.cuts, job.guest.merges())));
  }

  List<Command> cancel(Digest job) {
    return handle(new Event.Cancelled(job));
  }

  List<Command> wake() {
    return handle(new Event.Woken());
  }

  /** Makes the call and tells what came of it. */
  List<Command> answer(long call) {
    return report(call, perform(out.get(call)));
  }

  /** Tells {@code report} of a call that is out. */
  List<Command> report(long call, CallReport report) {
    PlannedCall planned = out.remove(call);
    boolean late = interrupted.remove(call);
    if (!late && report instanceof CallReport.Returned returned) {
      returned.output().forEach(ref -> store(planned.link(), ref));
    }
    List<Command> commands = handle(new Event.Executed(call, report));
    if (late) {
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
      case Command.Lend _, Command.Revoke _, Command.Adopt _, Command.Forget _ ->
          throw new AssertionError("without a peer: " + command);
    };
  }

  private List<Command> handle(Event event) {
    List<Command> commands = delegator.handle(event, nowNanos);
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
        bytes(planned); // all it is handed must be there
      }
      case Command.Interrupt(long call) -> {
        assertTrue(out.containsKey(call), "call " + call + " is not out");
        assertTrue(interrupted.add(call), "call " + call + " was interrupted twice");
      }
      case Command.Record record -> {
        for (PlanNode child : record.children()) {
          assertTrue(job.records.containsKey(child), child + " comes behind " + record.node());
        }
        assertNull(job.records.put(record.node(), record), record.node() + " recorded twice");
        record.steps().forEach(step -> assertEquals(record.node(), step.node()));
      }
      case Command.Release(Digest _, List<BlobRef> blobs) ->
          blobs.forEach(ref -> release(job.id, ref));
      case Command.Explain(Decision decision) -> job.decisions.add(decision);
      case Command.Lend _, Command.Revoke _, Command.Adopt _, Command.Forget _ ->
          throw new AssertionError("without a peer: " + command);
      case Command.Finish(Digest id, JobEnd end) -> {
        job.end = Optional.of(end);
        job.endNanos = nowNanos;
        out.forEach(
            (call, planned) ->
                assertFalse(
                    planned.link().equals(id) && !interrupted.contains(call),
                    "call " + call + " outlived its job"));
      }
    }
  }

  private void store(Digest job, BlobRef ref) {
    counts.merge(new Blob(job, ref), 1, Integer::sum);
  }

  private void release(Digest job, BlobRef ref) {
    Blob blob = new Blob(job, ref);
    assertTrue(counts.containsKey(blob), "released, and not there: " + blob);
    counts.computeIfPresent(blob, (_, count) -> count == 1 ? null : count - 1);
  }

  private byte[] fetch(Digest job, BlobRef ref) {
    assertTrue(counts.containsKey(new Blob(job, ref)), "needed, and not there: " + ref);
    return bytesByDigest.get(ref.digest());
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
            input, new Outcome.BadOutput(), fuel, 1000); // as the sandbox does
      }
      return new CallReport.Returned(input, made.stream().map(this::name).toList(), fuel, 1000);
    } catch (TestingGuest.Bad bad) {
      return new CallReport.Ended(input, bad.outcome, fuel, 1000);
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
          if (blob.job().equals(job)) {
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

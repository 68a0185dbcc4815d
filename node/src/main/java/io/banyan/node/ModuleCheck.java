package io.banyan.node;

import io.banyan.compute.CallInput;
import io.banyan.compute.CallResult;
import io.banyan.compute.Engine;
import io.banyan.compute.GuestModule;
import io.banyan.compute.LoadResult;
import io.banyan.compute.Sandbox;
import io.banyan.node.CheckCalls.CallTrouble;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Limits;
import io.banyan.schema.PublicKey;
import io.banyan.schema.SplitRule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Tries a module on a sample: whether its leaves run, what they cost, whether the same call comes
 * to the same in the interpreter and in compiled code, cold and hot, and whether its merges may be
 * grouped in any way.
 *
 * <p>Used on a worker thread.
 */
public final class ModuleCheck {
  /** Leaves that are tried: enough for two levels of merges, few enough to wait for. */
  public static final int LEAVES_MAX = 40;

  /** Leaves that a sample is cut into, at most: it comes to 17 or more, which is two levels. */
  private static final int LEAVES_WANTED = 32;

  private static final int CHUNK_BYTES_MAX = 1 << 20; // 1 MiB: what a job is cut by, if not told

  /** Long enough that no choice of a chunk depends on it. */
  private static final long LONG_INPUT_BYTES = 1L << 32; // 4 GiB

  /** The interpreter runs about so much fuel in a millisecond, on a slow machine. */
  private static final long INTERPRETED_FUEL_PER_MILLI = 2_000;

  private final JobDraft draft;
  private final byte[] wasm;
  private final Sandbox sandbox;
  private final CheckCalls calls;
  private final Effort effort;

  /**
   * What one comparison of a call may take.
   *
   * @param millis for the interpreter, and as much again for repeating compiled code
   * @param repeatsMax how often compiled code is repeated
   */
  public record Effort(long millis, int repeatsMax) {
    private static final int COMPARED_MAX = 4; // three leaves and a merge
    private static final int REPEATS_MAX = 20_000; // the JVM compiles a method after 5000 calls

    /** As much as a check may take of {@code millis} in all. */
    public static Effort within(long millis) {
      return new Effort(Math.max(1, millis / COMPARED_MAX / 2), REPEATS_MAX);
    }
  }

  private ModuleCheck(JobDraft draft, byte[] wasm, Sandbox sandbox, Effort effort) {
    this.draft = draft;
    this.wasm = wasm;
    this.sandbox = sandbox;
    this.effort = effort;
    this.calls =
        new CheckCalls(sandbox, draft.module(), draft.configuration(), draft.manifest().limits());
  }

  /**
   * {@code request} with a small sample cut finely enough to have merges, unless it says itself how
   * it is cut.
   */
  public static JobRequest sampled(JobRequest request) {
    if (request.chunkBytes().isPresent() || request.input().isEmpty()) {
      return request;
    }
    OptionalInt chunkBytes =
        request
            .rule()
            .map(rule -> chunkBytes(rule, request.input().get().size()))
            .orElse(OptionalInt.empty());
    return new JobRequest(
        request.module(),
        request.input(),
        request.rule(),
        chunkBytes,
        request.params(),
        request.shared(),
        request.limits(),
        request.timeMillis(),
        request.fuel(),
        request.routing());
  }

  private static OptionalInt chunkBytes(SplitRule rule, long sampleBytes) {
    return switch (rule) {
      case SplitRule.ByBytes(), SplitRule.ByLines() -> OptionalInt.of(chunkBytes(1, sampleBytes));
      case SplitRule.ByRecords(int record) -> OptionalInt.of(chunkBytes(record, sampleBytes));
      case SplitRule.ByIndex(int _), SplitRule.ByModule() -> OptionalInt.empty();
    };
  }

  /** A multiple of {@code unit}, at which a sample of 16 units or more makes 16 leaves or more. */
  private static int chunkBytes(int unit, long sampleBytes) {
    long units = Math.ceilDiv(Math.ceilDiv(sampleBytes, (long) unit), (long) LEAVES_WANTED);
    long unitsMax = CHUNK_BYTES_MAX / unit;
    return Math.toIntExact(unit * Math.max(1, Math.min(units, unitsMax)));
  }

  /**
   * Tries the module of {@code request} on its input.
   *
   * @param entry who it would be submitted to
   */
  public static CheckFindings of(
      JobRequest request, PublicKey entry, Sandbox sandbox, Effort effort)
      throws IOException, CommandException, InterruptedException {
    JobDraft draft = JobDraft.read(sampled(request), entry, sandbox, _ -> {});
    byte[] wasm = JobDraft.readModule(request.module());
    if (!Digest.sha256(wasm).equals(draft.module().digest())) {
      throw new CommandException(
          ExitCode.FAILURE, "module " + request.module() + " was changed while it was checked");
    }
    return run(draft, wasm, sandbox, effort);
  }

  /** Tries the module of {@code draft}, whose bytes are {@code wasm}, on leaves of its input. */
  static CheckFindings run(JobDraft draft, byte[] wasm, Sandbox sandbox, Effort effort)
      throws IOException, InterruptedException {
    ModuleCheck check = new ModuleCheck(draft, wasm, sandbox, effort);
    FutureTask<CheckFindings> task = new FutureTask<>(check::findings);
    Thread worker = Sandbox.workerThread("check", task);
    worker.start();
    try {
      return check.rehearsed(task.get());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      throw new IllegalStateException("a check failed", e.getCause());
    }
  }

  /** A sample that is too short to be rehearsed on stands for a longer input. */
  private CheckFindings rehearsed(CheckFindings found) throws IOException, InterruptedException {
    SplitRule rule = found.rule();
    if (rule instanceof SplitRule.ByModule || !found.troubles().isEmpty()) {
      return found;
    }
    Optional<Rehearsal> real =
        new Rehearser(sandbox, draft.module(), draft.configuration(), draft.manifest().limits())
            .rehearse(rule, draft.input());
    if (real.isPresent() || rule instanceof SplitRule.ByIndex) {
      return found.with(real, real.isPresent());
    }
    Rehearsal ofSample =
        new Rehearsal(rule, LONG_INPUT_BYTES, found.callFuel(), found.samples(), Optional.empty());
    return found.with(Optional.of(ofSample), false);
  }

  private CheckFindings findings() throws IOException {
    List<String> groupings = new ArrayList<>();
    List<String> troubles = new ArrayList<>();
    List<byte[]> values = new ArrayList<>();
    List<LeafSample> samples = new ArrayList<>();
    List<ComparedCall> compared = new ArrayList<>();
    boolean index = draft.manifest().splitRule() instanceof SplitRule.ByIndex;
    long bytes = 0;
    long nanos = 0;
    long longest = 0;
    long mergedBytes = 0;
    boolean mergeTried = false;
    List<byte[]> chunks = List.of();
    try {
      chunks = new SampleChunks(draft, calls).chunks();
      byte[] first = calls.execute(chunks.getFirst()).output();
      for (byte[] chunk : chunks) {
        CallResult.Returned returned = calls.execute(chunk);
        values.add(returned.output());
        bytes += chunk.length;
        nanos += returned.report().guestNanos();
        longest = Math.max(longest, returned.output().length);
        samples.add(
            new LeafSample(
                index ? 1 : Math.max(1, chunk.length),
                returned.fuel(),
                returned.report().guestNanos()));
      }
      if (!Arrays.equals(first, values.getFirst())) {
        troubles.add("execute comes to two different outputs on the same chunk");
      }
      mergeTried = calls.merges() && values.size() > 2;
      if (mergeTried) {
        Regrouping regrouping = Regrouping.of(values, calls);
        groupings.addAll(regrouping.groupings());
        troubles.addAll(regrouping.troubles());
        mergedBytes = regrouping.mergedBytes();
      }
      compared.addAll(compared(chunks, values, samples));
    } catch (CallTrouble e) {
      troubles.add(String.valueOf(e.getMessage()));
      if (e.hasOutcome() && values.size() < chunks.size()) {
        compared.add(compared(values.size(), chunks.get(values.size()), true, comparison()));
      }
    }
    compared.forEach(call -> troubles.addAll(call.differences()));
    ValueGrowth growth = new ValueGrowth(values.size(), longest, mergedBytes);
    mergeRefusal(growth).ifPresent(troubles::add);
    return new CheckFindings(
        draft.manifest().splitRule(),
        List.copyOf(samples),
        bytes,
        nanos,
        Rehearser.callFuel(draft.module()),
        calls.memoryBytesMax(),
        growth,
        mergeTried,
        groupings,
        compared,
        Optional.empty(),
        false,
        calls.log(),
        troubles);
  }

  /** Foretells that a lowest merge of a full node would be handed too much. */
  private Optional<String> mergeRefusal(ValueGrowth growth) {
    long bytesMax = draft.manifest().limits().mergeInputBytesMax();
    if (!calls.merges() || !growth.exceedsAtOnce(bytesMax)) {
      return Optional.empty();
    }
    return Optional.of(
        "merge would be handed "
            + ValueGrowth.framedBytes(growth.leafBytesMax())
            + " bytes for "
            + Limits.FAN_OUT
            + " values of the longest leaf seen, and may be handed "
            + bytesMax
            + ", half of --memory: give more of it, or return shorter values");
  }

  /** The first leaf, the one in the middle and the last, and a merge of their values. */
  private List<ComparedCall> compared(
      List<byte[]> chunks, List<byte[]> values, List<LeafSample> samples) throws CallTrouble {
    EngineComparison comparison = comparison();
    List<ComparedCall> compared = new ArrayList<>();
    List<byte[]> some = new ArrayList<>();
    int last = chunks.size() - 1;
    for (int leaf : new TreeSet<>(List.of(0, last / 2, last))) {
      byte[] chunk = shortened(chunks.get(leaf), samples.get(leaf).fuel());
      boolean whole = chunk.length == chunks.get(leaf).length;
      some.add(whole ? values.get(leaf) : calls.execute(chunk).output());
      compared.add(compared(leaf, chunk, whole, comparison));
    }
    if (calls.merges() && some.size() > 1) {
      compared.add(
          comparison.compare(
              "merge of " + some.size() + " of its values",
              false,
              GuestFunction.MERGE,
              new CallInput.Parts(some)));
    }
    return compared;
  }

  private static ComparedCall compared(
      int leaf, byte[] chunk, boolean whole, EngineComparison comparison) {
    String part = whole ? "" : ", its first " + Quantities.bytes(chunk.length);
    return comparison.compare(
        "execute of leaf " + leaf + " of the sample" + part,
        whole,
        GuestFunction.EXECUTE,
        new CallInput.Bytes(chunk));
  }

  private EngineComparison comparison() {
    GuestModule interpreted = apart(Engine.INTERPRETER);
    return new EngineComparison(by(interpreted), () -> by(apart(Engine.COMPILER)), effort);
  }

  private EngineComparison.Way by(GuestModule prepared) {
    return (function, input, wallMillis) -> calls.of(prepared, function, input, wallMillis);
  }

  private GuestModule apart(Engine engine) {
    return switch (sandbox.loadApart(wasm, engine)) {
      case LoadResult.Loaded(GuestModule loaded) -> loaded;
      case LoadResult.Rejected(String reason) ->
          throw new IllegalStateException(
              "the module was loaded before, and is not now: " + reason);
    };
  }

  /** As much of a leaf as the interpreter is likely to finish; any part of an input is an input. */
  private byte[] shortened(byte[] chunk, long leafFuel) {
    long fuel = leafFuel - Rehearser.callFuel(draft.module()); // that for memory takes it no time
    long fuelMax = effort.millis() * INTERPRETED_FUEL_PER_MILLI;
    int unit =
        switch (draft.manifest().splitRule()) {
          case SplitRule.ByBytes(), SplitRule.ByLines() -> 1;
          case SplitRule.ByRecords(int record) -> record;
          case SplitRule.ByIndex(int _), SplitRule.ByModule() -> Integer.MAX_VALUE; // not ours
        };
    if (fuel <= fuelMax || chunk.length <= unit) {
      return chunk;
    }
    int units = (int) Math.max(1, (double) chunk.length * fuelMax / fuel / unit);
    return Arrays.copyOf(chunk, units * unit);
  }
}

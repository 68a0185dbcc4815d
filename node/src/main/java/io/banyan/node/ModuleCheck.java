package io.banyan.node;

import io.banyan.compute.Call;
import io.banyan.compute.CallInput;
import io.banyan.compute.CallResult;
import io.banyan.compute.Configuration;
import io.banyan.compute.GuestModule;
import io.banyan.compute.Sandbox;
import io.banyan.schema.CallLimits;
import io.banyan.schema.Cuts;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.IndexCuts;
import io.banyan.schema.Interval;
import io.banyan.schema.Limits;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import io.banyan.schema.SplitRule;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Tries a module on a sample: whether its leaves run, what they cost, whether the same call comes
 * to the same twice, and whether its merges may be grouped in any way.
 *
 * <p>Used on a worker thread.
 */
public final class ModuleCheck {
  /** Leaves that are tried: enough for two levels of merges, few enough to wait for. */
  public static final int LEAVES_MAX = 40;

  /** Leaves that a sample is cut into, at most: it comes to 17 or more, which is two levels. */
  private static final int LEAVES_WANTED = 32;

  private static final int CHUNK_BYTES_MAX = 1 << 20; // 1 MiB: what a job is cut by, if not told

  private final Sandbox sandbox;
  private final Plan plan;
  private final GuestModule module;
  private final Configuration configuration;
  private final CallLimits limits;

  private ModuleCheck(JobDraft draft, Sandbox sandbox) {
    this.sandbox = sandbox;
    this.plan = Plan.of(draft.manifest());
    this.module = draft.module();
    this.configuration = draft.configuration();
    this.limits = draft.manifest().limits();
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
        request.timeMillis());
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

  /** Tries the module of {@code draft} on leaves of its input. */
  public static Findings run(JobDraft draft, Sandbox sandbox)
      throws IOException, InterruptedException {
    ModuleCheck check = new ModuleCheck(draft, sandbox);
    FutureTask<Findings> task = new FutureTask<>(() -> check.on(draft));
    Thread worker = Sandbox.workerThread("check", task);
    worker.start();
    try {
      return task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      throw new IllegalStateException("a check failed", e.getCause());
    }
  }

  /** Up to {@link #LEAVES_MAX} leaves, spread over the whole input; under {@code module}, first. */
  private List<byte[]> chunks(JobDraft draft) throws IOException, CallTrouble {
    if (draft.cuts().isEmpty()) {
      InputFile input = draft.input().orElseThrow();
      return leafParts(input.read(0, input.size()));
    }
    List<byte[]> chunks = new ArrayList<>();
    Cuts cuts = draft.cuts().get();
    int count = Math.min(LEAVES_MAX, cuts.count());
    for (int i = 0; i < count; i++) {
      int cell = (int) ((long) i * cuts.count() / count);
      if (cuts instanceof IndexCuts index) {
        chunks.add(index.chunk(cell));
      } else if (cuts.cut(cell) < cuts.cut(cell + 1) || cuts.size() == 0) {
        chunks.add(draft.input().orElseThrow().read(cuts.cut(cell), cuts.cut(cell + 1)));
      }
    }
    return chunks;
  }

  /** A part of the guest's splits; those that wait are in the order of the plan. */
  private record Piece(PlanNode.Part place, byte[] bytes, long parentBytes) {}

  /** The first leaves that the plan cuts {@code all} into, after at most so many splits. */
  private List<byte[]> leafParts(byte[] all) throws CallTrouble {
    List<byte[]> leaves = new ArrayList<>();
    Deque<Piece> waiting = new ArrayDeque<>();
    waiting.push(new Piece(new PlanNode.Part(List.of()), all, Long.MAX_VALUE));
    for (int splits = 0; !waiting.isEmpty() && leaves.size() < LEAVES_MAX; ) {
      Piece piece = waiting.pop();
      if (plan.isLeaf(piece.place(), piece.bytes().length, piece.parentBytes())) {
        leaves.add(piece.bytes());
      } else if (splits++ < LEAVES_MAX) {
        pieces(piece).reversed().forEach(waiting::push);
      }
    }
    return leaves;
  }

  /** What a split makes of {@code piece}, without the empty parts: the plan never runs those. */
  private List<Piece> pieces(Piece piece) throws CallTrouble {
    List<Piece> pieces = new ArrayList<>();
    List<byte[]> parts = split(piece.bytes());
    for (int i = 0; i < parts.size(); i++) {
      if (parts.get(i).length > 0) {
        pieces.add(new Piece(piece.place().child(i), parts.get(i), piece.bytes().length));
      }
    }
    if (pieces.isEmpty()) {
      throw new CallTrouble("split on the sample comes to no part that is not empty");
    }
    return pieces;
  }

  /**
   * What was found.
   *
   * @param leaves that were run
   * @param bytes that they were handed
   * @param nanos that they took, once the engine was warm
   * @param valueBytesMax the longest value of a leaf, or of a merge of all
   * @param mergeTried whether there were leaf values enough to be grouped in more than one way
   * @param groupings in which merges came to an answer, beside the plan's own
   * @param troubles what does not hold, a sentence each
   */
  public record Findings(
      int leaves,
      long bytes,
      long nanos,
      long valueBytesMax,
      boolean mergeTried,
      List<String> groupings,
      List<String> troubles) {}

  /** A call did not return. */
  private static final class CallTrouble extends Exception {
    private static final long serialVersionUID = 1;

    CallTrouble(String sentence) {
      super(sentence);
    }
  }

  private Findings on(JobDraft draft) throws IOException {
    List<String> groupings = new ArrayList<>();
    List<String> troubles = new ArrayList<>();
    List<byte[]> values = new ArrayList<>();
    long bytes = 0;
    long nanos = 0;
    long longest = 0;
    boolean mergeTried = false;
    try {
      List<byte[]> chunks = chunks(draft);
      byte[] first = call(GuestFunction.EXECUTE, new CallInput.Bytes(chunks.getFirst())).output();
      for (byte[] chunk : chunks) {
        CallResult.Returned returned = call(GuestFunction.EXECUTE, new CallInput.Bytes(chunk));
        values.add(returned.output());
        bytes += chunk.length;
        nanos += returned.report().guestNanos();
        longest = Math.max(longest, returned.output().length);
      }
      if (!Arrays.equals(first, values.getFirst())) {
        troubles.add("execute comes to two different outputs on the same chunk");
      }
      mergeTried = module.exports(GuestFunction.MERGE) && values.size() > 2;
      if (mergeTried) {
        longest = Math.max(longest, regroup(values, groupings, troubles));
      }
    } catch (CallTrouble e) {
      troubles.add(String.valueOf(e.getMessage()));
    }
    mergeRefusal(longest).ifPresent(troubles::add);
    return new Findings(values.size(), bytes, nanos, longest, mergeTried, groupings, troubles);
  }

  /** Foretells that a merge of a full node would be handed too much. */
  private Optional<String> mergeRefusal(long valueBytes) {
    long framedBytes = 4 + Limits.FAN_OUT * (4 + valueBytes); // a count, and a length each
    if (!module.exports(GuestFunction.MERGE) || framedBytes <= limits.mergeInputBytesMax()) {
      return Optional.empty();
    }
    return Optional.of(
        "merge would be handed "
            + framedBytes
            + " bytes for "
            + Limits.FAN_OUT
            + " values of the longest seen, and may be handed "
            + limits.mergeInputBytesMax()
            + ", half of --memory: give more of it, or return shorter values");
  }

  /** Merges {@code values} in several groupings, and returns the length of what all come to. */
  private int regroup(List<byte[]> values, List<String> groupings, List<String> troubles)
      throws CallTrouble {
    byte[] planned = asPlanned(values, Interval.all(values.size()));
    Map<String, byte[]> others = new LinkedHashMap<>();
    others.put("in pairs", inPairs(values));
    others.put("one by one from the left", fromTheLeft(values));
    others.put("one by one from the right", fromTheRight(values));
    others.forEach(
        (grouping, answer) -> {
          groupings.add(grouping);
          if (!Arrays.equals(planned, answer)) {
            troubles.add(
                "merge, grouped "
                    + grouping
                    + ", comes to another answer than as the plan groups: the"
                    + " answer would depend on how the plan is cut");
          }
        });
    return planned.length;
  }

  /** As the plan does, which never hands a merge more than {@link Limits#FAN_OUT} values. */
  private byte[] asPlanned(List<byte[]> values, Interval interval) throws CallTrouble {
    if (interval.count() == 1) {
      return values.get(interval.from());
    }
    List<byte[]> below = new ArrayList<>();
    for (Interval child : interval.children()) {
      below.add(asPlanned(values, child));
    }
    return merge(below);
  }

  private byte[] inPairs(List<byte[]> values) throws CallTrouble {
    List<byte[]> level = values;
    while (level.size() > 1) {
      List<byte[]> above = new ArrayList<>();
      for (int i = 0; i < level.size(); i += 2) {
        above.add(i + 1 < level.size() ? merge(level.subList(i, i + 2)) : level.get(i));
      }
      level = above;
    }
    return level.getFirst();
  }

  private byte[] fromTheLeft(List<byte[]> values) throws CallTrouble {
    byte[] merged = values.getFirst();
    for (byte[] value : values.subList(1, values.size())) {
      merged = merge(List.of(merged, value));
    }
    return merged;
  }

  private byte[] fromTheRight(List<byte[]> values) throws CallTrouble {
    byte[] merged = values.getLast();
    for (byte[] value : values.subList(0, values.size() - 1).reversed()) {
      merged = merge(List.of(value, merged));
    }
    return merged;
  }

  private byte[] merge(List<byte[]> values) throws CallTrouble {
    return call(GuestFunction.MERGE, new CallInput.Parts(values)).output();
  }

  private CallResult.Returned call(GuestFunction function, CallInput input) throws CallTrouble {
    if (made(function, input) instanceof CallResult.Returned returned) {
      return returned;
    }
    throw new IllegalStateException(function + " returned the parts of a split");
  }

  private List<byte[]> split(byte[] all) throws CallTrouble {
    if (made(GuestFunction.SPLIT, new CallInput.Bytes(all)) instanceof CallResult.Divided divided) {
      return divided.parts();
    }
    throw new IllegalStateException("a split returned a value");
  }

  private CallResult made(GuestFunction function, CallInput input) throws CallTrouble {
    CallResult result = sandbox.call(new Call(module, function, input, configuration, limits));
    return switch (result) {
      case CallResult.Returned _, CallResult.Divided _ -> result;
      case CallResult.Faulted faulted ->
          throw new CallTrouble(
              function.exportName() + " on the sample " + faulted.outcome().words());
      case CallResult.NoResult noResult ->
          throw new CallTrouble(
              function.exportName() + " on the sample could not be run here: " + noResult.detail());
    };
  }
}

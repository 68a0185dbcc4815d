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
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  private final Sandbox sandbox;
  private final GuestModule module;
  private final Configuration configuration;
  private final CallLimits limits;

  private ModuleCheck(JobDraft draft, Sandbox sandbox) {
    this.sandbox = sandbox;
    this.module = draft.module();
    this.configuration = draft.configuration();
    this.limits = draft.manifest().limits();
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

  /** Up to {@link #LEAVES_MAX} leaves, spread over the whole input; under {@code module}, parts. */
  private List<byte[]> chunks(JobDraft draft) throws IOException, CallTrouble {
    if (draft.cuts().isEmpty()) {
      InputFile input = draft.input().orElseThrow();
      List<byte[]> parts = split(input.read(0, input.size()));
      return parts.subList(0, Math.min(LEAVES_MAX, parts.size()));
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

  /**
   * What was found.
   *
   * @param leaves that were run
   * @param bytes that they were handed
   * @param nanos that they took, once the engine was warm
   * @param valueBytesMax the longest value of a leaf, or of a merge of all
   * @param groupings in which merges were tried, beside all at once
   * @param troubles what does not hold, a sentence each
   */
  public record Findings(
      int leaves,
      long bytes,
      long nanos,
      long valueBytesMax,
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
      if (module.exports(GuestFunction.MERGE) && values.size() > 2) {
        longest = Math.max(longest, regroup(values, groupings, troubles));
      }
    } catch (CallTrouble e) {
      troubles.add(String.valueOf(e.getMessage()));
    }
    return new Findings(values.size(), bytes, nanos, longest, groupings, troubles);
  }

  /** Merges {@code values} in several groupings, and returns the length of what all come to. */
  private int regroup(List<byte[]> values, List<String> groupings, List<String> troubles)
      throws CallTrouble {
    byte[] atOnce = merge(values);
    Map<String, byte[]> others = new LinkedHashMap<>();
    others.put("in pairs", inPairs(values));
    others.put("one by one from the left", fromTheLeft(values));
    others.put("one by one from the right", fromTheRight(values));
    others.forEach(
        (grouping, answer) -> {
          groupings.add(grouping);
          if (!Arrays.equals(atOnce, answer)) {
            troubles.add(
                "merge, grouped "
                    + grouping
                    + ", comes to another answer than all at once: the"
                    + " answer would depend on how the plan is cut");
          }
        });
    return atOnce.length;
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

package io.banyan.node;

import io.banyan.compute.Call;
import io.banyan.compute.CallInput;
import io.banyan.compute.CallResult;
import io.banyan.compute.Configuration;
import io.banyan.compute.GuestModule;
import io.banyan.compute.NoResultReason;
import io.banyan.compute.Sandbox;
import io.banyan.delegation.CallReport;
import io.banyan.delegation.CallReport.HostFailure;
import io.banyan.delegation.InputRef;
import io.banyan.delegation.PlannedCall;
import io.banyan.node.data.RangeReader;
import io.banyan.schema.BlobRef;
import io.banyan.schema.CallLimits;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.IndexCuts;
import io.banyan.schema.Outcome;
import io.banyan.schema.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;

/**
 * Makes the calls of one job: fetches what a call is handed, names it, runs the guest, keeps what
 * it returned.
 *
 * <p>Safe for any thread.
 */
public final class GuestCalls {
  private final Sandbox sandbox;
  private final GuestModule module;
  private final Configuration configuration;
  private final CallLimits limits;
  private final Optional<? extends RangeReader> input;
  private final BlobStore store;
  private final LongAdder guestNanos = new LongAdder();

  public GuestCalls(
      Sandbox sandbox,
      GuestModule module,
      Configuration configuration,
      CallLimits limits,
      Optional<? extends RangeReader> input,
      BlobStore store) {
    this.sandbox = sandbox;
    this.module = module;
    this.configuration = configuration;
    this.limits = limits;
    this.input = input;
    this.store = store;
  }

  /** Time that all calls so far have spent in guests. */
  long guestNanos() {
    return guestNanos.sum();
  }

  /**
   * Makes {@code call} on the calling thread, which must be a worker's.
   *
   * @param log keeps what the guest logs
   * @param progress is told what the guest reports while it runs, 0 to 1000
   */
  CallReport make(PlannedCall call, TaskLog log, IntConsumer progress) {
    long begin = System.nanoTime();
    try {
      Made made = make(call.function(), call.input(), progress);
      log.add(call.node(), call.function(), made.result.report().log());
      return report(made.handed, made.result, begin);
    } catch (IOException e) {
      return new CallReport.NoResult(HostFailure.RESOURCES, InputFile.reason(e));
    } catch (OutOfMemoryError e) {
      return new CallReport.NoResult(HostFailure.RESOURCES, Heap.exhausted());
    }
  }

  /**
   * A call and what it came to; no output of it is stored.
   *
   * @param handed the digest of what it was handed
   */
  record Made(Digest handed, CallResult result) {}

  /** Makes a call on the calling thread, which must be a worker's. */
  Made make(GuestFunction function, InputRef input) throws IOException {
    return make(function, input, _ -> {});
  }

  private Made make(GuestFunction function, InputRef input, IntConsumer progress)
      throws IOException {
    Handed handed = fetch(input);
    CallResult result =
        sandbox.call(new Call(module, function, handed.input, configuration, limits), progress);
    guestNanos.add(result.report().guestNanos());
    return new Made(handed.digest, result);
  }

  private CallReport report(Digest handed, CallResult result, long begin) throws IOException {
    return switch (result) {
      case CallResult.Returned(byte[] output, long fuel, var _) -> {
        BlobRef stored = store.put(output);
        yield new CallReport.Returned(handed, List.of(stored), fuel, System.nanoTime() - begin);
      }
      case CallResult.Divided(List<byte[]> parts, long fuel, var _) -> {
        List<BlobRef> stored = new ArrayList<>();
        for (byte[] part : parts) {
          stored.add(store.put(part));
        }
        yield new CallReport.Returned(handed, stored, fuel, System.nanoTime() - begin);
      }
      case CallResult.Faulted(Outcome outcome, long fuel, var _) ->
          new CallReport.Ended(handed, outcome, fuel, System.nanoTime() - begin);
      case CallResult.NoResult(NoResultReason reason, String detail, var _) ->
          new CallReport.NoResult(failure(reason), detail);
    };
  }

  private static HostFailure failure(NoResultReason reason) {
    return switch (reason) {
      case WALL_TIME -> HostFailure.WALL_TIME;
      case HOST_MEMORY -> HostFailure.RESOURCES;
      case INTERRUPTED -> HostFailure.INTERRUPTED;
      case ENGINE_FAILURE -> HostFailure.FAULT;
    };
  }

  private record Handed(Digest digest, CallInput input) {}

  private Handed fetch(InputRef wanted) throws IOException {
    return switch (wanted) {
      case InputRef.InputRange(long from, long to) -> bytes(input().read(from, to));
      case InputRef.CellIndex(int cell, int cells) -> bytes(new IndexCuts(cells).chunk(cell));
      case InputRef.Part(BlobRef part) ->
          new Handed(part.digest(), new CallInput.Bytes(store.get(part)));
      case InputRef.Values(List<BlobRef> values) -> {
        List<byte[]> parts = new ArrayList<>();
        for (BlobRef value : values) {
          parts.add(store.get(value));
        }
        yield new Handed(Value.listDigest(values), new CallInput.Parts(parts));
      }
    };
  }

  private RangeReader input() {
    if (input.isEmpty()) {
      throw new IllegalStateException("the job has no input");
    }
    return input.get();
  }

  private static Handed bytes(byte[] bytes) {
    return new Handed(BlobRef.of(bytes).digest(), new CallInput.Bytes(bytes));
  }
}

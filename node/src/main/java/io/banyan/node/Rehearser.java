package io.banyan.node;

import io.banyan.compute.Call;
import io.banyan.compute.CallInput;
import io.banyan.compute.CallResult;
import io.banyan.compute.Configuration;
import io.banyan.compute.GuestModule;
import io.banyan.compute.NoResultReason;
import io.banyan.compute.Sandbox;
import io.banyan.schema.CallLimits;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.IndexCuts;
import io.banyan.schema.Limits;
import io.banyan.schema.Outcome;
import io.banyan.schema.SplitRule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Runs the leaves of a {@link Rehearsal}, one after the other.
 *
 * <p>Safe for any thread.
 */
public record Rehearser(
    Sandbox sandbox, GuestModule module, Configuration configuration, CallLimits limits) {
  /** An input that is one leaf, whatever is chosen, is not run twice. */
  private static final int INPUT_BYTES_MIN = ChunkChoice.CHUNK_BYTES_MIN + 1;

  /** Of fewer cells than that, three are too large a part of the job to be run twice. */
  static final int CELLS_MIN = 64;

  /** Cells are run for the estimate alone: it is not worth more than a second or so of each. */
  private static final long CELL_FUEL_MAX = 200_000_000;

  /**
   * Runs leaves of a job under {@code rule}: none under {@code module}, where the parts are the
   * guest's, nor where it would be much of the job.
   *
   * @throws IOException if the input cannot be read
   */
  public Optional<Rehearsal> rehearse(SplitRule rule, Optional<InputFile> input)
      throws IOException, InterruptedException {
    if (sandbox.refusal(module, limits).isPresent()) {
      return Optional.empty(); // no call could ever be made here: the job is refused, and why
    }
    return switch (rule) {
      case SplitRule.ByModule() -> Optional.empty();
      case SplitRule.ByIndex(int cells) ->
          cells < CELLS_MIN ? Optional.empty() : Optional.of(onWorker(() -> cells(rule, cells)));
      case SplitRule.ByBytes(), SplitRule.ByRecords(int _), SplitRule.ByLines() ->
          input.isEmpty() || !isCut(rule, input.get().size())
              ? Optional.empty()
              : Optional.of(onWorker(() -> leaves(rule, input.get())));
    };
  }

  /** Whether it has more leaves than one, and records that are whole. */
  private static boolean isCut(SplitRule rule, long bytes) {
    boolean whole = !(rule instanceof SplitRule.ByRecords(int record)) || bytes % record == 0;
    return bytes >= INPUT_BYTES_MIN && whole;
  }

  /** Something that reads files and makes calls. */
  private interface Work {
    Rehearsal run() throws IOException;
  }

  private static Rehearsal onWorker(Work work) throws IOException, InterruptedException {
    FutureTask<Rehearsal> task = new FutureTask<>(work::run);
    Thread worker = Sandbox.workerThread("rehearsal", task);
    worker.start();
    try {
      return task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException trouble) {
        throw trouble;
      }
      throw new IllegalStateException("the rehearsal failed", e.getCause());
    } finally {
      worker.interrupt(); // it is over, unless this thread is to stop
    }
  }

  /** What every call costs, however long its leaf is. */
  private long callFuel() {
    return callFuel(module);
  }

  static long callFuel(GuestModule module) {
    return module.beginningFuel();
  }

  private Rehearsal leaves(SplitRule rule, InputFile input) throws IOException {
    long bytes = input.size();
    SampleLeaves leaves = new SampleLeaves(input, bytes, rule, ChunkChoice.least(rule, bytes));
    List<LeafSample> samples = new ArrayList<>();
    for (SampleLeaves.Span span : leaves.spans()) {
      String name = "the leaf at byte " + span.from();
      if (span.length() > Limits.LEAF_BYTES_MAX) {
        String tooLong =
            name + " is longer than any may be, " + Quantities.bytes(Limits.LEAF_BYTES_MAX);
        return new Rehearsal(rule, bytes, callFuel(), samples, Optional.of(tooLong));
      }
      Optional<String> trouble =
          run(name, span.length(), input.read(span.from(), span.to()), limits, samples);
      if (trouble.isPresent()) {
        return new Rehearsal(rule, bytes, callFuel(), samples, trouble);
      }
    }
    return new Rehearsal(rule, bytes, callFuel(), samples, Optional.empty());
  }

  private Rehearsal cells(SplitRule rule, int cells) {
    CallLimits little =
        new CallLimits(
            Math.min(limits.fuel(), CELL_FUEL_MAX),
            limits.memoryBytesMax(),
            limits.depthBytesMax(),
            limits.outputBytesMax(),
            limits.wallMillis());
    List<LeafSample> samples = new ArrayList<>();
    for (int cell : SampleLeaves.cells(cells)) {
      byte[] chunk = new IndexCuts(cells).chunk(cell);
      Optional<String> trouble = run("cell " + cell, 1, chunk, little, samples);
      if (trouble.isPresent()) {
        return new Rehearsal(rule, cells, callFuel(), samples, trouble);
      }
    }
    return new Rehearsal(rule, cells, callFuel(), samples, Optional.empty());
  }

  /** Adds what a leaf took to {@code samples}, or says why it came to nothing. */
  private Optional<String> run(
      String name, long units, byte[] chunk, CallLimits within, List<LeafSample> samples) {
    CallResult result =
        sandbox.call(
            new Call(
                module, GuestFunction.EXECUTE, new CallInput.Bytes(chunk), configuration, within));
    return switch (result) {
      case CallResult.Returned(byte[] _, long fuel, var record) -> {
        samples.add(new LeafSample(units, fuel, record.guestNanos()));
        yield Optional.empty();
      }
      case CallResult.Divided _ -> throw new IllegalStateException("execute returned parts");
      case CallResult.Faulted(Outcome.OutOfFuel(), long _, var _) ->
          Optional.of(
              name
                  + " takes more than "
                  + Quantities.fuel(within.fuel())
                  + " fuel"
                  + (within.fuel() == limits.fuel() ? " (--leaf-fuel)" : ""));
      case CallResult.Faulted(Outcome outcome, long _, var _) ->
          Optional.of(name + " fails: " + outcome.words());
      case CallResult.NoResult(NoResultReason reason, String detail, var _) ->
          Optional.of(
              name
                  + " could not be run here: "
                  + detail
                  + (reason == NoResultReason.WALL_TIME ? " (--leaf-time)" : ""));
    };
  }
}

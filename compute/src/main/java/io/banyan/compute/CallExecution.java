package io.banyan.compute;

import io.banyan.schema.CallLimits;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.LimitKind;
import io.banyan.schema.Limits;
import io.banyan.schema.Outcome;
import io.banyan.schema.TrapKind;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * One call, from an instance that knows of no other call to its result. Confined to the calling
 * thread.
 */
final class CallExecution {
  private final Call call;
  private final GuestInterface guestInterface;
  private final Meter meter;
  private final CallHost host;
  private Optional<GuestMemory> memory = Optional.empty();

  CallExecution(Call call) {
    this.call = call;
    this.guestInterface = call.module().guestInterface();
    this.meter = new Meter(call.limits(), call.module().beginningFuel());
    this.host = host(call, meter);
  }

  private static CallHost host(Call call, Meter meter) {
    return switch (call.input()) {
      case CallInput.Parts(List<byte[]> parts) -> CallHost.reactor(meter, parts);
      case CallInput.Bytes(byte[] bytes) ->
          switch (call.module().kind()) {
            case REACTOR -> CallHost.reactor(meter, List.of(bytes));
            case COMMAND -> CallHost.command(meter, bytes, call.limits().outputBytesMax());
          };
    };
  }

  /** The pages that the guest's memory may have: the job's limit, or less if the module says so. */
  static int memoryPagesMax(GuestModule module, CallLimits limits) {
    return (int)
        (Math.min(limits.memoryBytesMax(), module.memoryBytesMax()) / CallLimits.PAGE_BYTES);
  }

  /** What the call comes to by its sizes alone, whoever runs it. */
  static Optional<Outcome> outcomeBefore(Call call) {
    CallLimits limits = call.limits();
    if (call.module().memoryBytesMin() > limits.memoryBytesMax()) {
      return Optional.of(new Outcome.Trapped(TrapKind.MEMORY_OUT_OF_BOUNDS));
    }
    return switch (call.input()) {
      case CallInput.Parts(List<byte[]> parts)
          when Frames.length(parts) > limits.mergeInputBytesMax() ->
          Optional.of(new Outcome.LimitExceeded(LimitKind.MERGE));
      case CallInput.Bytes(byte[] bytes)
          when call.function() == GuestFunction.SPLIT && bytes.length > limits.splitBytesMax() ->
          Optional.of(new Outcome.LimitExceeded(LimitKind.SPLIT));
      case CallInput.Parts _, CallInput.Bytes _ -> Optional.empty();
    };
  }

  /** On a {@link WorkerThread}. */
  CallResult run(Watchdog watchdog) {
    return run(watchdog, _ -> {});
  }

  /** The same; {@code progress} is told on that thread what the guest reports. */
  CallResult run(Watchdog watchdog, IntConsumer progress) {
    host.tell(progress);
    Watchdog.Watch watch = watchdog.watch(call.limits().wallMillis());
    long startNanos = System.nanoTime();
    CallEnd end;
    boolean late;
    try {
      WorkerThread.current().guestRuns(call.module().program().brake());
      end = attempt();
    } finally {
      late = watch.end();
      WorkerThread.current().guestIsOver();
    }
    CallRecord report =
        new CallRecord(
            System.nanoTime() - startNanos,
            memory.map(GuestMemory::size).orElse(0),
            host.progressPermille(),
            host.log());
    return result(end, late, report);
  }

  private CallEnd attempt() {
    try {
      return switch (guestInterface.kind()) {
        case REACTOR -> react(start());
        case COMMAND -> command(start());
      };
    } catch (CallEndException e) {
      return e.end();
    } catch (StackOverflowError e) {
      // The profile's depth ends first on a thread of ours. Where a stack ends is no outcome.
      return new CallEnd.EngineFailure(e.toString());
    } catch (OutOfMemoryError e) {
      return new CallEnd.HostMemory(e.toString());
    } catch (RuntimeException | LinkageError e) {
      return new CallEnd.EngineFailure(e.toString());
    }
  }

  private Guest start() {
    int memoryPagesMax = memoryPagesMax(call.module(), call.limits());
    Guest guest =
        call.module().program().begin(memoryPagesMax, host, meter, guestInterface.initializes());
    memory = Optional.of(guest.memory());
    return guest;
  }

  private CallEnd command(Guest guest) {
    guest.call("_start");
    guest.hasReturned();
    return new CallEnd.Value(host.stdout());
  }

  private CallEnd react(Guest guest) {
    if (guestInterface.configures()) {
      List<byte[]> items = call.configuration().items();
      long length = Frames.length(items);
      long address = allocate(guest, length);
      Frames.write(guest.memory(), address, items);
      guest.call("configure", address, length);
    }
    long packed =
        switch (call.input()) {
          case CallInput.Bytes(byte[] bytes) -> {
            long address = allocate(guest, bytes.length);
            guest.memory().write(address, bytes, 0, bytes.length);
            yield guest.call(call.function().exportName(), address, bytes.length);
          }
          case CallInput.Parts(List<byte[]> parts) -> {
            long length = Frames.length(parts);
            long address = allocate(guest, length);
            Frames.write(guest.memory(), address, parts);
            yield guest.call(call.function().exportName(), address, length);
          }
        };
    CallEnd end = output(guest.memory(), packed >>> 32, packed & 0xffff_ffffL);
    guest.hasReturned();
    return end;
  }

  /**
   * Asks the guest for room. That it has none depends on module, input and limits only, so it is an
   * outcome; no other one tells the user what happened.
   */
  private long allocate(Guest guest, long length) {
    boolean possible = length <= call.limits().memoryBytesMax();
    long address = possible ? guest.call("alloc", length) & 0xffff_ffffL : 0;
    if (address == 0 && length > 0) {
      throw CallEndException.of(
          new Outcome.Failed("the module has no room for " + length + " bytes: alloc failed"));
    }
    if (!guest.memory().holds(address, length)) {
      throw CallEndException.of(new Outcome.BadOutput());
    }
    return address;
  }

  private CallEnd output(GuestMemory memory, long address, long length) {
    if (!memory.holds(address, length)) {
      return new CallEnd.Bad(new Outcome.BadOutput());
    }
    return switch (call.function()) {
      case SPLIT -> parts(memory, address, length);
      case EXECUTE, MERGE ->
          length > call.limits().outputBytesMax()
              ? new CallEnd.Bad(new Outcome.LimitExceeded(LimitKind.OUTPUT))
              : new CallEnd.Value(memory.read(address, length));
    };
  }

  private CallEnd parts(GuestMemory memory, long address, long length) {
    if (length > call.limits().splitBytesMax()) {
      return new CallEnd.Bad(new Outcome.LimitExceeded(LimitKind.SPLIT));
    }
    return Frames.read(memory, address, length, Limits.PARTS_MAX)
        .<CallEnd>map(CallEnd.Parts::new)
        .orElseGet(() -> new CallEnd.Bad(new Outcome.BadOutput()));
  }

  private CallResult result(CallEnd end, boolean late, CallRecord report) {
    return switch (end) {
      case CallEnd.Value(byte[] bytes) -> new CallResult.Returned(bytes, meter.spent(), report);
      case CallEnd.Parts(List<byte[]> parts) ->
          new CallResult.Divided(parts, meter.spent(), report);
      case CallEnd.Bad(Outcome outcome) -> new CallResult.Faulted(outcome, meter.spent(), report);
      case CallEnd.Exit(int code) -> exited(code, report);
      case CallEnd.Interrupted() when late ->
          new CallResult.NoResult(
              NoResultReason.WALL_TIME,
              "the call took longer than " + call.limits().wallMillis() + " ms",
              report);
      case CallEnd.Interrupted() -> {
        Thread.interrupted(); // The result says it; the flag would end the next call too.
        yield new CallResult.NoResult(
            NoResultReason.INTERRUPTED, "the calling thread was interrupted", report);
      }
      case CallEnd.HostMemory(String detail) ->
          new CallResult.NoResult(NoResultReason.HOST_MEMORY, detail, report);
      case CallEnd.EngineFailure(String detail) ->
          new CallResult.NoResult(NoResultReason.ENGINE_FAILURE, detail, report);
    };
  }

  /** A command that exits with 0 has written its value; a reactor that exits returned none. */
  private CallResult exited(int code, CallRecord report) {
    if (code != 0) {
      return new CallResult.Faulted(
          new Outcome.Trapped(TrapKind.NONZERO_EXIT), meter.spent(), report);
    }
    return switch (guestInterface.kind()) {
      case COMMAND -> new CallResult.Returned(host.stdout(), meter.spent(), report);
      case REACTOR -> new CallResult.Faulted(new Outcome.BadOutput(), meter.spent(), report);
    };
  }
}

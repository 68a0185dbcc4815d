package io.banyan.compute;

import java.util.Optional;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.wasm.WasmEngineException;

/** An instance. Confined to its worker's thread. */
final class EndiveGuest implements Guest {
  /*
   * What a call may have changed in the instance of a resettable module is its memory and its
   * globals, which all are in FlatMemory. So an instance whose call returned is kept for the next
   * call of the same module with the same limits, and is put back to how it was when start function
   * and _initialize had run, which the next call pays for as if they ran again. Whatever else might
   * tell the difference keeps an instance from being kept: a host function called before that
   * point, another depth, a memory that outgrew what a worker may keep, a call that did not return.
   */
  private final EndiveProgram program;
  private final int memoryPagesMax;
  private final FlatMemory memory;
  private HostCalls host;
  private Meter meter;
  private Optional<Machine> machine = Optional.empty();
  private boolean calledHost;
  private Optional<Beginning> beginning = Optional.empty();

  /**
   * How it was before the call's own part began.
   *
   * @param worker the thread it may stay with
   * @param fuel what it took to come there
   * @param depthBytesMax another depth might not do for it
   */
  private record Beginning(
      WorkerThread worker, FlatMemory.Snapshot snapshot, long fuel, int depthBytesMax) {}

  EndiveGuest(
      EndiveProgram program, int memoryPagesMax, FlatMemory memory, HostCalls host, Meter meter) {
    this.program = program;
    this.memoryPagesMax = memoryPagesMax;
    this.memory = memory;
    this.host = host;
    this.meter = meter;
  }

  void runIn(Instance instance) {
    machine = Optional.of(instance.getMachine());
  }

  @Override
  public GuestMemory memory() {
    return memory;
  }

  CallEndException end(long left) {
    return meter.end(left);
  }

  long callHost(HostImport function, long[] args) {
    calledHost = true;
    return host.call(function, memory, args);
  }

  @Override
  public long[] results(String export, long... args) {
    try {
      long[] results = machine.orElseThrow().call(program.function(export), args);
      return results == null ? new long[0] : results;
    } catch (WasmEngineException e) {
      throw EndiveTraps.translate(e);
    }
  }

  /** What all calls have in common is done; {@code worker} may keep it from here. */
  void hasBegun(WorkerThread worker) {
    if (!calledHost && memory.size() <= WorkerThread.KEPT_MEMORY_BYTES_MAX) {
      long fuel = meter.spent() - meter.beginningFuel();
      beginning =
          Optional.of(new Beginning(worker, memory.snapshot(), fuel, meter.depthBytesMax()));
    }
  }

  @Override
  public void hasReturned() {
    if (beginning.isPresent() && memory.size() <= WorkerThread.KEPT_MEMORY_BYTES_MAX) {
      host = EndiveGuest::isIdle; // it may hold 16 MiB of input
      beginning.get().worker().keep(this);
    }
  }

  private static long isIdle(HostImport function, GuestMemory memory, long[] args) {
    throw new IllegalStateException("a guest without a call called " + function);
  }

  /** Puts it back, for another call; false if it would not be as a fresh one is. */
  boolean beginAgain(EndiveProgram wanted, int wantedPagesMax, HostCalls newHost, Meter newMeter) {
    Beginning before = beginning.orElseThrow();
    if (!wanted.equals(program)
        || wantedPagesMax != memoryPagesMax
        || newMeter.depthBytesMax() != before.depthBytesMax()) {
      return false;
    }
    memory.restore(before.snapshot());
    newMeter.begin(memory);
    newMeter.charge(before.fuel());
    host = newHost;
    meter = newMeter;
    return true;
  }
}

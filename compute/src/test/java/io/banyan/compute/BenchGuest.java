package io.banyan.compute;

import io.banyan.schema.CallLimits;
import io.banyan.schema.GuestFunction;
import java.util.HexFormat;

/** A kernel in the sandbox, called as any leaf is. Confined to one worker's thread. */
final class BenchGuest {
  /** So that no limit is in the way. */
  static final CallLimits LIMITS = limits(256L << 20); // 256 MiB

  private final Sandbox sandbox;
  private final Call call;
  private long guestNanos;
  private long callNanos;

  BenchGuest(Sandbox sandbox, GuestModule module, Rewritten rewritten, byte[] input) {
    this.sandbox = sandbox;
    this.call = execution(timed(module, rewritten), input, LIMITS.memoryBytesMax());
  }

  private static CallLimits limits(long memoryBytesMax) {
    return new CallLimits(
        CallLimits.FUEL_MAX,
        memoryBytesMax,
        CallLimits.DEFAULT.depthBytesMax(),
        CallLimits.DEFAULT.outputBytesMax(),
        600_000); // 10 minutes
  }

  private GuestModule timed(GuestModule module, Rewritten rewritten) {
    Program program = module.program();
    return new GuestModule(
        module.digest(),
        rewritten,
        module.guestInterface(),
        (memoryPagesMax, host, meter) -> new Timed(program.start(memoryPagesMax, host, meter)));
  }

  static Call execution(GuestModule module, byte[] input, long memoryBytesMax) {
    return new Call(
        module,
        GuestFunction.EXECUTE,
        new CallInput.Bytes(input),
        Configuration.NONE,
        limits(memoryBytesMax));
  }

  /** Notes how long {@code execute} itself takes, apart from the instance and the input's copy. */
  private final class Timed implements Guest {
    private final Guest guest;

    Timed(Guest guest) {
      this.guest = guest;
    }

    @Override
    public GuestMemory memory() {
      return guest.memory();
    }

    @Override
    public long[] results(String export, long... args) {
      long before = BenchTurn.cpuNanos();
      long[] results = guest.results(export, args);
      guestNanos = BenchTurn.cpuNanos() - before; // of the last export called, which is execute
      return results;
    }
  }

  /** One call; the time is that of {@code execute}. */
  BenchTurn run() {
    long before = BenchTurn.cpuNanos();
    CallResult result = sandbox.call(call);
    callNanos = BenchTurn.cpuNanos() - before;
    if (result instanceof CallResult.Returned returned) {
      return new BenchTurn(guestNanos, checksum(returned.output()));
    }
    throw new IllegalStateException("the kernel came to " + result);
  }

  /** How long the last call took in all: fresh instance, input copied in, execute, output. */
  long callNanos() {
    return callNanos;
  }

  /** As the other runners print it: a guest's number is little-endian. */
  static String checksum(byte[] output) {
    byte[] reversed = new byte[output.length];
    for (int i = 0; i < output.length; i++) {
      reversed[i] = output[output.length - 1 - i];
    }
    return HexFormat.of().formatHex(reversed);
  }
}

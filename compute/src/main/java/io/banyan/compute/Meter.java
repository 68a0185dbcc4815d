package io.banyan.compute;

import io.banyan.schema.CallLimits;
import io.banyan.schema.LimitKind;
import io.banyan.schema.Outcome;

/**
 * The fuel and the depth of one call. A guest counts both down by itself, and comes here when one
 * is used up. Confined to the call's thread.
 */
final class Meter {
  /** What {@link #end} is handed when a frame does not fit the depth. */
  static final long TOO_DEEP = Long.MIN_VALUE;

  /** What a call of an import costs, beside the bytes it moves. */
  static final int IMPORT_FUEL = 64;

  /** A page that a guest begins with or grows by: an eighth of its bytes. */
  static final long PAGE_FUEL = CallLimits.PAGE_BYTES / 8;

  /** Where an engine keeps the two numbers that the rewritten module counts in. */
  interface Counters {
    /** What is left, as last written back. */
    long fuel();

    void setFuel(long fuel);

    void setDepth(int bytes);
  }

  private final long fuelMax;
  private final int depthBytesMax;
  private final long beginningFuel;
  private boolean exhausted;
  private Counters counters = new Unbound();

  /**
   * @param beginningFuel what the call pays before anything runs
   */
  Meter(CallLimits limits, long beginningFuel) {
    this.fuelMax = limits.fuel();
    this.depthBytesMax = (int) Math.min(Integer.MAX_VALUE, limits.depthBytesMax());
    this.beginningFuel = beginningFuel;
  }

  int depthBytesMax() {
    return depthBytesMax;
  }

  /** Begins to count in {@code counters}: before any code of the guest runs. */
  void begin(Counters counters) {
    if (beginningFuel > fuelMax) {
      throw outOfFuel();
    }
    this.counters = counters;
    counters.setFuel(fuelMax - beginningFuel);
    counters.setDepth(depthBytesMax);
  }

  /** How the call ends, of which {@code left}, a negative number, is left. */
  CallEndException end(long left) {
    return left == TOO_DEEP ? CallEndException.limit(LimitKind.DEPTH) : outOfFuel();
  }

  private CallEndException outOfFuel() {
    exhausted = true;
    return CallEndException.of(new Outcome.OutOfFuel());
  }

  long beginningFuel() {
    return beginningFuel;
  }

  /** The guest pays for what the host does for it in an import. */
  void charge(long fuel) {
    long left = counters.fuel() - fuel;
    if (left < 0) {
      throw outOfFuel();
    }
    counters.setFuel(left);
  }

  /** As {@link #charge}, for bytes that are moved. */
  void chargeBytes(long count) {
    charge(count / 8);
  }

  /** The fuel that was charged up to now; all of it once it did not suffice. */
  long spent() {
    return exhausted ? fuelMax : fuelMax - counters.fuel();
  }

  /** Before the guest begins. */
  private static final class Unbound implements Counters {
    @Override
    public long fuel() {
      return 0;
    }

    @Override
    public void setFuel(long fuel) {
      throw new IllegalStateException("a guest is charged before it began");
    }

    @Override
    public void setDepth(int bytes) {
      throw new IllegalStateException("a guest gets its depth before it began");
    }
  }
}

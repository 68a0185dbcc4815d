package io.banyan.compute;

import io.banyan.schema.CallLimits;
import io.banyan.schema.LimitKind;
import io.banyan.schema.Outcome;

/**
 * The fuel and the depth of one call. A guest counts its fuel down in slices and comes back for the
 * next, where it is also seen whether it is to stop. Confined to the call's thread.
 */
final class Meter {
  /**
   * The most fuel that is granted at a time: also where the JVM still interprets a guest, at some
   * 100 ns an instruction, it looks up within 50 ms. Where it is compiled, a look up in 100 µs or
   * more is not to be seen.
   */
  static final int SLICE = 1 << 18;

  /** What {@link #refill} is handed when a frame does not fit the depth. */
  static final long TOO_DEEP = Long.MIN_VALUE;

  /** What a call of an import costs, beside the bytes it moves. */
  static final int IMPORT_FUEL = 64;

  /** A page that a guest begins with or grows by: an eighth of its bytes. */
  static final long PAGE_FUEL = CallLimits.PAGE_BYTES / 8;

  /** Where an engine keeps the two numbers that the rewritten module counts in. */
  interface Counters {
    /** What is left of the slice, as last written back. */
    long fuel();

    void setFuel(long fuel);

    void setDepth(int bytes);
  }

  private final long fuelMax;
  private final int depthBytesMax;
  private final long beginningFuel;
  private long ungranted;
  private boolean exhausted;
  private Counters counters = new Unbound();

  /**
   * @param pages the memory that the guest begins with, which the call pays for
   */
  Meter(CallLimits limits, int pages) {
    this.fuelMax = limits.fuel();
    this.depthBytesMax = (int) Math.min(Integer.MAX_VALUE, limits.depthBytesMax());
    this.beginningFuel = pages * PAGE_FUEL;
    this.ungranted = fuelMax - beginningFuel;
  }

  int depthBytesMax() {
    return depthBytesMax;
  }

  /** Begins to count in {@code counters}: before any code of the guest runs. */
  void begin(Counters counters) {
    if (ungranted < 0) {
      throw outOfFuel();
    }
    this.counters = counters;
    long slice = Math.min(SLICE, ungranted);
    ungranted -= slice;
    counters.setFuel(slice);
    counters.setDepth(depthBytesMax);
  }

  /**
   * Takes what is left of a slice, a negative number, and returns what is left of the next. Ends
   * the call if there is none, if it is too deep, or if it is to stop.
   */
  long refill(long left) {
    if (left == TOO_DEEP) {
      throw CallEndException.limit(LimitKind.DEPTH);
    }
    CallEndException.throwIfInterrupted();
    long grant = Math.min(ungranted, SLICE - left);
    ungranted -= grant;
    if (left + grant < 0) {
      throw outOfFuel();
    }
    return left + grant;
  }

  private CallEndException outOfFuel() {
    exhausted = true;
    return CallEndException.of(new Outcome.OutOfFuel());
  }

  /** The guest pays for what the host does for it in an import. */
  void charge(long fuel) {
    long left = counters.fuel() - fuel;
    counters.setFuel(left < 0 ? refill(left) : left);
  }

  /** As {@link #charge}, for bytes that are moved. */
  void chargeBytes(long count) {
    charge(count / 8);
  }

  /** The fuel that was charged up to now; all of it once it did not suffice. */
  long spent() {
    return exhausted ? fuelMax : fuelMax - ungranted - counters.fuel();
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

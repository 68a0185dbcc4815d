package io.banyan.delegation;

import java.util.random.RandomGenerator;

/**
 * Whether a peer is given leases, after those that it lost.
 *
 * <pre>
 * closed    -- so many are lost in a row --&gt;  open       nothing is lent to it
 * open      -- its time is over         --&gt;  half-open  one lease, to see
 * half-open -- the lease is delivered   --&gt;  closed
 * half-open -- the lease is lost        --&gt;  open       for twice as long
 * </pre>
 *
 * <p>Confined to the driver thread.
 */
final class Breaker {
  /** Leases lost in a row: one is bad luck, and two may be one fault. */
  static final int LOST_MAX = 3;

  /** How long it is open at first: what a process takes to be started again. */
  static final long OPEN_NANOS = 5_000_000_000L; // 5 s

  /** And at most, however often that was in vain: operators look after machines by the minute. */
  static final long OPEN_NANOS_MAX = 300_000_000_000L; // 5 min

  private State state = State.CLOSED;
  private int lost; // in a row, while it is closed
  private int trips; // since anything was delivered

  private enum State {
    CLOSED,
    OPEN,
    HALF_OPEN
  }

  /** Whether a peer that holds {@code leases} may have one more. */
  boolean allows(int leases) {
    return switch (state) {
      case CLOSED -> true;
      case OPEN -> false;
      case HALF_OPEN -> leases == 0;
    };
  }

  boolean isOpen() {
    return state == State.OPEN;
  }

  /** A lease was delivered: whether that closes it. */
  boolean worked() {
    lost = 0;
    trips = 0;
    boolean closes = state != State.CLOSED;
    state = State.CLOSED;
    return closes;
  }

  /** A lease was lost: whether that opens it. */
  boolean lost() {
    lost++;
    boolean opens = state == State.HALF_OPEN || (state == State.CLOSED && lost >= LOST_MAX);
    if (opens) {
      state = State.OPEN;
      trips++;
    }
    return opens;
  }

  /** How long it is open now: half of its time, and up to as much again, so that no two agree. */
  long openNanos(RandomGenerator random) {
    return Jitter.doubled(OPEN_NANOS, trips - 1, OPEN_NANOS_MAX, random);
  }

  /** Its time is over. */
  void halfOpen() {
    if (state == State.OPEN) {
      state = State.HALF_OPEN;
      lost = 0;
    }
  }
}

package io.banyan.compute;

import io.banyan.schema.Limits;
import io.banyan.schema.Outcome;
import java.util.List;

/** What a call came to. Output exists only where the outcome is {@code Completed}. */
public sealed interface CallResult {
  CallRecord report();

  /** The call has an outcome, the same on every machine: it can be claimed. */
  sealed interface Ended extends CallResult {
    Outcome outcome();

    /** The metered work, the same on every machine; 0 if no code of the guest ran. */
    long fuel();
  }

  /** An {@code execute} or {@code merge} completed. */
  record Returned(byte[] output, long fuel, CallRecord report) implements Ended {
    @Override
    public Outcome outcome() {
      return new Outcome.Completed();
    }
  }

  /**
   * A {@code split} completed.
   *
   * @param parts 1 to {@link Limits#PARTS_MAX}
   */
  record Divided(List<byte[]> parts, long fuel, CallRecord report) implements Ended {
    public Divided {
      parts = List.copyOf(parts);
    }

    @Override
    public Outcome outcome() {
      return new Outcome.Completed();
    }
  }

  /** The call came to something else. */
  record Faulted(Outcome outcome, long fuel, CallRecord report) implements Ended {
    public Faulted {
      if (outcome instanceof Outcome.Completed) {
        throw new IllegalArgumentException("a call that completed did not fault");
      }
    }
  }

  /** The host failed. Nothing is claimed; the call can be made elsewhere. */
  record NoResult(NoResultReason reason, String detail, CallRecord report) implements CallResult {}
}

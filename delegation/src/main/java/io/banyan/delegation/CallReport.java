package io.banyan.delegation;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.Outcome;
import java.util.List;

/** What a worker says of a call it was given. */
public sealed interface CallReport {
  /**
   * The call returned.
   *
   * @param input the digest of what it was handed: blob root, or list digest for a merge
   * @param output what it returned: one blob, or the parts of a split; both are stored
   * @param nanos the worker's time, from fetching what the guest is handed to keeping its output
   */
  record Returned(Digest input, List<BlobRef> output, long fuel, long nanos) implements CallReport {
    public Returned {
      output = List.copyOf(output);
      if (output.isEmpty()) {
        throw new IllegalArgumentException("a call that returned has an output");
      }
    }
  }

  /** The call ended badly, as it would on every machine. */
  record Ended(Digest input, Outcome outcome, long fuel, long nanos) implements CallReport {
    public Ended {
      if (outcome instanceof Outcome.Completed) {
        throw new IllegalArgumentException("a call that completed has returned");
      }
    }
  }

  /** The host failed, and nothing can be said of the call. */
  record NoResult(HostFailure failure, String detail) implements CallReport {}

  /** Why a host failed. */
  enum HostFailure {
    /** The call ran longer than its wall time. */
    WALL_TIME,
    /** The host had not the memory it had promised, or its disk was full. */
    RESOURCES,
    /** The call was told to stop. */
    INTERRUPTED,
    /** The engine or the host's own code failed. */
    FAULT
  }
}

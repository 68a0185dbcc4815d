package io.banyan.node.journal;

import io.banyan.schema.JobId;
import io.banyan.schema.Signed;
import java.util.Optional;

/**
 * A job as the journal has it.
 *
 * @param manifest as its submitter signed it
 * @param accepted as this node signed it
 * @param acceptedMillis Unix time
 * @param end how it ended; empty while it runs
 */
public record JournaledJob(
    JobId id, Signed manifest, Signed accepted, long acceptedMillis, Optional<End> end) {
  /**
   * The terminal record, with what is to be told of the job afterwards.
   *
   * @param startedMillis Unix time at which the first call began; 0 if none did
   * @param finishedMillis Unix time
   * @param leavesTotal 0 if it was not known
   */
  public record End(
      JobEnding ending,
      long startedMillis,
      long finishedMillis,
      long leavesDone,
      long leavesTotal,
      long fuel) {
    public End {
      if (startedMillis < 0
          || finishedMillis < 0
          || leavesDone < 0
          || leavesTotal < 0
          || fuel < 0) {
        throw new IllegalArgumentException(
            "end at "
                + finishedMillis
                + " ms of a job begun at "
                + startedMillis
                + " ms, with "
                + leavesDone
                + " of "
                + leavesTotal
                + " leaves and fuel "
                + fuel);
      }
    }
  }
}

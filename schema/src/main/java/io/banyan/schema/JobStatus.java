package io.banyan.schema;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * How far a job is.
 *
 * @param leavesTotal 0 while it is not known
 * @param fuel used so far, by all
 * @param startedMillis Unix time at which the first call began; 0 before
 * @param updatedMillis Unix time of the last change
 * @param remainingMillis the estimate, if there is one
 * @param failure the cause, where the job ended without an answer
 * @param verification how sure the answer is by now, with the figure
 */
public record JobStatus(
    JobId job,
    JobState state,
    long leavesDone,
    long leavesTotal,
    long fuel,
    long startedMillis,
    long updatedMillis,
    OptionalLong remainingMillis,
    Optional<String> failure,
    String verification)
    implements ClientMessage {
  public JobStatus {
    Rules.range("number of leaves", leavesTotal, 0, Limits.CELLS_MAX);
    Rules.range("number of leaves done", leavesDone, 0, Limits.CELLS_MAX);
    Rules.atLeastZero("fuel", fuel);
    Rules.atLeastZero("start time", startedMillis);
    Rules.atLeastZero("time of the last change", updatedMillis);
    if (remainingMillis.isPresent()) {
      Rules.range("remaining time in ms", remainingMillis.getAsLong(), 0, Budget.TIME_MILLIS_MAX);
    }
    failure.ifPresent(sentence -> Rules.sentence("failure", sentence));
    Rules.sentence("verification", verification);
  }
}

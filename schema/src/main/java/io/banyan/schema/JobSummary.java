package io.banyan.schema;

/**
 * A job in a list.
 *
 * @param leavesTotal 0 while it is not known
 * @param createdMillis Unix time, the manifest's
 * @param updatedMillis Unix time of the last change
 */
public record JobSummary(
    JobId job,
    PublicKey submitter,
    JobState state,
    long leavesDone,
    long leavesTotal,
    long createdMillis,
    long updatedMillis) {
  public JobSummary {
    Rules.range("number of leaves", leavesTotal, 0, Limits.CELLS_MAX);
    Rules.range("number of leaves done", leavesDone, 0, Limits.CELLS_MAX);
    Rules.atLeastZero("creation time", createdMillis);
    Rules.atLeastZero("time of the last change", updatedMillis);
  }
}

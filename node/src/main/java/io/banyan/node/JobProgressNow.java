package io.banyan.node;

import java.util.OptionalLong;

/**
 * How far a job is, with all machines that work on it.
 *
 * @param leavesTotal 0 while it is not known
 * @param fuel used so far
 * @param remainingMillis the estimate, if there is one
 */
public record JobProgressNow(
    long leavesDone, long leavesTotal, long fuel, OptionalLong remainingMillis) {
  /** Nothing is done yet. */
  public static final JobProgressNow NONE = new JobProgressNow(0, 0, 0, OptionalLong.empty());
}

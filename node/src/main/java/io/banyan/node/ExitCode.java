package io.banyan.node;

/** How a command ends: the number that scripts see. */
public enum ExitCode {
  OK(0),
  /** Something in the world failed: a file, a disk, this process. */
  FAILURE(1),
  /** The command was not understood. */
  USAGE(2),
  /** The job ran, and came to a bad outcome. */
  JOB_FAILED(3),
  /** What was checked did not hold. */
  VERIFICATION_FAILED(4),
  /** Time was over: the job's, or a call's. */
  TIMEOUT(5),
  CANCELLED(6),
  /** The node that was to be spoken with is not there, or is somebody else. */
  NOT_CONNECTED(7),
  /** What was asked for is against the rules; the sentence says what would allow it. */
  REFUSED(8);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }
}

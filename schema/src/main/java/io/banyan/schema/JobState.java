package io.banyan.schema;

import java.util.Locale;

/** Where a job is on its way. */
public enum JobState {
  /** Accepted, nothing begun. */
  PENDING,
  /** Its parts are placed, none has begun. */
  ASSIGNED,
  /** Leaves are being run. */
  COMPUTING,
  /** All is run; checks are owed. */
  VERIFYING,
  /** The answer is there. */
  COMPLETE,
  /** It ended with a named cause. */
  FAILED,
  /** The submitter ended it. */
  CANCELLED,
  /** Its time was over. */
  TIMEOUT,
  /** Its time was over, and the user allowed gaps. */
  PARTIAL;

  /** Whether nothing will change any more. */
  public boolean isFinal() {
    return switch (this) {
      case PENDING, ASSIGNED, COMPUTING, VERIFYING -> false;
      case COMPLETE, FAILED, CANCELLED, TIMEOUT, PARTIAL -> true;
    };
  }

  /** The name as people read it. */
  public String words() {
    return name().toLowerCase(Locale.ROOT);
  }
}

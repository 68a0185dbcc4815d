package io.banyan.node.journal;

import java.time.Duration;

/**
 * How long ended jobs are kept, with their answers and receipts: until the first of the two is
 * reached.
 *
 * @param time since the end; 1 ms to 366 days
 * @param jobsMax so many ended jobs; 0 to {@link #JOBS_MAX}
 */
public record Retention(Duration time, int jobsMax) {
  /**
   * The manifests of so many are read at the start: 700 MiB at the very worst, 1 KiB each mostly.
   */
  public static final int JOBS_MAX = 10_000;

  /** A day, or a thousand jobs. */
  public static final Retention DEFAULT = new Retention(Duration.ofHours(24), 1000);

  public Retention {
    if (time.toMillis() < 1 || time.compareTo(Duration.ofDays(366)) > 0) {
      throw new IllegalArgumentException("retention of " + time + ", must be 1 ms to 366 days");
    }
    if (jobsMax < 0 || jobsMax > JOBS_MAX) {
      throw new IllegalArgumentException(
          "retention of " + jobsMax + " jobs, must be 0 to " + JOBS_MAX);
    }
  }
}

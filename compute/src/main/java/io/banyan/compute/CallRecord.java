package io.banyan.compute;

/**
 * How a call went, beside what it came to.
 *
 * @param guestNanos time by the clock from making the instance to having the output; 0 if it came
 *     to no instance
 * @param memoryBytes the guest's memory at the end, which is the most it had; 0 if it came to no
 *     instance
 * @param progressPermille what the guest last reported, 0 to 1000
 */
public record CallRecord(long guestNanos, long memoryBytes, int progressPermille, GuestLog log) {
  static final CallRecord NOT_STARTED = new CallRecord(0, 0, 0, GuestLog.EMPTY);
}

package io.banyan.compute;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * One run of a kernel.
 *
 * @param nanos of processor time, on the thread that ran it: what else the machine does in the
 *     meantime does not count
 * @param checksum sixteen hexadecimal digits
 */
record BenchTurn(long nanos, String checksum) {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /** What the calling thread has used so far. */
  static long cpuNanos() {
    return THREADS.getCurrentThreadCpuTime();
  }
}

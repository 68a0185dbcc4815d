package io.banyan.compute;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;

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

  /**
   * The time by the clock, less what the calling thread has waited for a processor, where the
   * system tells (Linux, in {@code schedstat}: time run, time waited, turns). So it counts waiting
   * for other threads of ours, and not what else the machine does.
   */
  static long presentNanos() {
    try {
      String[] counts = Files.readString(Path.of("/proc/thread-self/schedstat")).split(" ", -1);
      return System.nanoTime() - Long.parseLong(counts[1]);
    } catch (IOException e) {
      return System.nanoTime();
    }
  }
}

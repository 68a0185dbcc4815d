package io.banyan.delegation.simulation;

import java.lang.management.ManagementFactory;
import java.util.Locale;

/**
 * What the network comes to when it is large, and what a simulation costs. {@code scripts/bench.sh
 * delegation} runs it. Everything but events a second and memory is the same on every machine.
 */
final class SimulationBench {
  private static final long SEED = 1;
  private static final int LEAVES = 100_000;
  private static final double LEAF_SECONDS = 5;

  private SimulationBench() {}

  /** A run, and what it took of this machine. */
  private record Run(Measured measured, double cpuSeconds, long heapBytes) {
    double eventsPerSecond() {
      return measured.events() / cpuSeconds;
    }
  }

  public static void main(String[] arguments) {
    run(workload(100, 32, 0, 20_000)); // warm up
    Run thousand = run(workload(1000, 32, 1, LEAVES));
    Run star = run(workload(1000, 999, 1, LEAVES));
    ratio("delegation.makespan.1000", thousand, star, 1.10);
    figure("delegation.messages.1000", thousand.measured.messagesPerLeaf(), "1/leaf", 4.0, false);
    figure("delegation.messages.star", star.measured.messagesPerLeaf(), "1/leaf", 0, false);
    figure("delegation.leases.1000", (double) thousand.measured.leases(), "leases", 0, false);
    figure("delegation.events", thousand.eventsPerSecond(), "1/s", 500_000, true);
    Run many = run(workload(10_000, 32, 1, 10 * LEAVES));
    ratio("delegation.makespan.10000", many, star, 1.25);
    figure("delegation.messages.10000", many.measured.messagesPerLeaf(), "1/leaf", 4.0, false);
    figure("delegation.kept.10000", many.measured.mostOfOneNode(), "things", 0, false);
    figure("delegation.state.10000", many.heapBytes / 10_000.0 / (1 << 20), "MB/node", 1, false);
  }

  private static Workload workload(int nodes, int fanOut, double churnPercent, int leaves) {
    return new Workload(
        SEED, nodes, 1, leaves, LEAF_SECONDS, 0.3, 1, 16, fanOut, churnPercent, 0, 2);
  }

  private static Run run(Workload workload) {
    long beganNanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    Measured measured = LargeNetwork.run(workload);
    long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - beganNanos;
    if (!measured.right()) {
      throw new IllegalStateException("a wrong answer: " + measured);
    }
    Runtime runtime = Runtime.getRuntime();
    return new Run(measured, nanos / 1e9, runtime.totalMemory() - runtime.freeMemory());
  }

  private static void ratio(String name, Run run, Run star, double goal) {
    Measured measured = run.measured;
    System.out.printf(
        Locale.ROOT,
        "{\"bench\":\"%s\",\"value\":%.1f,\"unit\":\"s\",\"baseline\":\"bound\",\"ratio\":%.3f,"
            + "\"star\":%.3f,\"goal\":%.2f,\"of\":\"ratio\",\"better\":\"lower\",\"ok\":%b,"
            + "\"runs\":1}%n",
        name,
        measured.makespanSeconds(),
        measured.ratio(),
        star.measured.ratio(),
        goal,
        measured.ratio() <= goal);
    System.err.printf(
        Locale.ROOT,
        "%-28s %10.1f s  bound %10.1f s  ratio %.3f, goal %.2f; star of 1000 %.3f%n",
        name,
        measured.makespanSeconds(),
        measured.boundSeconds(),
        measured.ratio(),
        goal,
        star.measured.ratio());
  }

  /** {@code goal} 0: none. */
  private static void figure(String name, double value, String unit, double goal, boolean higher) {
    boolean ok = goal == 0 || (higher ? value >= goal : value <= goal);
    System.out.printf(
        Locale.ROOT,
        "{\"bench\":\"%s\",\"value\":%.2f,\"unit\":\"%s\",\"goal\":%.2f,\"of\":\"value\","
            + "\"better\":\"%s\",\"ok\":%b,\"runs\":1}%n",
        name,
        value,
        unit,
        goal,
        higher ? "higher" : "lower",
        ok);
    System.err.printf(Locale.ROOT, "%-28s %10.2f %s, goal %.2f%n", name, value, unit, goal);
  }
}

package io.banyan.compute;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Runs the hostile modules one after the other and prints what each came to, and how long loading
 * and calling took; then, for those that loop, how late each ended when it had more fuel than time;
 * then the heap before and after. Arguments: a regular expression on the names, if not all are
 * wanted. Ends with 0 only if each came to what it should.
 */
final class HostileReport {
  private HostileReport() {}

  public static void main(String[] args) {
    Pattern wanted = Pattern.compile(args.length > 0 ? args[0] : "");
    boolean right;
    try (HostileRun run = new HostileRun()) {
      run.sandbox().load(TestingModule.reactor(TestingModule.ECHO)); // waits until it is warm
      long heapBytes = heapBytes();
      right = endings(run, select(HostileModule.all(), wanted));
      lateness(run, select(HostileLoops.all(), wanted));
      System.out.printf("heap %d KiB before, %d KiB after%n", heapBytes >> 10, heapBytes() >> 10);
    }
    System.exit(right ? 0 : 1);
  }

  private static List<HostileModule> select(List<HostileModule> modules, Pattern wanted) {
    return modules.stream().filter(module -> wanted.matcher(module.name()).find()).toList();
  }

  private static boolean endings(HostileRun run, List<HostileModule> modules) {
    long slowestNanos = 0;
    int wrong = 0;
    for (HostileModule module : modules) {
      HostileRun.Report report = run.run(module);
      slowestNanos = Math.max(slowestNanos, report.load().nanos() + report.call().nanos());
      boolean right = report.matches(module.ending());
      wrong += right ? 0 : 1;
      System.out.printf(
          "%s load %5d ms (cpu %5d), call %5d ms (cpu %5d)  %-56s %s%n",
          right ? "     " : "WRONG",
          millis(report.load().nanos()),
          millis(report.load().cpuNanos()),
          millis(report.call().nanos()),
          millis(report.call().cpuNanos()),
          module.name(),
          report.words());
    }
    System.out.printf(
        "%d modules, %d not as expected, slowest %d ms%n",
        modules.size(), wrong, millis(slowestNanos));
    return wrong == 0 && !modules.isEmpty();
  }

  private static void lateness(HostileRun run, List<HostileModule> modules) {
    for (HostileModule module : modules) {
      HostileRun.Lateness lateness = run.lateness(module);
      System.out.printf(
          "late  %5d ms  %-56s %s%n",
          millis(lateness.nanos()),
          module.name(),
          lateness.reason().map(Enum::name).orElse("ended by itself"));
    }
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }

  private static long heapBytes() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}

package io.banyan.compute;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Runs the hostile modules one after the other and prints what each came to, and how long loading
 * and calling took. Arguments: a regular expression on the names, if not all are wanted.
 */
final class HostileReport {
  private HostileReport() {}

  public static void main(String[] args) {
    Pattern wanted = Pattern.compile(args.length > 0 ? args[0] : "");
    List<HostileModule> modules =
        HostileModule.all().stream().filter(module -> wanted.matcher(module.name()).find()).toList();
    long slowestNanos = 0;
    int wrong = 0;
    try (HostileRun run = new HostileRun()) {
      for (HostileModule module : modules) {
        HostileRun.Report report = run.run(module);
        slowestNanos = Math.max(slowestNanos, report.nanos());
        boolean right = report.matches(module.ending());
        wrong += right ? 0 : 1;
        System.out.printf(
            "%s %6d ms load %6d ms call %6d ms cpu  %-55s %s%n",
            right ? "   " : "!! ",
            TimeUnit.NANOSECONDS.toMillis(report.loadNanos()),
            TimeUnit.NANOSECONDS.toMillis(report.callNanos()),
            TimeUnit.NANOSECONDS.toMillis(report.callCpuNanos()),
            module.name(),
            report.words());
      }
    }
    System.out.printf(
        "%d modules, %d not as expected, slowest %d ms%n",
        modules.size(), wrong, TimeUnit.NANOSECONDS.toMillis(slowestNanos));
    if (wrong > 0) {
      System.exit(1);
    }
  }
}

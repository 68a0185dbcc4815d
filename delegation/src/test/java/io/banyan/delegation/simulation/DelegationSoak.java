package io.banyan.delegation.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/**
 * Small networks with faults, by the hundred thousand, on seeds of their own; and each planted bug,
 * until it is found. {@code scripts/soak.sh delegation} runs it.
 */
final class DelegationSoak {
  private static final int PLANTED_SEEDS_MAX = 3000;
  private static final int SHOWN_MAX = 3; // findings, each shrunk and in full

  private DelegationSoak() {}

  public static void main(String[] arguments) {
    int count = Integer.parseInt(arguments[0]);
    long from = Long.parseLong(arguments[1]);
    boolean planted = true;
    for (PlantedBug bug : PlantedBug.values()) {
      planted &= hunt(bug, from);
    }
    int findings = run(from, count);
    System.out.printf(
        "delegation: %s %d seeds from %d on, %d findings; %d planted bugs %s%n",
        findings == 0 && planted ? "PASS" : "FAIL",
        count,
        from,
        findings,
        PlantedBug.values().length,
        planted ? "found" : "NOT all found");
    System.exit(findings == 0 && planted ? 0 : 1);
  }

  private static boolean hunt(PlantedBug bug, long from) {
    Trial trial = new Trial(bug);
    for (int tried = 0; tried < PLANTED_SEEDS_MAX; tried++) {
      Optional<Trial.Finding> finding = trial.find(Options.of(from + tried));
      if (finding.isPresent()) {
        System.out.printf(
            "planted %s: found by seed %d, the %d. tried%n", bug, from + tried, tried + 1);
        return true;
      }
    }
    System.out.printf("planted %s: NOT found by %d seeds%n", bug, PLANTED_SEEDS_MAX);
    return false;
  }

  private static int run(long from, int count) {
    Trial trial = Trial.ofProduction();
    AtomicInteger findings = new AtomicInteger();
    AtomicLong done = new AtomicLong();
    Map<String, Integer> ends = new TreeMap<>();
    LongStream.range(from, from + count)
        .parallel()
        .forEach(
            seed -> {
              List<Report> reports = new ArrayList<>();
              Optional<Trial.Finding> finding = trial.find(Options.of(seed), reports);
              synchronized (ends) {
                reports.forEach(
                    report ->
                        report
                            .ends()
                            .forEach((end, ended) -> ends.merge(end, ended, Integer::sum)));
              }
              if (finding.isPresent() && findings.incrementAndGet() <= SHOWN_MAX) {
                System.out.println(trial.shrink(finding.get()).words());
              }
              if (done.incrementAndGet() % 10_000 == 0) {
                System.err.println(done.get() + " seeds, " + findings.get() + " findings");
              }
            });
    System.out.println("ends: " + ends);
    return findings.get();
  }
}

package io.banyan.delegation.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

public final class DelegationSoak {
  private DelegationSoak() {}

  public static void main(String[] args) {
    long from = Long.parseLong(args[0]);
    int count = Integer.parseInt(args[1]);
    long begun = System.nanoTime();
    List<Report> reports = new ArrayList<>();
    Map<String, Integer> ends = new HashMap<>();
    Map<String, Integer> findings = new HashMap<>();
    long told = 0;
    Trial trial = new Trial(args.length > 3 ? PlantedBug.valueOf(args[3]) : Cast.PRODUCTION);
    for (long seed = from; seed < from + count; seed++) {
      reports.clear();
      long t = System.nanoTime();
      Optional<Trial.Finding> found = trial.find(Options.of(seed), reports);
      long ms = (System.nanoTime() - t) / 1_000_000;
      if (ms > 1000) System.err.println(Options.of(seed).words() + " took " + ms);
      if (found.isPresent()) {
        String m = String.valueOf(found.get().cause());
        String key = m.substring(0, Math.min(m.length(), 120)).replaceAll("[0-9]+", "N");
        if (findings.merge(key, 1, Integer::sum) == 1) {
          System.err.println("FOUND " + found.get().options().words() + "\n  " + m);
          if (args.length > 2) {
            Trial.Finding small = trial.shrink(found.get());
            System.err.println(small.words());
            small.cause().printStackTrace();
          }
        }
      }
      for (Report r : reports) {
        told += r.told();
        r.ends().forEach((k, v) -> ends.merge(k, v, Integer::sum));
      }
    }
    System.err.println(ends + " told " + told + " in " + (System.nanoTime() - begun) / 1e9);
    findings.forEach((k, v) -> System.err.println(v + " x " + k));
  }
}

package io.banyan.compute;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What became of a script's commands. Confined to one thread. */
final class SpecTally {
  private final List<String> failures = new ArrayList<>();
  private final Map<String, Integer> skippedByRule = new TreeMap<>();
  private int passedCount;

  void pass() {
    passedCount++;
  }

  void fail(String what) {
    failures.add(what);
  }

  /** A command that was not run, since the profile refuses its module by this rule. */
  void skip(String rule) {
    skippedByRule.merge(rule, 1, Integer::sum);
  }

  void add(SpecTally other) {
    passedCount += other.passedCount;
    failures.addAll(other.failures);
    other.skippedByRule.forEach((rule, count) -> skippedByRule.merge(rule, count, Integer::sum));
  }

  int passedCount() {
    return passedCount;
  }

  int skippedCount() {
    return skippedByRule.values().stream().mapToInt(Integer::intValue).sum();
  }

  List<String> failures() {
    return failures;
  }

  Map<String, Integer> skippedByRule() {
    return skippedByRule;
  }
}

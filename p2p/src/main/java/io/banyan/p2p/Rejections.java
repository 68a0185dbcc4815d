package io.banyan.p2p;

import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what was refused. Safe for any thread. */
final class Rejections {
  /** Complete from the beginning. */
  private final Map<Refusal, LongAdder> counts = new EnumMap<>(Refusal.class);

  Rejections() {
    for (Refusal refusal : Refusal.values()) {
      counts.put(refusal, new LongAdder());
    }
  }

  void count(Refusal refusal) {
    LongAdder adder = counts.get(refusal);
    if (adder == null) {
      throw new IllegalStateException(refusal + " has no count");
    }
    adder.increment();
  }

  RejectionCounts counts() {
    SortedMap<String, Long> byReason = new TreeMap<>();
    counts.forEach(
        (refusal, count) -> {
          if (count.sum() > 0) {
            byReason.put(refusal.label(), count.sum());
          }
        });
    return new RejectionCounts(byReason);
  }
}

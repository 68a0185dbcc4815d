package io.banyan.p2p;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counts what was refused. Safe for any thread. */
final class Rejections {
  private final AtomicLongArray counts = new AtomicLongArray(Refusal.values().length);

  void count(Refusal refusal) {
    counts.incrementAndGet(refusal.ordinal());
  }

  RejectionCounts counts() {
    Map<String, Long> byReason = new TreeMap<>();
    for (Refusal refusal : Refusal.values()) {
      long count = counts.get(refusal.ordinal());
      if (count > 0) {
        byReason.put(refusal.label(), count);
      }
    }
    return new RejectionCounts(new TreeMap<>(byReason));
  }
}

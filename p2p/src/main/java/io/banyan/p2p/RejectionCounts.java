package io.banyan.p2p;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** How often something that peers sent or asked for was refused, by reason, as people read it. */
public record RejectionCounts(SortedMap<String, Long> byReason) {
  public RejectionCounts {
    byReason = Collections.unmodifiableSortedMap(new TreeMap<>(byReason));
  }
}

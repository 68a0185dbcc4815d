package io.banyan.node.lease;

import io.banyan.schema.PeerId;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what peers sent that was refused, by reason.
 *
 * <p>Safe for any thread.
 */
public final class Rejections {
  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
  private final Listener listener;

  /** Told each time; must not block. */
  @FunctionalInterface
  public interface Listener {
    void rejected(String reason, PeerId peer, String detail);
  }

  public Rejections(Listener listener) {
    this.listener = listener;
  }

  /**
   * Counts one.
   *
   * @param reason one of a few, fixed in the code
   * @param detail what it was about, for people
   */
  public void count(String reason, PeerId peer, String detail) {
    counts.computeIfAbsent(reason, r -> new LongAdder()).increment();
    listener.rejected(reason, peer, detail);
  }

  /** How many so far, by reason. */
  public SortedMap<String, Long> counts() {
    SortedMap<String, Long> all = new TreeMap<>();
    counts.forEach((reason, count) -> all.put(reason, count.sum()));
    return all;
  }
}

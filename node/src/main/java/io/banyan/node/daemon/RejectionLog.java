package io.banyan.node.daemon;

import io.banyan.node.lease.Rejections;
import io.banyan.node.lease.Sentences;
import io.banyan.schema.PeerId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Says what was refused: the first of each kind, then at every power of two, so that nobody can
 * fill a disk with words.
 *
 * <p>Safe for any thread.
 */
final class RejectionLog implements Rejections.Listener {
  private final Consumer<String> log;
  private final Map<String, Long> counts = new ConcurrentHashMap<>();

  RejectionLog(Consumer<String> log) {
    this.log = log;
  }

  @Override
  public void rejected(String reason, PeerId peer, String detail) {
    long count = counts.merge(reason, 1L, Long::sum);
    if (Long.bitCount(count) == 1) {
      log.accept(
          "rejected from "
              + peer
              + ", number "
              + count
              + ": "
              + reason
              + ": "
              + Sentences.fit(detail));
    }
  }
}

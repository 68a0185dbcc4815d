package io.banyan.node.data;

import io.banyan.schema.PeerId;
import java.util.HashMap;
import java.util.Map;

/**
 * How fast peers take the bytes that they are sent: all of a peer's streams together, in the time
 * in which there is at least one.
 *
 * <p>Safe for any thread; guarded by its own lock.
 */
public final class Throughput {
  /** What a stream takes before anybody has read any of it: it tells nothing of the way. */
  static final int WINDOW_BYTES = 1 << 20; // 1 MiB

  /** Shorter answers are all window. */
  static final int COUNTED_BYTES_MIN = 2 * WINDOW_BYTES;

  /** Of what was known before, so much counts when an answer more has come to its end. */
  private static final double REMEMBERED = 0.75;

  private final Map<PeerId, Flow> flows = new HashMap<>(); // of peers that are connected

  private static final class Flow {
    int open;
    long sinceNanos; // until when its time is counted, while some are open
    double bytes;
    double nanos;
  }

  /** An answer of {@code bytes} to {@code peer} begins. */
  synchronized void begin(PeerId peer, long bytes, long nowNanos) {
    if (bytes < COUNTED_BYTES_MIN) {
      return;
    }
    Flow flow = flows.computeIfAbsent(peer, _ -> new Flow());
    if (flow.open++ == 0) {
      flow.sinceNanos = nowNanos;
    }
  }

  /** It ended: {@code sent} of its bytes have gone. */
  synchronized void end(PeerId peer, long bytes, long sent, long nowNanos) {
    Flow flow = flows.get(peer);
    if (bytes < COUNTED_BYTES_MIN || flow == null || flow.open == 0) {
      return; // the peer has left since, and perhaps come back
    }
    flow.open--;
    flow.bytes = REMEMBERED * flow.bytes + Math.max(0, sent - WINDOW_BYTES);
    flow.nanos = REMEMBERED * flow.nanos + (nowNanos - flow.sinceNanos);
    flow.sinceNanos = nowNanos;
  }

  /** Bytes a second that {@code peer} has taken; 0 before it was sent enough to tell. */
  public synchronized long bytesPerSecond(PeerId peer) {
    Flow flow = flows.get(peer);
    return flow == null || flow.bytes == 0
        ? 0
        : Math.max(1, (long) (flow.bytes / Math.max(1, flow.nanos) * 1e9));
  }

  /** The peer is gone; by what way it comes back nobody knows. */
  public synchronized void left(PeerId peer) {
    flows.remove(peer);
  }
}

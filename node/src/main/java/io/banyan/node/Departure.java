package io.banyan.node;

import io.banyan.p2p.P2pStream;
import io.banyan.schema.Budget;
import java.io.IOException;
import java.time.Duration;

/**
 * Notices that the peer on a stream has gone, or has closed its side, while this side waits for
 * something to tell it: a virtual thread reads what should not come. It ends with the stream.
 *
 * <p>Safe for any thread.
 */
final class Departure {
  /** Nobody waits for longer than the longest job. */
  private static final Duration WAIT_MAX = Duration.ofMillis(Budget.TIME_MILLIS_MAX);

  private volatile boolean gone; // written by the reader, read by who waits

  private Departure() {}

  /**
   * Watches {@code stream}, which nobody else reads any more.
   *
   * @param told is run once, when the peer has gone
   */
  static Departure of(P2pStream stream, Runnable told) {
    Departure departure = new Departure();
    stream.readTimeout(WAIT_MAX);
    Thread.ofVirtual().name("departure").start(() -> departure.read(stream, told));
    return departure;
  }

  private void read(P2pStream stream, Runnable told) {
    try {
      stream.input().skip(1); // a byte too many ends it as well
    } catch (IOException e) {
      // Reset, or lost: gone all the same.
    }
    gone = true;
    told.run();
  }

  boolean isGone() {
    return gone;
  }
}

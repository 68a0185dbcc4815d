package io.banyan.p2p.yamux;

/**
 * How much one connection may come to. A peer can make this side hold, at most, the larger of
 * {@code connectionWindowBytesMax} and 256 KiB for each open stream: that first window is the
 * protocol's, and nobody can make it smaller.
 *
 * @param inboundStreamsMax streams open at once that the peer opened; more are reset
 * @param outboundStreamsMax streams open at once that this side opened
 * @param ackBacklogMax of those, streams that the peer has not acknowledged; 256 by the
 *     specification
 * @param streamWindowBytes what a stream's sender may have in flight to begin with, 256 KiB or more
 * @param streamWindowBytesMax what that may grow to
 * @param connectionWindowBytesMax windows over 256 KiB are given only while all together stay below
 * @param dataBytesMax payload of one frame that is sent, 1 KiB or more: the length of a stream's
 *     turn
 * @param sendQueueBytesMax bytes of one stream that wait to be sent
 * @param repliesMax answers to pings, and resets, that wait to be sent before more is demanded
 * @param pingNanos between two pings
 * @param silenceNanos after which a peer that sends nothing is given up
 */
public record YamuxLimits(
    int inboundStreamsMax,
    int outboundStreamsMax,
    int ackBacklogMax,
    int streamWindowBytes,
    int streamWindowBytesMax,
    long connectionWindowBytesMax,
    int dataBytesMax,
    int sendQueueBytesMax,
    int repliesMax,
    long pingNanos,
    long silenceNanos) {
  /*
   * Streams and backlog: the 256 of the specification. Windows: a start of 1 MiB fills 1 Gbit/s over
   * 8 ms, and 16 MiB over 130 ms; go-libp2p stops at 16 MiB too. A frame of 32 KiB lets two streams
   * take turns within one Noise message. 1024 replies: an implementation that knows no backlog opens
   * up to 1000 streams at once, and may be told 744 times that there are too many. A ping each 15 s
   * keeps address translators awake; three of them unanswered are enough.
   */
  public static final YamuxLimits DEFAULT =
      new YamuxLimits(
          256,
          256,
          256,
          1 << 20, // 1 MiB
          16 << 20, // 16 MiB
          64L << 20, // 64 MiB
          32 << 10, // 32 KiB
          256 << 10, // 256 KiB
          1024,
          15_000_000_000L, // 15 s
          45_000_000_000L); // 45 s

  public YamuxLimits {
    range("inbound streams", inboundStreamsMax, 0, 1 << 20);
    range("outbound streams", outboundStreamsMax, 0, 1 << 20);
    range("backlog", ackBacklogMax, 1, 256);
    range("window", streamWindowBytes, ReceiveWindow.FIRST_BYTES, streamWindowBytesMax);
    range("largest window", streamWindowBytesMax, ReceiveWindow.FIRST_BYTES, 1 << 29);
    range("windows of a connection", connectionWindowBytesMax, 0, 1L << 40);
    range("payload", dataBytesMax, Outbox.DATA_BYTES_WORTHWHILE, 1 << 20);
    range("send queue", sendQueueBytesMax, 1, 1 << 30);
    range("replies", repliesMax, 1, 1 << 20);
    range("time between pings", pingNanos, 1, Long.MAX_VALUE >> 2);
    range("time of silence", silenceNanos, 1, Long.MAX_VALUE >> 2);
  }

  private static void range(String what, long number, long min, long max) {
    if (number < min || number > max) {
      throw new IllegalArgumentException(
          "limit of " + what + " is " + number + ", must be " + min + " to " + max);
    }
  }
}

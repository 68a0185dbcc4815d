package io.banyan.p2p.yamux;

import io.netty.buffer.ByteBuf;

/**
 * What came of the peer's bytes, of time, or of room to send. Streams are named by their handle.
 */
public sealed interface YamuxEvent {
  /** The peer has opened a stream. It is acknowledged when it is first written to, or read. */
  record Opened(long stream) implements YamuxEvent {}

  /**
   * Bytes, never none of them.
   *
   * @param bytes the receiver's to release; each one is to be reported as consumed when it is read
   */
  record Data(long stream, ByteBuf bytes) implements YamuxEvent {}

  /** The peer sends nothing more on this stream; all it sent has been delivered. */
  record RemoteClosed(long stream) implements YamuxEvent {}

  /** The peer has ended the stream both ways, not in order; the stream is gone. */
  record Reset(long stream) implements YamuxEvent {}

  /** The peer knows of the stream that was opened here. */
  record Acked(long stream) implements YamuxEvent {}

  /** The stream's send queue, which was more than half full, is half empty again. */
  record Writable(long stream) implements YamuxEvent {}

  /** The peer has answered a ping. */
  record Pong(long roundTripNanos) implements YamuxEvent {}

  /**
   * The peer is about to end the session.
   *
   * @param code 0 in order, 1 it says that this node broke the protocol, 2 it failed; or any other
   */
  record GoAway(long code) implements YamuxEvent {}

  /**
   * The peer broke the protocol, or is silent. All streams are gone; a GoAway is left to be sent,
   * then the connection is to be closed. Always the last event.
   */
  record Violation(String sentence) implements YamuxEvent {}
}

package io.banyan.p2p.multistream;

import io.netty.buffer.ByteBuf;

/** How far a negotiation has come. */
public sealed interface Negotiated {
  /** More bytes are needed. */
  record Pending() implements Negotiated {}

  /**
   * Both sides speak this from now on.
   *
   * @param rest what the peer has already sent of it, perhaps nothing; the receiver's to release
   */
  record Agreed(String protocol, ByteBuf rest) implements Negotiated {}

  /** The listener speaks none of what was proposed. */
  record Refused(String sentence) implements Negotiated {}
}

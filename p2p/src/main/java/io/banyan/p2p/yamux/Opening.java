package io.banyan.p2p.yamux;

/** What came of opening a stream. */
public sealed interface Opening {
  /**
   * It is open, and may be written to at once.
   *
   * @param stream its handle
   */
  record Opened(long stream) implements Opening {}

  /** There is no new stream now. */
  record Refused(Reason reason) implements Opening {}

  /** Why there is none. */
  enum Reason {
    /** The peer has not yet acknowledged those that were opened; ask again after an Acked. */
    ACK_BACKLOG,
    /** As many are open as the limits allow. */
    STREAMS,
    /** All numbers are used up; a new connection has new ones. */
    IDS,
    /** One side has said that it goes away. */
    GOING_AWAY,
    /** The session is over. */
    CLOSED
  }
}

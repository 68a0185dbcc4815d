package io.banyan.p2p.yamux;

import static io.banyan.p2p.yamux.FrameHeader.ACK;
import static io.banyan.p2p.yamux.FrameHeader.SYN;
import static io.banyan.p2p.yamux.FrameHeader.WINDOW_UPDATE;

import io.netty.buffer.ByteBuf;

/**
 * One stream: what may be sent and received on it, and which ends of it are closed.
 *
 * <pre>
 *   opened here:  synDue → SYN leaves → any frame of the peer's acknowledges it
 *   opened there: ackDue → first write, close or read here → ACK leaves
 *   our end:      open → closeWrite → queue runs empty → FIN leaves (finSent)
 *   their end:    open → FIN comes (remoteClosed) → all is read (nothing held)
 * </pre>
 */
final class YamuxStream {
  /** Everybody's counter of credit has 32 bits. */
  private static final long SEND_WINDOW_MAX = (1L << 32) - 1;

  private final long handle;
  private final boolean outbound;
  private final SendQueue queue = new SendQueue();
  private final ReceiveWindow window;
  private long sendWindow = ReceiveWindow.FIRST_BYTES;
  private boolean synDue;
  private boolean ackDue;
  private boolean acked;
  private boolean writeClosed;
  private boolean finSent;
  private boolean remoteClosed;

  YamuxStream(long handle, boolean outbound, ReceiveWindow window) {
    this.handle = handle;
    this.outbound = outbound;
    this.window = window;
    this.synDue = outbound;
    this.ackDue = !outbound;
  }

  long handle() {
    return handle;
  }

  int id() {
    return (int) handle;
  }

  boolean isOutbound() {
    return outbound;
  }

  ReceiveWindow window() {
    return window;
  }

  /** Opened here, and the peer has not shown that it knows. */
  boolean isUnacked() {
    return outbound && !acked;
  }

  void acked() {
    acked = true;
  }

  /** Opened there, and this side has not shown that it knows. */
  boolean isAckDue() {
    return ackDue;
  }

  boolean isWriteClosed() {
    return writeClosed;
  }

  boolean isRemoteClosed() {
    return remoteClosed;
  }

  void remoteClosed() {
    remoteClosed = true;
  }

  /** Ended in order, both ways, for both sides. */
  boolean isEnded() {
    return finSent && remoteClosed;
  }

  /** Ended, and nothing of it is left to be read. */
  boolean isOver() {
    return isEnded() && window.held() == 0;
  }

  /** Whether the peer has heard of it at all. */
  boolean isKnownToPeer() {
    return !synDue;
  }

  int queuedBytes() {
    return queue.bytes();
  }

  void write(ByteBuf bytes) {
    queue.add(bytes);
  }

  void closeWrite() {
    writeClosed = true;
  }

  /**
   * Credit for more bytes.
   *
   * @return whether there can be so much
   */
  boolean grant(long delta) {
    if (sendWindow + delta > SEND_WINDOW_MAX) {
      return false;
    }
    sendWindow += delta;
    return true;
  }

  /** How many bytes could leave now, if there was room for all. */
  int sendableBytes() {
    return (int) Math.min(queue.bytes(), sendWindow);
  }

  /** Needs no credit. */
  boolean isFinDue() {
    return writeClosed && !finSent && queue.bytes() == 0;
  }

  boolean hasData() {
    return sendableBytes() > 0 || isFinDue();
  }

  /** Says what is to be said about the stream before its next bytes: SYN, ACK, and new credit. */
  FrameHeader control(int windowBytes) {
    int flags = (synDue ? SYN : 0) | (ackDue ? ACK : 0);
    if (flags != 0) {
      window.growTo(windowBytes);
    }
    synDue = false;
    ackDue = false;
    return FrameHeader.of(WINDOW_UPDATE, flags, id(), window.update());
  }

  void moveTo(ByteBuf into, int count) {
    sendWindow -= count;
    queue.moveTo(into, count);
  }

  void finSent() {
    finSent = true;
  }

  void close() {
    queue.close();
    window.close();
  }
}

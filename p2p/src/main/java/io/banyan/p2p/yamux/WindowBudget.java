package io.banyan.p2p.yamux;

/** The receive windows of all streams of a connection, added up. */
final class WindowBudget {
  private final long bytesMax;
  private long bytes;

  WindowBudget(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** A window that the protocol gives, whatever the limit. */
  void takeFirst() {
    bytes += ReceiveWindow.FIRST_BYTES;
  }

  /** Takes more, if that stays within the limit. */
  boolean take(int more) {
    if (bytes + more > bytesMax) {
      return false;
    }
    bytes += more;
    return true;
  }

  void give(int back) {
    bytes -= back;
  }

  long bytes() {
    return bytes;
  }
}

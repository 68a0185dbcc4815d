package io.banyan.delegation.simulation;

/**
 * One direction of a connection.
 *
 * <p>Confined to the thread that simulates.
 */
final class Line {
  final Connection connection;
  final VirtualNode from;
  final VirtualNode to;
  long lastArrivalNanos; // what is sent later arrives no sooner
  private int severed;

  Line(Connection connection, VirtualNode from, VirtualNode to) {
    this.connection = connection;
    this.from = from;
    this.to = to;
  }

  boolean isSevered() {
    return severed > 0;
  }

  void sever() {
    severed++;
  }

  void mend() {
    severed--;
  }
}

package io.banyan.delegation.simulation;

import java.util.List;

/**
 * What joins two nodes, while it is up, and again when it is up again.
 *
 * <p>Confined to the thread that simulates.
 */
final class Connection {
  final Line there;
  final Line back;
  final long latencyNanos;
  private boolean up;
  private int epoch; // what was sent in another one is lost

  Connection(VirtualNode one, VirtualNode other, long latencyNanos) {
    this.there = new Line(this, one, other);
    this.back = new Line(this, other, one);
    this.latencyNanos = latencyNanos;
  }

  List<Line> lines() {
    return List.of(there, back);
  }

  boolean isUp() {
    return up;
  }

  int epoch() {
    return epoch;
  }

  void becomes(boolean nowUp) {
    up = nowUp;
    epoch++;
  }
}

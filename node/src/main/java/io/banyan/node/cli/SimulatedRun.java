package io.banyan.node.cli;

import io.banyan.delegation.simulation.Measured;

/**
 * A simulation, and how long it took.
 *
 * @param seconds of this machine
 */
record SimulatedRun(Measured measured, double seconds) {
  double eventsPerSecond() {
    return measured.events() / seconds;
  }

  boolean isStar() {
    return measured.depth() <= 1;
  }
}

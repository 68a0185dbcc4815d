package io.banyan.delegation.simulation;

import io.banyan.delegation.Delegator;
import java.util.List;

/**
 * All that a simulation begins with.
 *
 * @param draws what is drawn later
 * @param members the nodes; the first is the entry node of every job
 * @param links pairs of nodes that connect to each other
 * @param audited whether every command of every node is held against what it may be
 * @param wire whether every message is encoded and decoded
 * @param crashesPerMinute of those that are no entry node, each for all of the simulation; beside
 *     {@code faults}
 */
record Scenario(
    Draws draws,
    List<Member> members,
    List<Pair> links,
    List<VirtualJob> jobs,
    Faults faults,
    boolean audited,
    boolean wire,
    double crashesPerMinute) {
  /**
   * A node.
   *
   * @param fuelPerSecond that one worker uses up
   * @param noise of each call's time around what it should take, 0 to 1
   * @param bytesPerSecond that it sends, or receives
   * @param reportedFuelPerSecond that it says it uses up before it has made a call; 0 if it does
   *     not know
   * @param heldMax leases that it holds at most
   */
  record Member(
      Delegator.Settings settings,
      double fuelPerSecond,
      double noise,
      double bytesPerSecond,
      long reportedFuelPerSecond,
      int heldMax) {
    /** Leases held by a production node: two for each of 32 workers. */
    static final int HELD_MAX = 64;
  }

  /** Two nodes with a connection, {@code latencyNanos} apart. */
  record Pair(int one, int other, long latencyNanos) {}

  Scenario {
    members = List.copyOf(members);
    links = List.copyOf(links);
    jobs = List.copyOf(jobs);
  }
}

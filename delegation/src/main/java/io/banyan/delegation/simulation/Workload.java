package io.banyan.delegation.simulation;

/**
 * A large network and one job for it.
 *
 * @param seed of all that is drawn
 * @param nodes 1 to {@link #NODES_MAX}
 * @param workers of each node, 1 or more
 * @param leaves 1 to {@link #LEAVES_MAX}
 * @param leafSeconds that a leaf takes on average at speed 1
 * @param spread of the leaves around that, 0 (all alike) to 1
 * @param slowest speed of a node
 * @param fastest speed of a node; between both, every factor is as likely as any other
 * @param fanOut nodes that a node is connected to below it, 1 or more; as many as there are nodes
 *     makes a star, in which the entry node manages all of them
 * @param churnPercent of the nodes that crash in a minute, and come back after some seconds
 * @param lossPercent of the messages that are lost
 * @param latencyMillis between two nodes that are connected
 */
public record Workload(
    long seed,
    int nodes,
    int workers,
    int leaves,
    double leafSeconds,
    double spread,
    double slowest,
    double fastest,
    int fanOut,
    double churnPercent,
    double lossPercent,
    double latencyMillis) {
  /** What a gigabyte of heap holds. */
  public static final int NODES_MAX = 100_000;

  public static final int LEAVES_MAX = 1 << 20; // 1 048 576

  public Workload {
    if (nodes < 1 || nodes > NODES_MAX) {
      throw new IllegalArgumentException(nodes + " nodes, must be 1 to " + NODES_MAX);
    }
    if (leaves < 1 || leaves > LEAVES_MAX) {
      throw new IllegalArgumentException(leaves + " leaves, must be 1 to " + LEAVES_MAX);
    }
    if (workers < 1 || workers > 1024 || fanOut < 1) {
      throw new IllegalArgumentException(
          workers + " workers, must be 1 to 1024; fan-out " + fanOut + ", must be 1 or more");
    }
    if (!(slowest > 0 && slowest <= fastest && fastest <= 1e6)) {
      throw new IllegalArgumentException("speeds of " + slowest + " to " + fastest);
    }
    if (!(leafSeconds >= 1e-6 && leafSeconds <= 1e6 && spread >= 0 && spread <= 1)) {
      throw new IllegalArgumentException(
          "leaves of " + leafSeconds + " s, spread by " + spread + ", which must be 0 to 1");
    }
    if (!(churnPercent >= 0 && churnPercent <= 100 && lossPercent >= 0 && lossPercent <= 50)) {
      throw new IllegalArgumentException(
          "churn of "
              + churnPercent
              + " %, must be 0 to 100; loss of "
              + lossPercent
              + " %, must be 0 to 50");
    }
    if (!(latencyMillis >= 0 && latencyMillis <= 60_000)) {
      throw new IllegalArgumentException("a latency of " + latencyMillis + " ms");
    }
  }

  /** The same job, managed by the entry node alone. */
  public Workload star() {
    return with(nodes, Math.max(1, nodes - 1));
  }

  /** The same with another number of nodes, and of nodes below a node. */
  public Workload with(int otherNodes, int otherFanOut) {
    return new Workload(
        seed,
        otherNodes,
        workers,
        leaves,
        leafSeconds,
        spread,
        slowest,
        fastest,
        otherFanOut,
        churnPercent,
        lossPercent,
        latencyMillis);
  }
}

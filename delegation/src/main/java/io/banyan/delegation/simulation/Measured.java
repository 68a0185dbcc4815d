package io.banyan.delegation.simulation;

/**
 * What a large network came to.
 *
 * @param end how the job ended, as {@link io.banyan.delegation.JobEnd} names it
 * @param right whether it came to what one node comes to
 * @param makespanSeconds from the job's acceptance to its end
 * @param boundSeconds that no network of these nodes could have been faster than: all work over all
 *     speed, or the longest leaf on the fastest node and the way there and back
 * @param depth of the tree of nodes
 * @param events that happened
 * @param letters messages between nodes, heartbeats not counted
 * @param beats heartbeats
 * @param fetches of data: requests with their answers
 * @param leaves executed, some twice
 * @param leases that were lent
 * @param crashes of nodes
 * @param mostOfOneNode the most that one node kept track of at any look: peers, leases, tasks and
 *     calls
 */
public record Measured(
    Workload workload,
    String end,
    boolean right,
    double makespanSeconds,
    double boundSeconds,
    int depth,
    long events,
    long letters,
    long beats,
    long fetches,
    long leaves,
    long leases,
    int crashes,
    int mostOfOneNode) {
  /** How many times longer than the bound it took. */
  public double ratio() {
    return makespanSeconds / boundSeconds;
  }

  /** Messages and fetches of the job for each of its leaves. */
  public double messagesPerLeaf() {
    return (double) (letters + 2 * fetches) / workload.leaves();
  }
}

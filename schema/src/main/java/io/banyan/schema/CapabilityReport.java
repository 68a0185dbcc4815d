package io.banyan.schema;

import java.util.List;

/**
 * What a node says of itself: at the start of a connection, and whenever it changes much. Speed and
 * room are taken as a first guess; what was measured here counts more.
 *
 * @param agentVersion program and version, such as {@code banyan/0.1.0}
 * @param protocolVersion of {@code /banyan/task}, 1 or more
 * @param profiles the rules it can run by, the preferred one first; 1 to {@link #PROFILES_MAX}
 * @param workers guests it runs at once, 0 to {@link #WORKERS_MAX}
 * @param freeWorkers of those, how many would begin at once
 * @param fuelPerSecond that one worker has used up of late, measured; 0 if not measured yet
 * @param memoryBytes for all guests together
 * @param queueLength calls that wait for a worker
 * @param labels what it calls itself, as in {@link Routing#labels()}
 * @param limits the most it would take on
 * @param accepting whether it takes new work at all
 */
public record CapabilityReport(
    String agentVersion,
    int protocolVersion,
    List<Profile> profiles,
    int workers,
    int freeWorkers,
    long fuelPerSecond,
    long memoryBytes,
    int queueLength,
    List<String> labels,
    JobLimits limits,
    boolean accepting)
    implements TaskMessage, ClientMessage {
  public static final int PROFILES_MAX = 16;

  /** More threads than any machine has. */
  public static final int WORKERS_MAX = 1 << 16;

  /**
   * The maxima of one job on a node.
   *
   * @param call of each call
   * @param inputBytesMax of the input of a job
   * @param leavesMax of one lease, or of a job at its entry node
   */
  public record JobLimits(CallLimits call, long inputBytesMax, long leavesMax) {
    public JobLimits {
      Rules.atLeastZero("limit of input bytes", inputBytesMax);
      Rules.range("limit of leaves", leavesMax, 1, Limits.CELLS_MAX);
    }
  }

  public CapabilityReport {
    Rules.version(agentVersion);
    Rules.range("protocol version", protocolVersion, 1, 0xffff);
    profiles = Rules.list("profiles", profiles, 1, PROFILES_MAX);
    Rules.range("number of workers", workers, 0, WORKERS_MAX);
    Rules.range("number of free workers", freeWorkers, 0, workers);
    Rules.atLeastZero("fuel per second", fuelPerSecond);
    Rules.atLeastZero("memory", memoryBytes);
    Rules.atLeastZero("queue length", queueLength);
    labels = Rules.list("labels", labels, Routing.LABELS_MAX);
    labels.forEach(Routing::requireLabel);
  }
}

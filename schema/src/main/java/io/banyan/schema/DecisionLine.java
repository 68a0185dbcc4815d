package io.banyan.schema;

/**
 * One decision of a node about a plan node, with all that it rests on.
 *
 * @param link the lease, by its digest, or the job that the decision is about
 * @param dataSize bytes, or cells under the rule {@code index}
 * @param operationWeight fuel per byte or cell
 * @param availableCapacity fuel per second of all workers together
 * @param thresholdSeconds a score above it has the node look for children
 * @param predictedSeconds until the plan node is done as decided; 0 if nothing was predicted
 * @param actualSeconds until it was done; 0 while it is not
 * @param reason for people
 */
public record DecisionLine(
    Digest link,
    PlanNode node,
    Role role,
    double dataSize,
    double operationWeight,
    double availableCapacity,
    double thresholdSeconds,
    double predictedSeconds,
    double actualSeconds,
    String reason) {
  /** What a node is for a plan node. */
  public enum Role {
    /** It lends parts on. */
    MANAGER,
    /** It computes. */
    WORKER
  }

  public DecisionLine {
    Rules.measure("data size", dataSize);
    Rules.measure("operation weight", operationWeight);
    Rules.measure("available capacity", availableCapacity);
    Rules.measure("threshold", thresholdSeconds);
    Rules.measure("prediction", predictedSeconds);
    Rules.measure("actual time", actualSeconds);
    Rules.sentence("reason", reason);
  }
}

package io.banyan.delegation;

/**
 * The seconds that a plan node is expected to take on this node alone: dataSize × operationWeight /
 * availableCapacity.
 *
 * @param dataSize bytes; cells under the rule {@code index}
 * @param operationWeight fuel per byte or cell
 * @param availableCapacity fuel that this node's workers together use up in a second
 */
public record ComplexityScore(double dataSize, double operationWeight, double availableCapacity) {
  public ComplexityScore {
    if (!(dataSize >= 0 && operationWeight >= 0 && availableCapacity > 0)) {
      throw new IllegalArgumentException(
          "score of " + dataSize + " × " + operationWeight + " / " + availableCapacity);
    }
  }

  public double seconds() {
    return dataSize * operationWeight / availableCapacity;
  }
}

package io.banyan.schema;

/** Which job goes first; under overload the lowest is shed first. */
public enum Priority {
  LOW(25),
  NORMAL(50),
  HIGH(75),
  CRITICAL(100);

  private final int weight;

  Priority(int weight) {
    this.weight = weight;
  }

  /** 25, 50, 75 or 100: what travels. */
  public int weight() {
    return weight;
  }
}

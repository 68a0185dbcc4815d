package io.banyan.delegation;

import io.banyan.schema.Digest;
import io.banyan.schema.Value;
import io.banyan.trust.Evidence;

/**
 * What a lent plan node came to, as checked against the plan.
 *
 * @param receipt digest of the child's signed receipt
 */
public record Delivery(Value value, Evidence evidence, Digest receipt) {
  public Delivery {
    if (value instanceof Value.Empty) {
      throw new IllegalArgumentException("a plan node that is lent is not empty");
    }
  }
}

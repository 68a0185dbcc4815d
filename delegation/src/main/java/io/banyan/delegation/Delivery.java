package io.banyan.delegation;

import io.banyan.schema.Digest;
import io.banyan.schema.Value;
import io.banyan.trust.Evidence;

/**
 * What a lent plan node came to, as checked against the plan.
 *
 * @param receipt digest of the child's signed receipt
 * @param leasesBelow that the child lent on, it and those below it, as the evidence lists them
 */
public record Delivery(Value value, Evidence evidence, Digest receipt, int leasesBelow) {
  /** The delivery of a child that lent nothing on. */
  public Delivery(Value value, Evidence evidence, Digest receipt) {
    this(value, evidence, receipt, 0);
  }

  public Delivery {
    if (leasesBelow < 0) {
      throw new IllegalArgumentException("a delivery over " + leasesBelow + " leases");
    }
    if (value instanceof Value.Empty) {
      throw new IllegalArgumentException("a plan node that is lent is not empty");
    }
  }
}

package io.banyan.node;

import io.banyan.schema.Digest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What children say of leases that are out: one sum a lease, over all that is below it, so that a
 * node knows of as many figures as it has leases out, however large the tree is. It is their word,
 * within what they were granted; what they deliver is counted elsewhere.
 *
 * <p>Safe for any thread.
 */
public final class Reported {
  private final Map<Digest, Sum> byLease = new ConcurrentHashMap<>();

  /**
   * What was done below a lease, or several.
   *
   * @param leaves executed
   * @param fuel used
   */
  public record Sum(long leaves, long fuel) {
    public static final Sum NONE = new Sum(0, 0);

    /** Both together. */
    public Sum plus(Sum other) {
      return new Sum(leaves + other.leaves, fuel + other.fuel);
    }
  }

  /** The child says so now. */
  public void says(Digest lease, Sum sum) {
    byLease.put(lease, sum);
  }

  /** The lease is over: what came of it, if anything, is counted elsewhere. */
  public void over(Digest lease) {
    byLease.remove(lease);
  }

  /** All leases together. */
  public Sum sum() {
    return byLease.values().stream().reduce(Sum.NONE, Sum::plus);
  }
}

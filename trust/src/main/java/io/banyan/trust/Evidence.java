package io.banyan.trust;

import io.banyan.schema.Claim;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import java.util.List;

/**
 * What the claims below a plan node add up to.
 *
 * @param executionRoot the root of the claim tree below it
 * @param leaves how many leaves were executed, 1 or more
 * @param fuel of all claims below
 */
public record Evidence(Digest executionRoot, long leaves, long fuel) {
  /** The evidence of a leaf: its one claim is its tree. */
  public static Evidence ofLeaf(Claim execute) {
    if (execute.function() != GuestFunction.EXECUTE) {
      throw new IllegalArgumentException("a leaf executes, it does not " + execute.function());
    }
    return new Evidence(execute.digest(), 1, execute.fuel());
  }

  /**
   * The evidence of an inner node.
   *
   * @param own its split, if it has one, before its merge, if it has one
   * @param children of its non-empty children, in order; one or more
   */
  public static Evidence ofInner(List<Claim> own, List<Evidence> children) {
    long leaves = 0;
    long fuel = 0;
    for (Claim claim : own) {
      fuel = Math.addExact(fuel, claim.fuel());
    }
    for (Evidence child : children) {
      leaves = Math.addExact(leaves, child.leaves);
      fuel = Math.addExact(fuel, child.fuel);
    }
    List<Digest> roots = children.stream().map(Evidence::executionRoot).toList();
    return new Evidence(Claim.nodeHash(own, roots), leaves, fuel);
  }
}

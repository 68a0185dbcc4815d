package io.banyan.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The Merkle path from a claim to the execution root of a plan node above it. Whether index and
 * number of children are those of the plan, the verifier knows from the plan.
 *
 * @param claim what is proven
 * @param beside what stands beside the claim in its own plan node; nothing for a leaf's, whose one
 *     claim is its tree
 * @param levels from the claim's plan node up; as many as there are plan nodes above it
 */
public record InclusionProof(Claim claim, Optional<Beside> beside, List<Level> levels)
    implements ProofReply.Answer {
  /** Three for each of the splits, and three for the last one's parts, with room to spare. */
  public static final int LEVELS_MAX = 32;

  /** A plan node's own claims: its split and its merge. */
  public static final int OWN_MAX = 2;

  /** The levels of an RFC 9162 tree over {@link Limits#FAN_OUT} children. */
  public static final int PATH_MAX = 4;

  /**
   * The rest of the inner node that made the claim.
   *
   * @param others digests of its other claims, split before merge
   * @param index where the claim stands among all
   * @param children how many non-empty ones it has
   * @param childrenRoot the RFC 9162 root over their hashes
   */
  public record Beside(List<Digest> others, int index, int children, Digest childrenRoot) {
    public Beside {
      others = Rules.list("claims beside a claim", others, OWN_MAX - 1);
      Rules.range("index of a claim", index, 0, others.size());
      Rules.range("number of children", children, 1, Limits.FAN_OUT);
    }
  }

  /**
   * An inner node above.
   *
   * @param own digests of its own claims, split before merge
   * @param index of the child on the way, among the non-empty ones
   * @param children how many non-empty ones it has
   * @param path from that child to the root over the children
   */
  public record Level(List<Digest> own, int index, int children, List<Digest> path) {
    public Level {
      own = Rules.list("own claims", own, OWN_MAX);
      Rules.range("number of children", children, 1, Limits.FAN_OUT);
      Rules.range("index of a child", index, 0, children - 1);
      path = Rules.list("hashes in a path", path, PATH_MAX);
    }
  }

  public InclusionProof {
    if (beside.isEmpty() != (claim.function() == GuestFunction.EXECUTE)) {
      throw new IllegalArgumentException(
          "a proof of "
              + claim.function().exportName()
              + " with"
              + (beside.isEmpty() ? "out" : "")
              + " something beside it");
    }
    levels = Rules.list("levels of a proof", levels, LEVELS_MAX);
  }

  /** The execution root that the claim lies under; nothing if a path has the wrong length. */
  public Optional<Digest> executionRoot() {
    Digest hash = claim.digest();
    if (beside.isPresent()) {
      Beside at = beside.get();
      List<Digest> own = new ArrayList<>(at.others());
      own.add(at.index(), hash);
      hash = Claim.nodeHash(own, at.children(), at.childrenRoot());
    }
    for (Level level : levels) {
      Optional<Digest> root =
          MerkleTree.rootAbove(
              MerkleTree.leafHash(hash.bytes()), level.index(), level.children(), level.path());
      if (root.isEmpty()) {
        return Optional.empty();
      }
      hash = Claim.nodeHash(level.own(), level.children(), root.get());
    }
    return Optional.of(hash);
  }
}

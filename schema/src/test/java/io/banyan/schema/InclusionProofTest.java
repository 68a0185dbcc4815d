package io.banyan.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class InclusionProofTest {
  private final List<Claim> leaves = new ArrayList<>();
  private final Claim lowerMerge = claim(GuestFunction.MERGE, 100);
  private final Claim split = claim(GuestFunction.SPLIT, 101);
  private final Claim upperMerge = claim(GuestFunction.MERGE, 102);
  private final List<Digest> lower;
  private final List<Digest> upper;
  private final Digest root;

  /** An inner node of five leaves, the second of three children of a node that was split. */
  InclusionProofTest() {
    for (int i = 0; i < 5; i++) {
      leaves.add(claim(GuestFunction.EXECUTE, i));
    }
    lower = leaves.stream().map(Claim::digest).toList();
    upper =
        List.of(Examples.digest(1), Claim.nodeHash(List.of(lowerMerge), lower), Examples.digest(2));
    root = Claim.nodeHash(List.of(split, upperMerge), upper);
  }

  private static Claim claim(GuestFunction function, int fuel) {
    return new Claim(
        Profile.ONE,
        Examples.KEY,
        function,
        Digest.ZERO,
        Digest.ZERO,
        0,
        fuel,
        new Outcome.Completed());
  }

  @Test
  void everyLeafLiesUnderTheExecutionRoot() {
    for (int i = 0; i < leaves.size(); i++) {
      InclusionProof proof =
          new InclusionProof(leaves.get(i), Optional.empty(), List.of(lowerLevel(i), upperLevel()));

      assertEquals(Optional.of(root), proof.executionRoot());
    }
  }

  @Test
  void splitAndMergesLieUnderTheExecutionRoot() {
    InclusionProof ofLowerMerge =
        new InclusionProof(
            lowerMerge, Optional.of(beside(List.of(), 0, lower)), List.of(upperLevel()));
    InclusionProof ofSplit =
        new InclusionProof(
            split, Optional.of(beside(List.of(upperMerge.digest()), 0, upper)), List.of());
    InclusionProof ofUpperMerge =
        new InclusionProof(
            upperMerge, Optional.of(beside(List.of(split.digest()), 1, upper)), List.of());

    assertEquals(Optional.of(root), ofLowerMerge.executionRoot());
    assertEquals(Optional.of(root), ofSplit.executionRoot());
    assertEquals(Optional.of(root), ofUpperMerge.executionRoot());
  }

  @Test
  void anotherClaimOrAnotherPlaceGivesAnotherRoot() {
    InclusionProof another =
        new InclusionProof(leaves.get(1), Optional.empty(), List.of(lowerLevel(0), upperLevel()));
    InclusionProof misplaced =
        new InclusionProof(
            split, Optional.of(beside(List.of(upperMerge.digest()), 1, upper)), List.of());

    assertNotEquals(Optional.of(root), another.executionRoot());
    assertNotEquals(Optional.of(root), misplaced.executionRoot());
  }

  @Test
  void aPathOfAnotherLengthLeadsNowhere() {
    InclusionProof.Level right = lowerLevel(0);
    InclusionProof.Level tooShort =
        new InclusionProof.Level(right.own(), 0, 5, right.path().subList(0, 2));

    InclusionProof proof =
        new InclusionProof(leaves.getFirst(), Optional.empty(), List.of(tooShort));

    assertEquals(Optional.empty(), proof.executionRoot());
  }

  @Test
  void aLeafHasNothingBesideItAndOthersHave() {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new InclusionProof(
                leaves.getFirst(), Optional.of(beside(List.of(), 0, lower)), List.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new InclusionProof(split, Optional.empty(), List.of()));
  }

  private InclusionProof.Level lowerLevel(int index) {
    return level(List.of(lowerMerge.digest()), index, lower);
  }

  private InclusionProof.Level upperLevel() {
    return level(List.of(split.digest(), upperMerge.digest()), 1, upper);
  }

  private static InclusionProof.Level level(List<Digest> own, int index, List<Digest> children) {
    return new InclusionProof.Level(
        own, index, children.size(), MerkleTree.inclusionPath(leafHashes(children), index));
  }

  private static InclusionProof.Beside beside(
      List<Digest> others, int index, List<Digest> children) {
    return new InclusionProof.Beside(
        others, index, children.size(), MerkleTree.root(leafHashes(children)));
  }

  private static List<Digest> leafHashes(List<Digest> children) {
    return children.stream().map(child -> MerkleTree.leafHash(child.bytes())).toList();
  }
}

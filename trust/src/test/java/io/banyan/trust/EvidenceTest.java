package io.banyan.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.banyan.schema.Claim;
import io.banyan.schema.Digest;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Outcome;
import io.banyan.schema.Profile;
import java.util.List;
import org.junit.jupiter.api.Test;

class EvidenceTest {
  private static Claim claim(GuestFunction function, long fuel) {
    return new Claim(
        Profile.ONE,
        Digest.ZERO,
        function,
        Digest.ZERO,
        Digest.ZERO,
        0,
        fuel,
        new Outcome.Completed());
  }

  @Test
  void aLeafIsItsOwnTree() {
    Claim execute = claim(GuestFunction.EXECUTE, 7);

    assertEquals(new Evidence(execute.digest(), 1, 7), Evidence.ofLeaf(execute));
  }

  @Test
  void leavesAndFuelAddUpOverTheTree() {
    Evidence left = Evidence.ofLeaf(claim(GuestFunction.EXECUTE, 7));
    Evidence right = Evidence.ofLeaf(claim(GuestFunction.EXECUTE, 5));
    Claim split = claim(GuestFunction.SPLIT, 100);
    Claim merge = claim(GuestFunction.MERGE, 1000);

    Evidence pair = Evidence.ofInner(List.of(split, merge), List.of(left, right));
    Evidence above = Evidence.ofInner(List.of(), List.of(pair));

    assertEquals(2, pair.leaves());
    assertEquals(1112, pair.fuel());
    assertEquals(
        Claim.nodeHash(List.of(split, merge), List.of(left.executionRoot(), right.executionRoot())),
        pair.executionRoot());
    assertEquals(2, above.leaves());
    assertEquals(1112, above.fuel());
    assertEquals(Claim.nodeHash(List.of(), List.of(pair.executionRoot())), above.executionRoot());
  }

  @Test
  void onlyAnExecutionIsALeaf() {
    assertThrows(
        IllegalArgumentException.class, () -> Evidence.ofLeaf(claim(GuestFunction.MERGE, 0)));
    assertThrows(
        IllegalArgumentException.class, () -> Evidence.ofLeaf(claim(GuestFunction.SPLIT, 0)));
  }
}

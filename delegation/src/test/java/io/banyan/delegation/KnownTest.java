package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.PlanNode;
import io.banyan.schema.Value;
import io.banyan.trust.Evidence;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KnownTest {
  private static final Known.Finished SOMETHING =
      new Known.Finished(new Value.Blob(BlobRef.EMPTY), new Evidence(Digest.ZERO, 1, 1));

  @Test
  void theUppermostOfWhatIsFoundIsKnown() {
    Known known = known("16-32", "17", "0-16", "40", "32-48");

    assertEquals(Set.of(node("16-32"), node("0-16"), node("32-48")), known.all().keySet());
    assertTrue(known.at(node("16-32")).isPresent());
    assertFalse(known.at(node("17")).isPresent());
  }

  @Test
  void aPlanNodeIsCoveredByWhatIsKnownAboveIt() {
    Known known = known("16-32", "48");

    assertTrue(known.covers(node("17")));
    assertTrue(known.covers(node("16-32")));
    assertTrue(known.covers(node("48")));
    assertFalse(known.covers(node("15")));
    assertFalse(known.covers(node("32")));
    assertFalse(known.covers(node("0-256")));
  }

  @Test
  void aPlanNodeHasBelowItWhatLiesWithin() {
    Known known = known("16-32", "48");

    assertTrue(known.hasBelow(node("0-256")));
    assertTrue(known.hasBelow(node("48-64")));
    assertFalse(known.hasBelow(node("48")));
    assertFalse(known.hasBelow(node("16-32")));
    assertFalse(known.hasBelow(node("32-48")));
    assertFalse(known.hasBelow(node("0-16")));
    assertFalse(Known.NOTHING.hasBelow(node("0-256")));
  }

  @Test
  void partsOfSplitsLieBelowTheirWholesAndTheirGroups() {
    Known known = known("/3/", "/3/1/", "/5/16-32", "/5/20/7/", "/6/0/", "/7/2/2/");

    assertEquals(
        Set.of(node("/3/"), node("/5/16-32"), node("/6/0/"), node("/7/2/2/")),
        known.all().keySet());
    assertTrue(known.covers(node("/3/9/9/")));
    assertTrue(known.covers(node("/5/20/")));
    assertTrue(known.covers(node("/5/20/0-4")));
    assertFalse(known.covers(node("/5/")));
    assertFalse(known.covers(node("/5/40/")));
    assertTrue(known.hasBelow(node("/")));
    assertTrue(known.hasBelow(node("/0-16")));
    assertTrue(known.hasBelow(node("/5/")));
    assertTrue(known.hasBelow(node("/7/")));
    assertTrue(known.hasBelow(node("/7/0-16")));
    assertFalse(known.hasBelow(node("/7/16-32")));
    assertFalse(known.hasBelow(node("/3/")));
    assertFalse(known.hasBelow(node("/4/")));
    assertFalse(known.hasBelow(node("/6/1/")));
  }

  @Test
  void theWholeOfASplitPlanIsAboveAllItsParts() {
    assertEquals(Set.of(node("/")), known("/3/", "/", "/0-16").all().keySet());
  }

  @Test
  void aPlanNodeLiesWithinItselfAndAllAboveIt() {
    assertTrue(Known.isWithin(node("17"), node("16-32")));
    assertTrue(Known.isWithin(node("16-32"), node("16-32")));
    assertFalse(Known.isWithin(node("16-32"), node("17")));
    assertFalse(Known.isWithin(node("32"), node("16-32")));
    assertTrue(Known.isWithin(node("/3/1/"), node("/")));
    assertTrue(Known.isWithin(node("/3/1/"), node("/3/")));
    assertTrue(Known.isWithin(node("/3/1/"), node("/0-16")));
    assertTrue(Known.isWithin(node("/3/0-16"), node("/3/")));
    assertFalse(Known.isWithin(node("/3/"), node("/3/1/")));
    assertFalse(Known.isWithin(node("/4/1/"), node("/3/")));
    assertFalse(Known.isWithin(node("/17/1/"), node("/0-16")));
  }

  @Test
  void leasesOfAllThatIsKnownAddUp() {
    Known.Finished lent =
        new Known.Finished(
            SOMETHING.value(), SOMETHING.evidence(), List.of(Digest.ZERO, Digest.sha256()), 5);

    assertEquals(
        10, Known.of(Map.of(node("1"), lent, node("2"), lent, node("3"), SOMETHING)).leases());
    assertThrows(
        IllegalArgumentException.class,
        () -> new Known.Finished(SOMETHING.value(), SOMETHING.evidence(), List.of(Digest.ZERO), 0));
  }

  @Test
  void nothingIsNotRemembered() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Known.Finished(new Value.Empty(), SOMETHING.evidence()));
  }

  private static Known known(String... nodes) {
    Map<PlanNode, Known.Finished> found = new LinkedHashMap<>();
    for (String node : nodes) {
      found.put(node(node), SOMETHING);
    }
    return Known.of(found);
  }

  private static PlanNode node(String words) {
    return PlanNode.parse(words);
  }
}

package io.banyan.node.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.banyan.node.TestingGuest;
import io.banyan.node.TestingRun;
import io.banyan.schema.Digest;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plan nodes are found by their keys, and no more of them are looked at than may be. */
class PlanNodesTest {
  private static final PlanNode ROOT = PlanNode.parse("0-4096");
  private static final PlanNode SMALL = PlanNode.parse("3");
  private static final PlanNode LARGE = PlanNode.parse("256-512");

  @TempDir private Path folder;
  private Plan plan;

  @BeforeEach
  void plan() throws Exception {
    byte[] guest = TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT).bytes();
    plan = Plan.of(new TestingRun(folder).draft(guest, new byte[4096], "bytes", 1).manifest());
  }

  @Test
  void theLargerOnesComeFirst() {
    Set<Digest> keys = Set.of(plan.key(SMALL), plan.key(LARGE), Digest.ZERO);

    PlanNodes.Found found = PlanNodes.find(plan, ROOT, keys, OrphanLimits.NODES_MAX);

    assertEquals(List.of(LARGE, SMALL), found.nodes());
    // The root, 16 children, 256 and 4096 below them, but for what is below the large one.
    assertEquals(1 + 16 + 15 * 16 + 15 * 256, found.looked());
  }

  @Test
  void noMoreAreLookedAtThanMayBe() {
    PlanNodes.Found found = PlanNodes.find(plan, ROOT, Set.of(Digest.ZERO), 100);

    assertEquals(new PlanNodes.Found(List.of(), 100), found);
  }

  @Test
  void partsOfSplitsAreNotLookedFor() {
    PlanNode part = PlanNode.parse("/3/");

    PlanNodes.Found found = PlanNodes.find(plan, part, Set.of(Digest.ZERO), 100);

    assertEquals(new PlanNodes.Found(List.of(), 0), found);
  }
}

package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Budget;
import io.banyan.schema.CallLimits;
import io.banyan.schema.Digest;
import io.banyan.schema.Manifest;
import io.banyan.schema.Routing;
import io.banyan.schema.SplitRule;
import org.junit.jupiter.api.Test;

class NeedsTest {
  private static final long FUEL = CallLimits.DEFAULT.fuel();
  private static final long OUTPUT = CallLimits.DEFAULT.outputBytesMax();

  private static Task task(SplitRule rule, Budget grant) {
    Manifest manifest =
        TestingManifests.with(
            TestingManifests.of(rule, 10, new BlobRef(Digest.ZERO, 1000), 60_000, 1),
            grant,
            Routing.DEFAULT,
            3);
    return TestingManifests.task(TestingManifests.link(1), manifest, manifest.cutsBySize(), true);
  }

  /** The default of a job of 100 leaves: two calls a leaf, four tries. */
  private static Budget generous() {
    return new Budget(800 * FUEL, 400, 800 * OUTPUT, 1L << 30, 4, 60_000);
  }

  @Test
  void everyTryIsGrantedAllThatItsCallsMayUse() {
    Needs needs = Needs.of(task(new SplitRule.ByBytes(), generous()), 10, 100, 0.1, 4);

    assertEquals(new Grants.Reservation(40, 80 * FUEL, 80 * OUTPUT), needs.wanted());
    assertEquals(new Grants.Reservation(10, 20 * FUEL, 20 * OUTPUT), needs.least());
  }

  @Test
  void triesThatAreSpentAreNotGranted() {
    Needs needs = Needs.of(task(new SplitRule.ByBytes(), generous()), 10, 100, 0.1, 1);

    assertEquals(needs.least(), needs.wanted());
  }

  /** Whoever set less fuel than all calls may use wants the job to be run with less. */
  @Test
  void ofASmallGrantEveryPlanNodeHasItsShare() {
    Budget little = new Budget(1000, 100, 500, 1L << 30, 4, 60_000);

    Needs needs = Needs.of(task(new SplitRule.ByBytes(), little), 10, 100, 0.1, 4);

    assertEquals(new Grants.Reservation(10, 100, 50), needs.wanted());
    assertEquals(needs.wanted(), needs.least());
  }

  /** How many leaves a guest's split makes is not known before. */
  @Test
  void aPartMayHaveAsManyLeavesAsAPlanHasForItsShare() {
    Budget grant = new Budget(1L << 60, 4L << 20, 1L << 60, 1L << 30, 4, 60_000);

    Needs needs = Needs.of(task(new SplitRule.ByModule(), grant), 0, 250, 0.25, 4);

    assertEquals(1 << 20, needs.wanted().leaves());
    assertEquals(25, needs.least().leaves());
    assertEquals(3L * (1 << 18) * FUEL, needs.least().fuel());
  }

  @Test
  void whatDoesNotFitALongIsCapped() {
    Budget most = new Budget(Long.MAX_VALUE, 1L << 40, Long.MAX_VALUE, 1L << 30, 4, 60_000);

    Needs needs = Needs.of(task(new SplitRule.ByBytes(), most), 1 << 24, 1L << 40, 1, 101);

    assertEquals(101L << 24, needs.wanted().leaves());
    assertEquals(101 * (2L << 24) * FUEL, needs.wanted().fuel());
    assertEquals(101 * (2L << 24) * OUTPUT, needs.wanted().bytes());
  }
}

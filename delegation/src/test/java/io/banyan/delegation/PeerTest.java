package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.Interval;
import io.banyan.schema.Manifest;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import io.banyan.schema.SplitRule;
import io.banyan.schema.UniformCuts;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeerTest {
  private static final Prices PRICES = TestingManifests.prices(new LeafCost(1000, 1e9), 1, 64);
  private static final PeerId ANN = TestingManifests.peer(1);
  private static final long SECOND = 1_000_000_000;

  static Lent lent(long lease, double fuel) {
    Manifest manifest =
        TestingManifests.of(new SplitRule.ByBytes(), 64, new BlobRef(Digest.ZERO, 640), 60_000, 1);
    Task task =
        TestingManifests.task(TestingManifests.link(1), manifest, manifest.cutsBySize(), true);
    TaskWalk.Overtaken nobody =
        new TaskWalk.Overtaken() {
          @Override
          public void call(long call) {}

          @Override
          public void lease(long overtaken, PlanNode node) {}
        };
    TaskState state = new TaskState(task, 0, nobody, new Outbox());
    Place place =
        new Place(null, new Footing.Cells(new UniformCuts(640, 64)), new Interval(0, 1), 4);
    return new Lent(lease, state, place, ANN, new Grants.Reservation(1, 1, 1), fuel, 1, 2, false);
  }

  /** Here a worker uses up 1 fuel a nanosecond. */
  private static Pace.Work work(double fuel) {
    return new Pace.Work(fuel, fuel);
  }

  @Test
  void thePaceIsModelledUntilSomethingCameBack() {
    Peer peer = new Peer(ANN, PeerProfile.of(4, 0), new Breaker(), 0);

    // A byte takes 1000 / 4 ns to compute there, and 10 to get there.
    assertEquals(1000 / 260.0, peer.pace(PRICES), 1e-9);
  }

  @Test
  void aPeerWithoutLeasesOfOursHasTheWorkersItSaysAreFree() {
    Peer peer = new Peer(ANN, PeerProfile.of(4, 0), new Breaker(), 0);

    peer.heard(1, 0);

    assertEquals(1000 / 1010.0, peer.pace(PRICES), 1e-9);
  }

  /** Twice our speed, by its own word: a byte takes 1000 / 8 ns there. */
  @Test
  void whatAPeerSaysOfItsSpeedIsAFirstGuess() {
    Peer peer = new Peer(ANN, PeerProfile.of(4, 2_000_000_000), new Breaker(), 0);
    Lent lent = lent(1, 3000);

    assertEquals(1000 / 135.0, peer.pace(PRICES), 1e-9);
    peer.add(lent, 1000);
    peer.delivered(lent, work(3000), 4000);
    assertEquals(1, peer.pace(PRICES), 1e-9);
  }

  @Test
  void whatHeldAPeerUpIsForgottenAndEachTimeLater() {
    Peer peer = new Peer(ANN, PeerProfile.of(1, 0), new Breaker(), 0);
    double modelled = peer.pace(PRICES);
    long now = 0;
    for (long nanos : List.of(Pace.KEPT_NANOS_MIN, 2 * Pace.KEPT_NANOS_MIN)) {
      Lent lent = lent(1, 3000);
      peer.add(lent, now);
      now += 3_000_000;
      peer.delivered(lent, work(3000), now);

      peer.heard(1, now + nanos);
      assertEquals(1e-3, peer.pace(PRICES), 1e-9);
      now += nanos + 1;
      peer.heard(1, now);
      assertEquals(modelled, peer.pace(PRICES), 1e-9);
    }
  }

  @Test
  void aPeerThatBoastsIsThoughtToBeFourTimesAsFastAsWeAre() {
    Peer boaster = new Peer(ANN, PeerProfile.of(1, Long.MAX_VALUE), new Breaker(), 0);
    Peer sloth = new Peer(ANN, PeerProfile.of(1, 1), new Breaker(), 0);

    assertEquals(1000 / 260.0, boaster.pace(PRICES), 1e-9);
    assertEquals(1000 / 4010.0, sloth.pace(PRICES), 1e-9);
  }

  /** Work for 3000 fuel in 1500 ns; one of ours uses up 0.5 fuel a nanosecond on such leaves. */
  @Test
  void whatItDidIsKnownInFuelAndInOurOwnTime() {
    Peer peer = new Peer(ANN, PeerProfile.of(4, 0), new Breaker(), 0);
    Lent lent = lent(1, 3000);
    assertEquals(0, peer.fuelPerSecond());
    peer.add(lent, 0);

    peer.delivered(lent, new Pace.Work(3000, 6000), 1500);

    assertEquals(2e9, peer.fuelPerSecond(), 1);
    assertEquals(4, peer.pace(PRICES), 1e-9);
  }

  @Test
  void thePaceIsWhatItDidInTheTimeItHeldALease() {
    Peer peer = new Peer(ANN, PeerProfile.of(4, 0), new Breaker(), 0);
    Lent first = lent(1, 3 * SECOND);
    Lent second = lent(2, SECOND);
    peer.add(first, 1000);
    peer.add(second, 1500);

    peer.delivered(first, work(first.fuel), 1000 + SECOND);
    assertEquals(3, peer.pace(PRICES), 1e-9);

    peer.delivered(second, work(second.fuel), 1000 + SECOND + SECOND / 4);
    assertEquals((0.75 * 3 + 1) / (0.75 + 0.25), peer.pace(PRICES), 1e-9);
  }

  @Test
  void whatComesTogetherCountsAsOneDelivery() {
    Peer peer = new Peer(ANN, PeerProfile.of(2, 0), new Breaker(), 0);
    Lent first = lent(1, SECOND);
    Lent second = lent(2, SECOND);
    peer.add(first, 0);
    peer.add(second, 0);

    peer.delivered(first, work(first.fuel), SECOND);
    peer.delivered(second, work(second.fuel), SECOND);

    assertEquals(2, peer.pace(PRICES), 1e-9);
  }

  @Test
  void howFarItHasComeCountsAtOnceAndOnce() {
    Peer peer = new Peer(ANN, PeerProfile.of(1, 0), new Breaker(), 0);
    Lent lent = lent(1, 4 * SECOND);
    peer.add(lent, 0);

    peer.progressed(lent, work(lent.progressed(0.5)), SECOND);

    assertEquals(2, peer.pace(PRICES), 1e-9);
    assertEquals(SECOND, peer.backlogNanos(PRICES), 1);
    assertEquals(0, lent.progressed(0.25)); // an older word
    peer.delivered(lent, work(lent.leftFuel()), 2 * SECOND);
    assertEquals(2, peer.pace(PRICES), 1e-9);
    assertEquals(0, peer.backlogNanos(PRICES));
  }

  @Test
  void aWordThatNothingCameOfCountsNoMore() {
    Peer peer = new Peer(ANN, PeerProfile.of(1, 0), new Breaker(), 0);
    double modelled = peer.pace(PRICES);
    Lent lent = lent(1, 4 * SECOND);
    peer.add(lent, 0);
    peer.progressed(lent, work(lent.progressed(1)), SECOND);
    assertEquals(4, peer.pace(PRICES), 1e-9);

    peer.lost(lent, SECOND);

    assertEquals(modelled, peer.pace(PRICES), 1e-9);
  }

  @Test
  void aPaceIsMeasuredWhenItWasSeenForSomeTime() {
    Peer peer = new Peer(ANN, PeerProfile.of(1, 0), new Breaker(), 0);
    Lent lent = lent(1, 10 * SECOND);
    peer.add(lent, 0);

    peer.progressed(lent, work(lent.progressed(0.1)), Pace.MEASURED_NANOS - 1);
    assertFalse(peer.isMeasured());
    peer.progressed(lent, work(lent.progressed(0.2)), Pace.MEASURED_NANOS);
    assertTrue(peer.isMeasured());
  }

  /** One worker of its own, and three times as fast as that: two more work for it. */
  @Test
  void whoWorksForItIsKnownByWhatItDoesTogether() {
    Peer peer = new Peer(ANN, PeerProfile.of(1, 1_000_000_000), new Breaker(), 0);
    Lent lent = lent(1, 30 * SECOND);
    assertEquals(1, peer.parallelism());
    peer.add(lent, 0);

    peer.progressed(lent, work(lent.progressed(0.4)), 4 * SECOND);

    assertEquals(3, peer.parallelism(), 1e-9);
  }

  @Test
  void howManyWorkersAPeerSaysItHasBreaksNothing() {
    Peer peer = new Peer(ANN, PeerProfile.of(60_000, 1), new Breaker(), 0);

    assertEquals(60_000, peer.parallelism());
  }

  /** Who says at once that all is done, and is long in delivering it, is no faster for it. */
  @Test
  void aWordThatComesTooSoonIsPutRightByTheDelivery() {
    Peer peer = new Peer(ANN, PeerProfile.of(4, 0), new Breaker(), 0);
    Lent lent = lent(1, 4 * SECOND);
    peer.add(lent, 0);
    peer.progressed(lent, work(lent.progressed(1)), SECOND / 4);
    assertEquals(16, peer.pace(PRICES), 1e-9);

    peer.delivered(lent, work(lent.leftFuel()), 4 * SECOND);

    assertTrue(peer.pace(PRICES) < 1, "pace " + peer.pace(PRICES));
  }

  /** Whoever has nothing left to do is not slower for it. */
  @Test
  void timeWithTooLittleToDoDoesNotCount() {
    Peer peer = new Peer(ANN, PeerProfile.of(2, 0), new Breaker(), 0);
    Lent much = lent(1, 8 * SECOND);
    Lent little = lent(2, SECOND);
    peer.add(much, 0);
    peer.delivered(much, work(much.fuel), 4 * SECOND);
    peer.add(little, 4 * SECOND);

    peer.delivered(little, work(little.fuel), 5 * SECOND);

    assertEquals(2, peer.pace(PRICES), 1e-9);
  }

  @Test
  void onlyItsOwnWorkersAreGivenSingleLeaves() {
    Peer peer = new Peer(ANN, PeerProfile.of(1, 0), new Breaker(), 0);
    peer.add(lent(1, 1000), 0);
    assertTrue(peer.mayHoldLeaf());
    peer.add(lent(2, 1000), 0);
    assertFalse(peer.mayHoldLeaf());
  }

  /** Two leases a worker; and more, where it is seen to be done with them soon. */
  @Test
  void whoIsSoonDoneHasCreditForMore() {
    Peer peer = new Peer(ANN, PeerProfile.of(1, 0), new Breaker(), 0);
    Lent lent = lent(1, 8 * SECOND);
    peer.add(lent, 0);
    peer.add(lent(2, SECOND), 0);
    peer.add(lent(3, SECOND), 0);
    assertFalse(peer.hasCredit(PRICES, 100 * SECOND)); // nothing was seen of it

    peer.progressed(lent, work(lent.progressed(0.5)), 4 * SECOND);

    assertTrue(peer.hasCredit(PRICES, 6 * SECOND));
    assertFalse(peer.hasCredit(PRICES, 5 * SECOND));
    for (int more = 4; more <= Peer.CREDIT_MAX; more++) {
      assertTrue(peer.hasCredit(PRICES, 100 * SECOND));
      peer.add(lent(more, 0), 0);
    }
    assertFalse(peer.hasCredit(PRICES, 100 * SECOND));
  }

  @Test
  void timeWithoutLeasesDoesNotCount() {
    Peer peer = new Peer(ANN, PeerProfile.of(1, 0), new Breaker(), 0);
    Lent first = lent(1, 1000);
    Lent second = lent(2, 1000);
    peer.add(first, 0);
    peer.delivered(first, work(1000), 500);

    peer.add(second, 1_000_000);
    peer.delivered(second, work(1000), 1_000_500);

    assertEquals(2, peer.pace(PRICES), 1e-9);
  }

  @Test
  void aLeaseThatCameToNothingSlowsItDown() {
    Peer peer = new Peer(ANN, PeerProfile.of(1, 0), new Breaker(), 0);
    Lent good = lent(1, SECOND);
    Lent bad = lent(2, SECOND);
    peer.add(good, 0);
    peer.delivered(good, work(SECOND), SECOND);
    peer.add(bad, SECOND);

    peer.lost(bad, 2 * SECOND);

    assertEquals(0.75 / 1.75, peer.pace(PRICES), 1e-9);
  }

  @Test
  void noPaceIsBeyondReason() {
    Peer peer = new Peer(ANN, PeerProfile.of(1, 0), new Breaker(), 0);
    Lent lent = lent(1, 1e15);
    peer.add(lent, 0);

    peer.delivered(lent, work(lent.fuel), 0);

    assertEquals(1000, peer.pace(PRICES));
  }

  @Test
  void whatItHoldsComesBeforeWhatItIsGiven() {
    Peer peer = new Peer(ANN, PeerProfile.of(1, 0), new Breaker(), 0);
    Prices free = TestingManifests.prices(new LeafCost(1000, 1e9), 0, 64);
    double idle = peer.finishNanos(64, free);
    Lent lent = lent(1, 5000);
    peer.add(lent, 0);

    assertEquals(64_000 + Prices.LEASE_NANOS, idle);
    assertEquals(5000, peer.backlogNanos(free));
    assertEquals(idle + 5000, peer.finishNanos(64, free));
    peer.remove(lent);
    assertEquals(0, peer.backlogNanos(free));
  }

  @Test
  void fewLeavesDoNotKeepAllWorkersBusy() {
    Peer peer = new Peer(ANN, PeerProfile.of(4, 0), new Breaker(), 0);
    Prices free = TestingManifests.prices(new LeafCost(1000, 1e9), 0, 64);

    assertEquals(64_000 + Prices.LEASE_NANOS, peer.finishNanos(64, free));
    assertEquals(64_000 + Prices.LEASE_NANOS, peer.finishNanos(256, free));
    assertEquals(128_000 + Prices.LEASE_NANOS, peer.finishNanos(512, free));
  }

  @Test
  void creditIsTwoLeasesAWorkerUpToALimit() {
    Peer small = new Peer(ANN, PeerProfile.of(1, 0), new Breaker(), 0);
    Peer large = new Peer(ANN, PeerProfile.of(60_000, 0), new Breaker(), 0);
    for (int lease = 0; lease < Peer.CREDIT_MAX; lease++) {
      assertEquals(lease < 2, small.hasCredit());
      assertTrue(large.hasCredit());
      small.add(lent(lease, 1), 0);
      large.add(lent(lease, 1), 0);
    }

    assertFalse(large.hasCredit());
  }
}

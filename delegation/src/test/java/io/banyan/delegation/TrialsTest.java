package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.PeerId;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TrialsTest {
  private static final SplittableRandom RANDOM = new SplittableRandom(1);

  @Test
  void whatIsLostAgainAndAgainWaitsEverLonger() {
    Trials trials = new Trials(4);
    assertTrue(trials.isDue(Long.MIN_VALUE));

    assertEquals(7, trials.backOff(7, RANDOM));
    assertTrue(trials.isDue(7));
    for (long whole = Trials.AGAIN_NANOS; whole < 4 * Trials.AGAIN_NANOS_MAX; whole *= 2) {
      long most = Math.min(whole, Trials.AGAIN_NANOS_MAX);
      long again = trials.backOff(0, RANDOM);
      assertTrue(most / 2 <= again && again <= most, again + " of " + most);
      assertFalse(trials.isDue(again - 1));
      assertTrue(trials.isDue(again));
    }
  }

  private static final PeerId ANN = TestingManifests.peer(1);
  private static final PeerId BOB = TestingManifests.peer(2);

  @Test
  void aPeerThatLostItIsNotAskedAgainAndTheOthersInheritWhatRemains() {
    Trials trials = new Trials(2);

    trials.lost(ANN);
    trials.lost(ANN);

    assertFalse(trials.allows(ANN));
    assertTrue(trials.allows(BOB));
    assertEquals(1, trials.left());
  }

  @Test
  void aPeerThatIsFoundAgainHasNotUsedUpATry() {
    Trials trials = new Trials(1);

    trials.lost(ANN);
    assertEquals(0, trials.left());
    trials.found(ANN);
    trials.found(BOB);

    assertEquals(1, trials.left());
    assertTrue(trials.allows(ANN));
  }

  /** A slow peer's plan node is lent a second time: both may be lost, and both found again. */
  @Test
  void peersThatAreFoundAgainLeaveNoMoreTriesThanThereWere() {
    Trials trials = new Trials(1);

    trials.lost(ANN);
    trials.lost(BOB);
    assertEquals(0, trials.left());
    trials.found(ANN);
    trials.found(BOB);

    assertEquals(1, trials.left());
  }

  @Test
  void offersToOnePeerAreCounted() {
    Trials trials = new Trials(1);

    assertEquals(0, trials.offer(ANN));
    assertEquals(1, trials.offer(ANN));
    assertEquals(0, trials.offer(BOB));
  }

  @Test
  void whatIsRunHereStaysHere() {
    Trials trials = new Trials(3);

    trials.lost(ANN);
    trials.here();
    trials.found(ANN);

    assertEquals(0, trials.left());
    assertFalse(trials.allows(BOB));
  }

  /** However many names the peers of one machine give themselves. */
  @Test
  void noMorePeersAreRememberedThanTheLimit() {
    Trials lost = new Trials(2 * Trials.PEERS_MAX);
    Trials busy = new Trials(1);

    for (int number = 0; number < Trials.PEERS_MAX; number++) {
      assertTrue(lost.allows(TestingManifests.peer(number)));
      lost.lost(TestingManifests.peer(number));
      assertTrue(busy.allows(TestingManifests.peer(number)));
      busy.offer(TestingManifests.peer(number));
    }

    assertEquals(0, lost.left());
    assertFalse(busy.allows(TestingManifests.peer(Trials.PEERS_MAX)));
    assertTrue(busy.allows(TestingManifests.peer(0)));
  }
}

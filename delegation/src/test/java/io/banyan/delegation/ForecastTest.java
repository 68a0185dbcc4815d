package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ForecastTest {
  private static Peer peer(int number, int workers) {
    return new Peer(TestingManifests.peer(number), PeerProfile.of(workers, 0), new Breaker(), 0);
  }

  @Test
  void aloneIsWeightOverWorkers() {
    Forecast forecast =
        Forecast.of(1e6, TestingManifests.prices(new LeafCost(1000, 1e9), 1, 64), 2, List.of());

    assertEquals(0.5, forecast.aloneSeconds());
    assertFalse(forecast.isSooner(false));
  }

  /** 1 s of work for one worker each: a byte takes 1000 ns here, 10 more to reach the peer. */
  @Test
  void anEqualPeerHalvesTheTimeOfHeavyWork() {
    Forecast forecast =
        Forecast.of(
            2e6, TestingManifests.prices(new LeafCost(1000, 1e9), 1, 64), 1, List.of(peer(1, 1)));

    assertEquals(2, forecast.aloneSeconds());
    assertEquals(1, forecast.togetherSeconds(), 0.02);
    assertTrue(forecast.isSooner(false));
  }

  @Test
  void workThatIsLightForItsBytesIsNotSoonerElsewhere() {
    Forecast forecast =
        Forecast.of(
            1e10, TestingManifests.prices(new LeafCost(4, 1e9), 1, 64), 1, List.of(peer(1, 8)));

    assertFalse(forecast.isSooner(false));
  }

  @Test
  void cellsWithoutBytesCostNothingToSend() {
    Forecast forecast =
        Forecast.of(
            1000, TestingManifests.prices(new LeafCost(4e6, 1e9), 0, 1), 1, List.of(peer(1, 3)));

    assertEquals(4, forecast.aloneSeconds());
    assertEquals(1.00375, forecast.togetherSeconds(), 1e-6);
  }

  @Test
  void morePeersThanLeavesAreNoHelp() {
    Prices prices = TestingManifests.prices(new LeafCost(1e7, 1e9), 1, 64);
    List<Peer> two = List.of(peer(1, 1), peer(2, 1));
    List<Peer> four = List.of(peer(1, 1), peer(2, 1), peer(3, 1), peer(4, 1));

    assertEquals(Forecast.of(128, prices, 1, two), Forecast.of(128, prices, 1, four));
  }
}

package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BreakerTest {
  private final Breaker breaker = new Breaker();

  private void open() {
    for (int lost = 1; lost < Breaker.LOST_MAX; lost++) {
      assertFalse(breaker.lost());
      assertTrue(breaker.allows(7));
    }
    assertTrue(breaker.lost());
  }

  @Test
  void itOpensAfterSoManyLossesInARow() {
    open();

    assertTrue(breaker.isOpen());
    assertFalse(breaker.allows(0));
  }

  @Test
  void whatIsDeliveredBetweenThemCloses() {
    breaker.lost();
    breaker.lost();
    assertFalse(breaker.worked()); // it was never open

    assertFalse(breaker.lost());
    assertFalse(breaker.lost());
    assertTrue(breaker.lost());
  }

  @Test
  void halfOpenItAllowsOneLease() {
    open();

    breaker.halfOpen();

    assertTrue(breaker.allows(0));
    assertFalse(breaker.allows(1));
    assertTrue(breaker.worked());
    assertTrue(breaker.allows(1));
  }

  @Test
  void eachTimeItOpensForTwiceAsLong() {
    SplittableRandom random = new SplittableRandom(1);
    open();
    for (long whole = Breaker.OPEN_NANOS; whole < Breaker.OPEN_NANOS_MAX; whole *= 2) {
      long nanos = breaker.openNanos(random);
      assertTrue(whole / 2 <= nanos && nanos <= whole, nanos + " of " + whole);
      breaker.halfOpen();
      assertTrue(breaker.lost());
    }
    assertTrue(breaker.openNanos(random) <= Breaker.OPEN_NANOS_MAX);

    breaker.halfOpen();
    breaker.worked();
    open();
    assertTrue(breaker.openNanos(random) <= Breaker.OPEN_NANOS);
  }

  @Test
  void theSameSeedWaitsAsLong() {
    open();

    assertEquals(
        breaker.openNanos(new SplittableRandom(3)), breaker.openNanos(new SplittableRandom(3)));
    assertTrue(
        breaker.openNanos(new SplittableRandom(3)) != breaker.openNanos(new SplittableRandom(4)));
  }
}

package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.Budget;
import org.junit.jupiter.api.Test;

class SecondGrantTest {
  private static final Budget GRANT = new Budget(1000, 2000, 4000, 1 << 20, 3, 1000);

  private static Grants.Reservation of(long leaves, long fuel, long bytes) {
    return new Grants.Reservation(leaves, fuel, bytes);
  }

  @Test
  void itIsATwentiethOfEach() {
    assertFalse(new SecondGrant(GRANT, 100).take(of(6, 1, 1)));
    assertFalse(new SecondGrant(GRANT, 100).take(of(1, 51, 1)));
    assertFalse(new SecondGrant(GRANT, 100).take(of(1, 1, 201)));
    assertTrue(new SecondGrant(GRANT, 100).take(of(5, 50, 200)));
  }

  @Test
  void ofFewLeavesItIsOne() {
    assertTrue(new SecondGrant(GRANT, 4).take(of(1, 250, 1000)));
    assertFalse(new SecondGrant(GRANT, 4).take(of(2, 1, 1)));
  }

  @Test
  void whatWasTakenIsGoneUnlessNobodyHasBegunIt() {
    SecondGrant seconds = new SecondGrant(GRANT, 100);
    assertTrue(seconds.take(of(3, 30, 1)));
    assertFalse(seconds.take(of(3, 1, 1)));

    seconds.giveBack(of(3, 30, 1));

    assertTrue(seconds.take(of(5, 50, 1)));
    assertFalse(seconds.take(of(1, 0, 0)));
  }
}

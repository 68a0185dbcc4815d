package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.Budget;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class EtaTest {
  private static final long SECOND = 1_000_000_000;

  private final Eta eta = new Eta(0, 5 * SECOND);

  @Test
  void whatGoesOnAsItDidTakesAsLong() {
    assertEquals(OptionalLong.of(30_000), eta.remainingMillis(0.25, 15 * SECOND));
  }

  @Test
  void whatWasDoneBeforeSaysNothingOfTheRest() {
    Eta resumed = new Eta(0.8, 5 * SECOND);

    assertEquals(OptionalLong.empty(), resumed.remainingMillis(0.8, 6 * SECOND));
    assertEquals(OptionalLong.of(10_000), resumed.remainingMillis(0.9, 15 * SECOND));
  }

  @Test
  void nothingIsKnownWhileNothingMoves() {
    assertEquals(OptionalLong.empty(), eta.remainingMillis(0, 15 * SECOND));
    assertEquals(OptionalLong.empty(), eta.remainingMillis(0.5, 5 * SECOND));
  }

  @Test
  void allThatIsDoneTakesNoTime() {
    assertEquals(OptionalLong.of(0), eta.remainingMillis(1, 6 * SECOND));
  }

  @Test
  void whatWasLongAgoDoesNotCount() {
    for (int second = 6; second <= 105; second++) {
      eta.remainingMillis(0.001 * (second - 5), second * SECOND); // 0.1 % a second
    }
    OptionalLong slow = eta.remainingMillis(0.1, 105 * SECOND);
    for (int second = 106; second <= 145; second++) {
      eta.remainingMillis(0.1 + 0.01 * (second - 105), second * SECOND); // ten times that
    }

    OptionalLong quick = eta.remainingMillis(0.5, 145 * SECOND);

    assertEquals(900_000.0, (double) slow.getAsLong(), 9_000.0);
    assertEquals(50_000.0, (double) quick.getAsLong(), 2_000.0);
  }

  @Test
  void nothingTakesLongerThanAJobMay() {
    assertTrue(eta.remainingMillis(1e-12, 3600 * SECOND).getAsLong() <= Budget.TIME_MILLIS_MAX);
  }
}

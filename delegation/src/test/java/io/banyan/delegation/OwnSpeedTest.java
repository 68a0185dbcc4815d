package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class OwnSpeedTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void nothingIsSaidBeforeACallWasMetered() {
    OwnSpeed speed = new OwnSpeed();

    speed.add(0, SECOND);

    assertEquals(OptionalDouble.empty(), speed.fuelPerSecond());
  }

  @Test
  void longCallsCountMoreThanShortOnes() {
    OwnSpeed speed = new OwnSpeed();

    speed.add(300, 3 * SECOND);
    speed.add(1000, SECOND);

    assertEquals(OptionalDouble.of(325), speed.fuelPerSecond());
  }

  @Test
  void aColdBeginningIsForgotten() {
    OwnSpeed speed = new OwnSpeed();
    speed.add(10, 10 * SECOND);

    for (int call = 0; call < 100; call++) {
      speed.add(1000, SECOND);
    }

    assertEquals(1000, speed.fuelPerSecond().orElseThrow(), 1);
  }
}

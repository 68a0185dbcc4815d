package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WeightWindowTest {
  @Test
  void aColdFirstLeafIsForgottenByTheSecondWindow() {
    WeightWindow window = new WeightWindow();

    window.add(10, 50, 10_000);
    LeafCost cold = window.costThenNext();
    window.add(10, 50, 20);
    window.add(10, 50, 20);
    assertFalse(window.isFull(10));
    window.add(20, 100, 40);

    assertEquals(1000, cold.unitNanos());
    assertTrue(window.isFull(10));
    LeafCost warm = window.costThenNext();
    assertEquals(2, warm.unitNanos());
    assertEquals(2.5e9, warm.fuelPerSecond());
    assertEquals(cold.weight(), warm.weight());
  }

  @Test
  void eachWindowIsThreeTimesAllBefore() {
    WeightWindow window = new WeightWindow();
    List<Integer> fullAt = new ArrayList<>();

    for (int leaf = 1; leaf <= 300; leaf++) {
      window.add(1, 1, 1);
      if (window.isFull(1)) {
        fullAt.add(leaf);
        window.costThenNext();
      }
    }

    assertEquals(List.of(1, 4, 16, 64, 256), fullAt);
  }

  @Test
  void whatIsMuchShorterThanMostLeavesTellsNothingByItself() {
    WeightWindow window = new WeightWindow();

    window.add(2, 4000, 1000);
    assertFalse(window.isFull(1000));
    window.add(900, 9000, 3000);

    assertTrue(window.isFull(1000));
    assertEquals(13_000 / 902.0, window.costThenNext().weight());
  }

  @Test
  void whereAllLeavesAreShortManyOfThemTell() {
    WeightWindow window = new WeightWindow();

    for (int leaf = 1; leaf < 8; leaf++) {
      window.add(2, 4000, 1000);
      assertFalse(window.isFull(1000));
    }
    window.add(2, 4000, 1000);

    assertTrue(window.isFull(1000));
  }
}

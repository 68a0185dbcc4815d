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
    assertFalse(window.isFull());
    window.add(20, 100, 40);

    assertEquals(1000, cold.unitNanos());
    assertTrue(window.isFull());
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
      if (window.isFull()) {
        fullAt.add(leaf);
        window.costThenNext();
      }
    }

    assertEquals(List.of(1, 4, 16, 64, 256), fullAt);
  }
}

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

    window.add(10, 10_000);
    double cold = window.weightThenNext();
    window.add(10, 20);
    window.add(10, 20);
    assertFalse(window.isFull());
    window.add(20, 40);

    assertEquals(1000, cold);
    assertTrue(window.isFull());
    assertEquals(2, window.weightThenNext());
  }

  @Test
  void eachWindowIsThreeTimesAllBefore() {
    WeightWindow window = new WeightWindow();
    List<Integer> fullAt = new ArrayList<>();

    for (int leaf = 1; leaf <= 300; leaf++) {
      window.add(1, 1);
      if (window.isFull()) {
        fullAt.add(leaf);
        window.weightThenNext();
      }
    }

    assertEquals(List.of(1, 4, 16, 64, 256), fullAt);
  }
}

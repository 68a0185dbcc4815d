package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.banyan.schema.Digest;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WeightMemoryTest {
  private static LeafCost cost(double weight) {
    return new LeafCost(weight, 1e9);
  }

  @Test
  void theModulesUsedLastAreRemembered() {
    WeightMemory memory = new WeightMemory();
    Digest kept = TestingManifests.link(200);
    Digest forgotten = TestingManifests.link(201);
    memory.remember(kept, cost(1));
    memory.remember(forgotten, cost(2));

    for (int number = 0; number < WeightMemory.MODULES_MAX - 1; number++) {
      assertEquals(Optional.of(cost(1)), memory.recall(kept));
      memory.remember(TestingManifests.link(number), cost(number));
    }

    assertEquals(Optional.of(cost(1)), memory.recall(kept));
    assertEquals(Optional.empty(), memory.recall(forgotten));
  }

  @Test
  void whatWasMeasuredLastCounts() {
    WeightMemory memory = new WeightMemory();
    memory.remember(Digest.ZERO, cost(1));

    memory.remember(Digest.ZERO, cost(3));

    assertEquals(Optional.of(cost(3)), memory.recall(Digest.ZERO));
  }
}

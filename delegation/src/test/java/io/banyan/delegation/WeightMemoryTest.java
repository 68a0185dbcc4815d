package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.banyan.schema.Digest;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class WeightMemoryTest {
  @Test
  void theModulesUsedLastAreRemembered() {
    WeightMemory memory = new WeightMemory();
    Digest kept = TestingManifests.link(200);
    Digest forgotten = TestingManifests.link(201);
    memory.remember(kept, 1);
    memory.remember(forgotten, 2);

    for (int number = 0; number < WeightMemory.MODULES_MAX - 1; number++) {
      assertEquals(OptionalDouble.of(1), memory.recall(kept));
      memory.remember(TestingManifests.link(number), number);
    }

    assertEquals(OptionalDouble.of(1), memory.recall(kept));
    assertEquals(OptionalDouble.empty(), memory.recall(forgotten));
  }

  @Test
  void whatWasMeasuredLastCounts() {
    WeightMemory memory = new WeightMemory();
    memory.remember(Digest.ZERO, 1);

    memory.remember(Digest.ZERO, 3);

    assertEquals(OptionalDouble.of(3), memory.recall(Digest.ZERO));
  }
}

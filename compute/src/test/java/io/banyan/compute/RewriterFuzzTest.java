package io.banyan.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RewriterFuzzTest {
  private static final long SEED = 5;
  private static final int INPUT_COUNT = 100_000;

  @Test
  void whatIsNearlyAModuleIsRefusedOrBecomesOneThatTheEngineTakes() throws IOException {
    RewriterFuzz fuzz = new RewriterFuzz(SEED, RewriterFuzz.corpus());

    Optional<String> fault = fuzz.run(INPUT_COUNT);

    assertEquals(Optional.empty(), fault);
    assertTrue(
        fuzz.acceptedCount() > INPUT_COUNT / 50,
        "only " + fuzz.acceptedCount() + " inputs came through to the engine");
  }
}

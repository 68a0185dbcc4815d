package io.banyan.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.banyan.schema.Outcome;
import io.banyan.schema.TrapKind;
import java.util.List;
import org.junit.jupiter.api.Test;

class WarmUpTest {
  @Test
  void theWarmUpModuleEndsInEachOfItsWays() {
    List<Outcome> outcomes =
        TestingSandbox.onWorker(
            () -> {
              try (Watchdog watchdog = new Watchdog()) {
                return WarmUp.run(new EndiveRunner(), watchdog).stream()
                    .map(TestingSandbox::outcome)
                    .toList();
              }
            });

    assertEquals(
        List.of(
            new Outcome.Completed(),
            new Outcome.Trapped(TrapKind.UNREACHABLE),
            new Outcome.Trapped(TrapKind.MEMORY_OUT_OF_BOUNDS),
            new Outcome.Trapped(TrapKind.INTEGER_DIVIDE_BY_ZERO)),
        outcomes);
  }
}

package io.banyan.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DifferentialTest {
  private static final long SEED = 0;
  private static final int COLD_COUNT = 2_000;
  private static final int HOT_COUNT = 500;

  @Test
  void interpreterAndColdCodeComeToTheSame() throws InterruptedException {
    List<Difference> found = new DifferentialRun(SEED, COLD_COUNT, 1).run();

    assertEquals(List.of(), found);
  }

  @Test
  void interpreterAndHotCodeComeToTheSame() throws IOException, InterruptedException {
    Process process = HotJvm.start(DifferentialSoak.class, HOT_COUNT, SEED);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertEquals(0, process.waitFor(), output);
    long compiled = output.lines().filter(HotJvm::saysFullyCompiled).count();
    assertTrue(compiled > HOT_COUNT, "only " + compiled + " methods became hot");
  }
}

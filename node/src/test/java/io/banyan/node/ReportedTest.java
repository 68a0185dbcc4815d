package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.banyan.schema.Digest;
import org.junit.jupiter.api.Test;

class ReportedTest {
  private static final Digest ONE = Digest.sha256(new byte[] {1});
  private static final Digest TWO = Digest.sha256(new byte[] {2});

  private final Reported reported = new Reported();

  @Test
  void theLastWordOnEachLeaseCounts() {
    reported.says(ONE, new Reported.Sum(5, 50));
    reported.says(TWO, new Reported.Sum(1, 10));
    reported.says(ONE, new Reported.Sum(7, 70));

    assertEquals(new Reported.Sum(8, 80), reported.sum());
  }

  @Test
  void nothingIsKeptOfALeaseThatIsOver() {
    reported.says(ONE, new Reported.Sum(5, 50));
    reported.over(ONE);
    reported.over(TWO);

    assertEquals(Reported.Sum.NONE, reported.sum());
  }
}

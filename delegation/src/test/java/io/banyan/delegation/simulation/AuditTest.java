package io.banyan.delegation.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class AuditTest {
  private static final long HOUR_NANOS = 3_600_000_000_000L;

  /** As {@code Lender} has it, which counts in nanoseconds. */
  private static long lenderDoubtsNanos(double predictedNanos, long lentNanos) {
    return lentNanos + (long) (2 * predictedNanos);
  }

  /** In seconds, this prediction is a nanosecond longer. */
  @Test
  void whatIsDoubtedIsNotHeldAgainstItsLenderForARounding() {
    double predictedNanos = Math.nextDown(63_848_192.0);

    long doubted = lenderDoubtsNanos(predictedNanos, 13_198_298_905L);

    assertTrue(Audit.doubtNanos(predictedNanos / 1e9, 13_198_298_905L) <= doubted);
  }

  @Property
  void aLenderMayDoubtWhenItDoesAndHardlySooner(
      @ForAll @DoubleRange(min = 0, max = HOUR_NANOS) double predictedNanos,
      @ForAll @LongRange(min = 0, max = HOUR_NANOS) long lentNanos) {
    long doubted = lenderDoubtsNanos(predictedNanos, lentNanos);

    long allowed = Audit.doubtNanos(predictedNanos / 1e9, lentNanos);

    assertTrue(allowed <= doubted && doubted - allowed < 2_000, doubted + " and " + allowed);
  }
}

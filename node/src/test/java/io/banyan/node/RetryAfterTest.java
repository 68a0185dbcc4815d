package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RetryAfterTest {
  @Test
  void theFirstThatIsDoneMakesRoom() {
    assertEquals(2_000, RetryAfter.millis(LongStream.of(9_000, 2_000, 5_000), 1_000));
    assertEquals(1_000, RetryAfter.millis(LongStream.empty(), 1_000));
  }

  @Test
  void nobodyIsAskedToComeAtOnceOrNever() {
    assertEquals(RetryAfter.MILLIS_MIN, RetryAfter.millis(LongStream.of(0), 1_000));
    assertEquals(RetryAfter.MILLIS_MAX, RetryAfter.millis(LongStream.of(Long.MAX_VALUE), 1_000));
  }

  @Test
  void workGoesOnAsItDid() {
    assertEquals(OptionalLong.of(3_000), RetryAfter.remaining(1_000, 1, 4));
    assertEquals(OptionalLong.of(0), RetryAfter.remaining(1_000, 4, 4));
    assertEquals(OptionalLong.empty(), RetryAfter.remaining(1_000, 0, 4));
    assertEquals(OptionalLong.empty(), RetryAfter.remaining(1_000, 3, 0));
  }
}

package io.banyan.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LeaseShareTest {
  @Test
  void aLeaseMayStandOnItsShareWithoutItself() {
    assertEquals(LeaseShare.ALL / 16 - 1, LeaseShare.below(256, 4096));
    assertEquals(0, LeaseShare.below(1, LeaseShare.ALL));
    assertEquals(0, LeaseShare.below(1, 1L << 48));
    assertEquals(0, LeaseShare.below(0, 0));
  }

  /** Parts of a plan, with themselves, have no more than the whole of it. */
  @Property
  void sharesAddUpToNoMoreThanAll(
      @ForAll @Size(min = 1, max = 64) List<@LongRange(min = 1, max = 1L << 40) Long> parts) {
    long all = parts.stream().mapToLong(Long::longValue).sum();
    long sum = 0;
    for (long part : parts) {
      sum += LeaseShare.of(part, all);
    }
    assertTrue(sum <= LeaseShare.ALL, "shares of " + sum);
  }
}

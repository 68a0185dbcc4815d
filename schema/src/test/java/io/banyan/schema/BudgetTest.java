package io.banyan.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

final class BudgetTest {
  private static final Budget GRANT = new Budget(100, 10, 1000, 1 << 20, 4, 60_000);

  @Test
  void aBudgetCoversWhatIsSmallerInEveryPart() {
    assertTrue(GRANT.covers(GRANT));
    assertTrue(GRANT.covers(new Budget(1, 1, 0, 1, 0, 1)));
    for (Budget part :
        List.of(
            new Budget(101, 10, 1000, 1 << 20, 4, 60_000),
            new Budget(100, 11, 1000, 1 << 20, 4, 60_000),
            new Budget(100, 10, 1001, 1 << 20, 4, 60_000),
            new Budget(100, 10, 1000, (1 << 20) + 1, 4, 60_000),
            new Budget(100, 10, 1000, 1 << 20, 5, 60_000),
            new Budget(100, 10, 1000, 1 << 20, 4, 60_001))) {
      assertFalse(GRANT.covers(part), part.toString());
    }
  }

  @Property(tries = 300)
  void twoBudgetsThatCoverEachOtherAreOne(
      @ForAll("budgets") Budget one, @ForAll("budgets") Budget other) {
    assertEquals(one.equals(other), one.covers(other) && other.covers(one));
    assertTrue(one.covers(one));
  }

  @Provide
  Arbitrary<Budget> budgets() {
    return SchemaArbitraries.budgets();
  }

  @Test
  void aBudgetOfNothingIsRefused() {
    refused(() -> new Budget(0, 1, 0, 1, 0, 1));
    refused(() -> new Budget(1, 0, 0, 1, 0, 1));
    refused(() -> new Budget(1, 1, -1, 1, 0, 1));
    refused(() -> new Budget(1, 1, 0, 0, 0, 1));
    refused(() -> new Budget(1, 1, 0, 1, -1, 1));
    refused(() -> new Budget(1, 1, 0, 1, Limits.HOPS_MAX + 1, 1));
    refused(() -> new Budget(1, 1, 0, 1, 0, 0));
    refused(() -> new Budget(1, 1, 0, 1, 0, Budget.TIME_MILLIS_MAX + 1));
  }

  private static void refused(Executable budget) {
    assertThrows(IllegalArgumentException.class, budget);
  }
}

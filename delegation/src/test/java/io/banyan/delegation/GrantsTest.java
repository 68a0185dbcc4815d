package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.Budget;
import io.banyan.schema.Digest;
import io.banyan.trust.Evidence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class GrantsTest {
  private static final Grants.Reservation LEAST = new Grants.Reservation(1, 1, 1);

  private static Grants grants(long leaves, long fuel, long bytes) {
    return new Grants(new Budget(fuel, leaves, bytes, 1, 1, 1000));
  }

  @Test
  void whatIsWantedIsReservedOrWhatIsLeftOrNothing() {
    Grants grants = grants(10, 100, 1000);

    Optional<Grants.Reservation> all = grants.reserve(new Grants.Reservation(6, 60, 600), LEAST);
    Optional<Grants.Reservation> rest = grants.reserve(new Grants.Reservation(6, 30, 600), LEAST);
    Optional<Grants.Reservation> none = grants.reserve(new Grants.Reservation(6, 1, 1), LEAST);

    assertEquals(Optional.of(new Grants.Reservation(6, 60, 600)), all);
    assertEquals(Optional.of(new Grants.Reservation(4, 30, 400)), rest);
    assertEquals(Optional.empty(), none);
  }

  @Test
  void aLeaseWithoutReceiptGivesBackWhatItReserved() {
    Grants grants = grants(10, 100, 1000);
    Grants.Reservation all = grants.reserve(new Grants.Reservation(10, 100, 1000), LEAST).get();

    grants.release(all);

    assertEquals(new Grants.Reservation(0, 0, 0), grants.committed());
    grants.requireNothingReserved();
  }

  @Test
  void whatIsDeliveredCostsWhatItsEvidenceSays() {
    Grants grants = grants(10, 100, 1000);
    Grants.Reservation all = grants.reserve(new Grants.Reservation(10, 100, 1000), LEAST).get();
    grants.release(all);

    assertTrue(
        grants.settle(new Evidence(Digest.ZERO, 4, 40), 400, false, Grants.Reservation.NONE));
    assertFalse(grants.settle(new Evidence(Digest.ZERO, 7, 1), 1, false, Grants.Reservation.NONE));
    assertFalse(grants.settle(new Evidence(Digest.ZERO, 1, 61), 1, false, Grants.Reservation.NONE));
    assertFalse(
        grants.settle(new Evidence(Digest.ZERO, 1, 1), 601, false, Grants.Reservation.NONE));

    assertEquals(new Grants.Reservation(4, 40, 400), grants.committed());
  }

  @Test
  void aLeafWaitsForLeasesThatHoldAllThatIsLeft() {
    Grants grants = grants(2, 100, 1000);
    Grants.Reservation lent = grants.reserve(new Grants.Reservation(1, 1, 1), LEAST).get();

    assertEquals(Grants.LeafAnswer.YES, grants.beginLeaf());
    assertEquals(Grants.LeafAnswer.LATER, grants.beginLeaf());
    grants.release(lent);
    assertEquals(Grants.LeafAnswer.YES, grants.beginLeaf());
    assertEquals(Grants.LeafAnswer.NEVER, grants.beginLeaf());
  }

  @Test
  void fuelIsSpentUpToTheGrantAndNotBeyond() {
    Grants grants = grants(1, 100, 0);

    assertTrue(grants.spendFuel(100));
    assertFalse(grants.spendFuel(1));
    assertFalse(grants.spendFuel(Long.MAX_VALUE));
  }

  @Test
  void ownCallsThatTookMoreThanTheirShareTakeNothingFromWhatIsDelivered() {
    Grants grants = grants(10, 100, 1000);
    Grants.Reservation one = grants.reserve(new Grants.Reservation(1, 50, 1), LEAST).get();
    grants.reserve(new Grants.Reservation(1, 50, 1), LEAST);
    grants.spendFuel(40);

    grants.release(one);

    assertFalse(grants.settle(new Evidence(Digest.ZERO, 1, 20), 1, false, Grants.Reservation.NONE));
    assertFalse(grants.settle(new Evidence(Digest.ZERO, 1, 61), 1, true, Grants.Reservation.NONE));
    assertTrue(grants.settle(new Evidence(Digest.ZERO, 1, 60), 1, true, Grants.Reservation.NONE));
    assertFalse(grants.hasUnspent(1));
  }

  @Test
  void aReservationThatNobodyGaveBackIsOurOwnFault() {
    Grants grants = grants(10, 100, 1000);
    grants.reserve(LEAST, LEAST);

    assertThrows(IllegalStateException.class, grants::requireNothingReserved);
  }

  /** Whatever is reserved, released, settled and begun, in whatever order. */
  @Property(tries = 300)
  void neverMoreThanTheGrantIsCommitted(
      @ForAll @Size(max = 60) List<@IntRange(min = 0, max = 999) Integer> steps) {
    Grants grants = grants(50, 500, 5000);
    List<Grants.Reservation> out = new ArrayList<>();
    for (int step : steps) {
      int much = step / 10 % 20;
      switch (step % 4) {
        case 0 ->
            grants
                .reserve(new Grants.Reservation(1 + much, 1 + much * 10L, 1 + much * 100L), LEAST)
                .ifPresent(out::add);
        case 1 -> {
          if (!out.isEmpty()) {
            grants.release(out.remove(much % out.size()));
          }
        }
        case 2 ->
            grants.settle(
                new Evidence(Digest.ZERO, 1 + much, much * 7L),
                much * 90L,
                false,
                Grants.Reservation.NONE);
        default -> grants.beginLeaf();
      }

      Grants.Reservation committed = grants.committed();
      assertTrue(
          committed.leaves() <= 50 && committed.fuel() <= 500 && committed.bytes() <= 5000,
          committed.toString());
    }
  }
}

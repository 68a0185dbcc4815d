package io.banyan.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class IntervalTest {
  private static String children(int count) {
    return Interval.all(count).children().stream()
        .map(Interval::toString)
        .collect(Collectors.joining(" "));
  }

  @Test
  void shapesAreGolden() {
    assertEquals("", children(1));
    assertEquals("0 1", children(2));
    assertEquals("0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15", children(16));
    assertEquals("0-16 16", children(17));
    assertEquals(
        "0-16 16-32 32-48 48-64 64-80 80-96 96-112 112-128 128-144 144-160 160-176 176-192 192-208"
            + " 208-224 224-240 240-256",
        children(256));
    assertEquals("0-256 256", children(257));
    assertEquals(16, Interval.all(4096).children().size());
    assertEquals(new Interval(3840, 4096), Interval.all(4096).children().getLast());
    assertEquals(16, Interval.all(1 << 24).children().size());
    assertEquals(new Interval(0, 1 << 20), Interval.all(1 << 24).children().getFirst());
    assertEquals(new Interval(15 << 20, 1 << 24), Interval.all(1 << 24).children().getLast());
    assertEquals(
        List.of(new Interval(256, 272), new Interval(272, 273)), new Interval(256, 273).children());
  }

  @Property
  void childrenTileTheirParentInWholePowersOfSixteen(
      @ForAll @IntRange(min = 0, max = Limits.CELLS_MAX - 2) int from,
      @ForAll @IntRange(min = 2, max = Limits.CELLS_MAX) int countWanted) {
    Interval parent = new Interval(from, (int) Math.min((long) from + countWanted, 1 << 24));

    List<Interval> children = parent.children();

    assertTrue(children.size() >= 2 && children.size() <= Limits.FAN_OUT);
    assertEquals(parent.from(), children.getFirst().from());
    assertEquals(parent.to(), children.getLast().to());
    for (int i = 1; i < children.size(); i++) {
      assertEquals(children.get(i - 1).to(), children.get(i).from());
      assertEquals(children.getFirst().count(), children.get(i - 1).count());
    }
    int step = children.getFirst().count();
    assertTrue(children.getLast().count() <= step);
    assertEquals(0, (Integer.SIZE - 1 - Integer.numberOfLeadingZeros(step)) % 4);
    assertEquals(1, Integer.bitCount(step));
    assertTrue(step < parent.count() && 16L * step >= parent.count());
  }

  @Property
  void thePlanIsTheSameComputedFromEitherEnd(
      @ForAll @IntRange(min = 1, max = Limits.CELLS_MAX) int count,
      @ForAll @IntRange(min = 0, max = Limits.CELLS_MAX - 1) int drawn) {
    int unit = drawn % count;

    List<Interval> down = new ArrayList<>();
    Interval at = Interval.all(count);
    down.add(at);
    while (at.count() > 1) {
      at = at.children().stream().filter(child -> holds(child, unit)).findFirst().orElseThrow();
      down.add(at);
    }

    assertEquals(down.reversed(), Interval.ancestry(unit, count));
    assertTrue(down.size() <= 7); // the leaf, and six levels of sixteen
  }

  private static boolean holds(Interval interval, int unit) {
    return interval.from() <= unit && unit < interval.to();
  }

  @Test
  void theWayUpIsTheWayDownForEveryLeafOfSmallPlans() {
    for (int count = 1; count <= 300; count++) {
      for (int unit = 0; unit < count; unit++) {
        thePlanIsTheSameComputedFromEitherEnd(count, unit);
      }
    }
  }

  @Test
  void noWayLeadsUpFromOutsideThePlan() {
    assertThrows(IllegalArgumentException.class, () -> Interval.ancestry(-1, 5));
    assertThrows(IllegalArgumentException.class, () -> Interval.ancestry(5, 5));
    assertThrows(IllegalArgumentException.class, () -> Interval.ancestry(20, 5));
  }

  @Test
  void anIntervalIsNotEmptyAndEndsWithinThePlan() {
    assertEquals(1 << 24, Interval.all(1 << 24).count());
    assertThrows(IllegalArgumentException.class, () -> Interval.all((1 << 24) + 1));
    assertThrows(IllegalArgumentException.class, () -> Interval.all(0));
    assertThrows(IllegalArgumentException.class, () -> new Interval(-1, 1));
    assertThrows(IllegalArgumentException.class, () -> new Interval(2, 2));
    assertThrows(IllegalArgumentException.class, () -> new Interval(2, 1));
  }
}

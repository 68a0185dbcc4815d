package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class AlarmsTest {
  private static final Alarms.Alarm FIRST = new Alarms.LeaseTime(1);
  private static final Alarms.Alarm SECOND = new Alarms.LeaseTime(2);

  @Test
  void alarmsGoOffInTheOrderOfTheirTimesAndOnlyOnce() {
    Alarms alarms = new Alarms();
    alarms.set(SECOND, 20);
    alarms.set(FIRST, 10);

    assertEquals(10, alarms.nextNanos());
    assertEquals(Optional.empty(), alarms.due(9));
    assertEquals(Optional.of(FIRST), alarms.due(25));
    assertEquals(Optional.of(SECOND), alarms.due(25));
    assertEquals(Optional.empty(), alarms.due(25));
    assertEquals(Long.MAX_VALUE, alarms.nextNanos());
  }

  @Test
  void ofTwoThatAreDueTogetherTheOneThatWasSetFirstGoesFirst() {
    Alarms alarms = new Alarms();
    alarms.set(SECOND, 10);
    alarms.set(FIRST, 10);

    assertEquals(Optional.of(SECOND), alarms.due(10));
  }

  @Test
  void whatIsSetAgainIsDueAtItsNewTimeAlone() {
    Alarms alarms = new Alarms();
    alarms.set(FIRST, 10);

    alarms.set(FIRST, 30);

    assertEquals(Optional.empty(), alarms.due(29));
    assertEquals(Optional.of(FIRST), alarms.due(30));
    assertEquals(Long.MAX_VALUE, alarms.nextNanos());
  }

  @Test
  void whatIsClearedIsNeverDue() {
    Alarms alarms = new Alarms();
    alarms.set(FIRST, 10);

    alarms.clear(FIRST);
    alarms.clear(SECOND);

    assertEquals(Long.MAX_VALUE, alarms.nextNanos());
  }
}

package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.compute.CallInput;
import io.banyan.compute.CallRecord;
import io.banyan.compute.CallResult;
import io.banyan.compute.GuestLog;
import io.banyan.compute.NoResultReason;
import io.banyan.schema.GuestFunction;
import io.banyan.schema.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ways to make a call that disagree are named, with what each came to. */
class EngineComparisonTest {
  private static final CallRecord RECORD = new CallRecord(1, 0, 0, new GuestLog(List.of(), false));
  private static final int REPEATS = 5;

  private static EngineComparison.Way returning(int value, long fuel) {
    return (_, _, _) -> new CallResult.Returned(new byte[] {(byte) value}, fuel, RECORD);
  }

  private static ComparedCall compare(
      EngineComparison.Way interpreted, EngineComparison.Way compiled) {
    return new EngineComparison(
            interpreted, () -> compiled, new ModuleCheck.Effort(TestingRun.PATIENT_MILLIS, REPEATS))
        .compare("execute", true, GuestFunction.EXECUTE, new CallInput.Bytes(new byte[0]));
  }

  @Test
  void waysThatAgreeDifferInNothing() {
    ComparedCall same = compare(returning(1, 7), returning(1, 7));

    assertEquals(List.of(), same.differences());
    assertEquals(List.of(), same.untold());
    assertEquals(REPEATS, same.repeats());
    assertEquals(7, same.fuel());
  }

  @Test
  void otherOutputFuelOrOutcomeIsNamed() {
    List<String> output = compare(returning(2, 7), returning(1, 7)).differences();
    List<String> fuel = compare(returning(1, 8), returning(1, 7)).differences();
    List<String> outcome =
        compare(
                (_, _, _) -> new CallResult.Faulted(new Outcome.OutOfFuel(), 7, RECORD),
                returning(1, 7))
            .differences();

    assertEquals(1, output.size());
    assertTrue(output.getFirst().startsWith("execute, interpreted, completed with output "));
    assertTrue(fuel.getFirst().contains(" after 8 fuel; compiled, the first time, completed"));
    assertTrue(outcome.getFirst().startsWith("execute, interpreted, out of fuel after 7 fuel"));
  }

  @Test
  void callThatChangesWhenItIsHotIsNamedByItsRepeat() {
    List<Integer> calls = new ArrayList<>();
    ComparedCall hot =
        compare(
            returning(1, 7),
            (_, _, _) -> {
              calls.add(1);
              return new CallResult.Returned(
                  new byte[] {(byte) (calls.size() < 4 ? 1 : 2)}, 7, RECORD);
            });

    assertEquals(3, hot.repeats());
    assertEquals(1, hot.differences().size());
    assertTrue(hot.differences().getFirst().startsWith("execute, compiled, repeat 3, "));
  }

  @Test
  void wayThatComesToNothingIsNoDifference() {
    ComparedCall slow =
        compare(
            (_, _, millis) ->
                new CallResult.NoResult(
                    NoResultReason.WALL_TIME, "longer than " + millis + " ms", RECORD),
            returning(1, 7));

    assertEquals(List.of(), slow.differences());
    assertEquals(
        List.of("interpreted: longer than " + TestingRun.PATIENT_MILLIS + " ms"), slow.untold());
    assertEquals(REPEATS, slow.repeats());
  }
}

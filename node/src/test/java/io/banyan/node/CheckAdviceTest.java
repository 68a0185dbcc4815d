package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.CallLimits;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each piece of advice names what to change. */
class CheckAdviceTest {
  private static final int WORKERS = 2;
  private static final long PLENTY = 1L << 40;
  private static final ModuleCheck.Effort EFFORT =
      new ModuleCheck.Effort(TestingRun.PATIENT_MILLIS, 1);

  @TempDir private Path folder;

  private List<String> advice(TestingGuest guest, CallLimits limits, long guestBytes)
      throws Exception {
    JobDraft draft =
        new TestingRun(folder)
            .draft(guest.bytes(), new byte[4096], "bytes", 128, limits, limits.wallMillis());
    CheckFindings found = ModuleCheck.run(draft, guest.bytes(), TestingRun.SANDBOX, EFFORT);
    return CheckAdvice.of(draft.module(), limits, Optional.of(found), WORKERS, guestBytes);
  }

  private static CallLimits limits(long fuel, long memoryBytes) {
    return new CallLimits(fuel, memoryBytes, 1 << 20, 16L << 20, TestingRun.PATIENT_MILLIS);
  }

  @Test
  void cheapLeavesAskForLargerChunks() throws Exception {
    List<String> advice =
        advice(TestingGuest.of(TestingGuest.SUM_BYTES), limits(1_000_000_000, 64L << 20), PLENTY);

    assertEquals(1, advice.size(), advice::toString);
    assertTrue(advice.getFirst().startsWith("even a leaf of 1 MiB costs only "), advice::toString);
  }

  @Test
  void leavesThatAreTooDearAskForFuel() throws Exception {
    List<String> advice =
        advice(TestingGuest.of(TestingGuest.SUM_BYTES), limits(200_000, 64L << 20), PLENTY);

    assertTrue(
        advice.stream().anyMatch(line -> line.contains("a call may use 200 k: give more by")),
        advice::toString);
  }

  @Test
  void memoryThatIsFullAsksForMore() throws Exception {
    List<String> advice =
        advice(TestingGuest.of(TestingGuest.SUM_BYTES), limits(1_000_000_000, 1 << 20), PLENTY);

    assertTrue(
        advice.stream()
            .anyMatch(line -> line.startsWith("a call had 1 MiB of the 1 MiB that it may have")),
        advice::toString);
  }

  @Test
  void memoryThatIsSetAsideForNothingAsksForLess() throws Exception {
    TestingGuest greedy = TestingGuest.of(TestingGuest.SUM_BYTES).memory(1, 1024);
    List<String> advice = advice(greedy, limits(1_000_000_000, 64L << 20), 128 << 20);

    assertTrue(
        advice.stream()
            .anyMatch(line -> line.startsWith("a call sets aside 96 MiB, so that only 1 run here")),
        advice::toString);
  }

  @Test
  void memoryThatEachCallPaysForAsksToBeginWithLess() throws Exception {
    TestingGuest large = TestingGuest.of(TestingGuest.ECHO).memory(512, 512);
    List<String> advice = advice(large, limits(1_000_000_000, 64L << 20), PLENTY);

    assertTrue(
        advice.stream()
            .anyMatch(line -> line.startsWith("the memory that the module begins with, 32 MiB,")),
        advice::toString);
  }

  @Test
  void mergeThatCannotBeRegroupedIsExplained() throws Exception {
    List<String> advice =
        advice(
            TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT_WITH_COMMAS),
            limits(1_000_000_000, 64L << 20),
            PLENTY);

    assertTrue(
        advice.stream().anyMatch(line -> line.startsWith("return from merge what does not tell")),
        advice::toString);
  }
}

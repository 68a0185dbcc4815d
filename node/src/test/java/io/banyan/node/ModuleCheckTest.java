package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A module that would not keep the rules on a user's sample is found out before it is used. */
class ModuleCheckTest {
  private static final byte[] SAMPLE =
      "a sample of some forty letters, or more.".getBytes(StandardCharsets.US_ASCII);

  @TempDir private Path folder;

  private ModuleCheck.Findings check(TestingGuest guest, String rule, int chunkBytes)
      throws Exception {
    JobDraft draft = new TestingRun(folder).draft(guest.bytes(), SAMPLE, rule, chunkBytes);
    return ModuleCheck.run(draft, TestingRun.SANDBOX);
  }

  @Test
  void soundModuleHasNoTroubles() throws Exception {
    ModuleCheck.Findings found =
        check(TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT), "bytes", 4);

    assertEquals(List.of(), found.troubles());
    assertEquals(10, found.leaves());
    assertEquals(SAMPLE.length, found.bytes());
    assertEquals(SAMPLE.length, found.valueBytesMax());
    assertEquals(
        List.of("in pairs", "one by one from the left", "one by one from the right"),
        found.groupings());
    assertTrue(found.nanos() > 0);
  }

  @Test
  void mergeThatEndsEachValueWithACommaMustNotBeRegrouped() throws Exception {
    ModuleCheck.Findings found =
        check(
            TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT_WITH_COMMAS), "bytes", 4);

    assertEquals(3, found.troubles().size());
    assertTrue(
        found
            .troubles()
            .getFirst()
            .startsWith("merge, grouped in pairs, comes to another answer than all at once"));
  }

  @Test
  void mergeThatCountsItsArgumentsMustNotBeRegrouped() throws Exception {
    ModuleCheck.Findings found =
        check(
            TestingGuest.of(TestingGuest.SUM_BYTES).merge(TestingGuest.COUNT_ARGUMENTS),
            "bytes",
            4);

    assertEquals(3, found.troubles().size());
  }

  @Test
  void manyLeavesAreSampledOverTheWholeInput() throws Exception {
    ModuleCheck.Findings found =
        check(TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT), "index:1000", 0);

    assertEquals(ModuleCheck.LEAVES_MAX, found.leaves());
    assertEquals(List.of(), found.troubles());
  }

  @Test
  void partsOfAModulesOwnSplitAreTried() throws Exception {
    ModuleCheck.Findings found =
        check(
            TestingGuest.of(TestingGuest.ECHO)
                .merge(TestingGuest.CONCAT)
                .split(TestingGuest.splitInto(5)),
            "module",
            4);

    assertEquals(5, found.leaves());
    assertEquals(List.of(), found.troubles());
  }

  @Test
  void trapInAnyFunctionIsTrouble() throws Exception {
    String trapped = " on the sample trapped: unreachable";

    assertEquals(
        List.of("execute" + trapped),
        check(TestingGuest.of(TestingGuest.TRAP), "bytes", 4).troubles());
    assertEquals(
        List.of("merge" + trapped),
        check(TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.TRAP), "bytes", 4).troubles());
    assertEquals(
        List.of("split" + trapped),
        check(TestingGuest.of(TestingGuest.ECHO).split(TestingGuest.TRAP), "module", 4).troubles());
  }

  @Test
  void moduleWithoutAMergeIsNotGrouped() throws Exception {
    ModuleCheck.Findings found = check(TestingGuest.of(TestingGuest.ECHO), "bytes", 4);

    assertEquals(List.of(), found.groupings());
    assertEquals(List.of(), found.troubles());
  }
}

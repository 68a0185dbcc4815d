package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.CallLimits;
import io.banyan.schema.SplitRule;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A module that would not keep the rules on a user's sample is found out before it is used. */
class ModuleCheckTest {
  private static final byte[] SAMPLE =
      "a sample of some forty letters, or more.".getBytes(StandardCharsets.US_ASCII);

  /** The interpreter has all the time it needs; compiled code is repeated a little. */
  private static final ModuleCheck.Effort EFFORT =
      new ModuleCheck.Effort(TestingRun.PATIENT_MILLIS, 3);

  @TempDir private Path folder;

  private CheckFindings check(TestingGuest guest, String rule, int chunkBytes) throws Exception {
    JobDraft draft = new TestingRun(folder).draft(guest.bytes(), SAMPLE, rule, chunkBytes);
    return ModuleCheck.run(draft, guest.bytes(), TestingRun.SANDBOX, EFFORT);
  }

  @Test
  void soundModuleHasNoTroubles() throws Exception {
    CheckFindings found =
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
    CheckFindings found =
        check(
            TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT_WITH_COMMAS), "bytes", 4);

    assertEquals(3, found.troubles().size());
    assertTrue(
        found
            .troubles()
            .getFirst()
            .startsWith(
                "merge, grouped in pairs, comes to another answer than as the plan groups"));
  }

  @Test
  void mergeThatCountsItsArgumentsMustNotBeRegrouped() throws Exception {
    CheckFindings found =
        check(
            TestingGuest.of(TestingGuest.SUM_BYTES).merge(TestingGuest.COUNT_ARGUMENTS),
            "bytes",
            4);

    assertEquals(3, found.troubles().size());
  }

  @Test
  void manyLeavesAreSampledOverTheWholeInput() throws Exception {
    CheckFindings found =
        check(TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT), "index:1000", 0);

    assertEquals(ModuleCheck.LEAVES_MAX, found.leaves());
    assertEquals(List.of(), found.troubles());
  }

  @Test
  void partsOfAModulesOwnSplitAreTried() throws Exception {
    CheckFindings found =
        check(
            TestingGuest.of(TestingGuest.ECHO)
                .merge(TestingGuest.CONCAT)
                .split(TestingGuest.splitInto(5)),
            "module",
            8);

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

  private OptionalInt sampledChunkBytes(int inputBytes, String rule) throws Exception {
    TestingRun files = new TestingRun(folder);
    try (JobRequest request =
        new JobRequest(
            files.file("module.wasm", new byte[0]),
            Optional.of(InputFile.open(files.file("input", new byte[inputBytes]))),
            Optional.of(SplitRule.parse(rule)),
            OptionalInt.empty(),
            Optional.empty(),
            List.of(),
            TestingRun.LIMITS,
            TestingRun.PATIENT_MILLIS)) {
      return ModuleCheck.sampled(request).chunkBytes();
    }
  }

  @Test
  void smallSampleIsCutIntoLeavesEnoughForTwoLevels() throws Exception {
    for (String rule : List.of("bytes", "lines")) {
      for (int length : List.of(16, 31, 32, 33, 64, 65, 1000, 3 << 20)) {
        int leaves = Math.ceilDiv(length, sampledChunkBytes(length, rule).orElseThrow());
        assertTrue(leaves >= 16 && leaves <= ModuleCheck.LEAVES_MAX, leaves + " of " + length);
      }
    }

    assertEquals(OptionalInt.of(24), sampledChunkBytes(600, "records:6"));
    assertEquals(OptionalInt.of(6), sampledChunkBytes(6, "records:6"));
    assertEquals(OptionalInt.of(2 << 20), sampledChunkBytes(64 << 20, "records:2097152"));
    assertEquals(OptionalInt.of(1 << 20), sampledChunkBytes(64 << 20, "bytes"));
    assertEquals(OptionalInt.of(1), sampledChunkBytes(0, "bytes"));
    assertEquals(OptionalInt.empty(), sampledChunkBytes(600, "module"));
  }

  @Test
  void mergeOfFewerThanThreeValuesIsNotTried() throws Exception {
    TestingGuest guest = TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT_WITH_COMMAS);

    assertFalse(check(guest, "bytes", 20).mergeTried());
    assertTrue(check(guest, "bytes", 19).mergeTried());
  }

  /** A merge that traps if it is handed more than sixteen values, which no plan does. */
  @Test
  void mergeIsNeverHandedMoreThanTheFanOut() throws Exception {
    String picky =
        "local.get 0 i32.load local.set 2 i32.const 16 local.get 2 i32.lt_u"
            + " local.set 3 block local.get 3 i32.eqz br_if 0 unreachable end ";
    CheckFindings found =
        check(TestingGuest.of(TestingGuest.ECHO).merge(picky + TestingGuest.CONCAT), "bytes", 1);

    assertEquals(ModuleCheck.LEAVES_MAX, found.leaves());
    assertEquals(List.of(), found.troubles());
  }

  @Test
  void moduleRuleTriesOnlyCallsThatThePlanMakes() throws Exception {
    TestingGuest trapOnEmpty =
        TestingGuest.of("block local.get 1 br_if 0 unreachable end " + TestingGuest.ECHO);
    CheckFindings withEmpties = check(trapOnEmpty.split(TestingGuest.splitInto(70)), "module", 4);
    CheckFindings small =
        check(TestingGuest.of(TestingGuest.ECHO).split(TestingGuest.TRAP), "module", 40);
    CheckFindings deep =
        check(TestingGuest.of(TestingGuest.ECHO).split(TestingGuest.splitInto(2)), "module", 10);

    assertEquals(List.of(), withEmpties.troubles());
    assertEquals(40, withEmpties.leaves());
    assertEquals(List.of(), small.troubles());
    assertEquals(1, small.leaves());
    assertEquals(4, deep.leaves());
    assertEquals(10, deep.bytes() / deep.leaves());
  }

  @Test
  void valuesTooLongForAMergeOfAFullNodeAreTrouble() throws Exception {
    CallLimits limits =
        new CallLimits(1_000_000_000, 1 << 20, 1 << 20, 16L << 20, TestingRun.PATIENT_MILLIS);
    byte[] guest = TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT).bytes();
    int fits = ((1 << 19) - 4) / 16 - 4;
    for (int length : List.of(fits, fits + 1)) {
      JobDraft draft =
          new TestingRun(folder)
              .draft(guest, new byte[length], "bytes", 1 << 20, limits, TestingRun.PATIENT_MILLIS);
      List<String> troubles = ModuleCheck.run(draft, guest, TestingRun.SANDBOX, EFFORT).troubles();
      if (length == fits) {
        assertEquals(List.of(), troubles);
      } else {
        assertEquals(1, troubles.size());
        String framed = Integer.toString(4 + 16 * (4 + length));
        assertTrue(troubles.getFirst().contains(framed), troubles.getFirst());
        assertTrue(troubles.getFirst().contains("524288, half of --memory"), troubles.getFirst());
      }
    }
  }

  /** The sample's own merge of all is no value that sixteen of are merged. */
  @Test
  void mergesAboveTheLowestAreForetoldAndNoTrouble() throws Exception {
    int leaf = 1200; // 32 of them are more than a sixteenth of what a merge may be handed
    TestingGuest guest = TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT);
    CallLimits limits =
        new CallLimits(1_000_000_000, 1 << 20, 1 << 20, 16L << 20, TestingRun.PATIENT_MILLIS);
    JobDraft draft =
        new TestingRun(folder)
            .draft(guest.bytes(), new byte[32 * leaf], "bytes", leaf, limits, limits.wallMillis());

    CheckFindings found = ModuleCheck.run(draft, guest.bytes(), TestingRun.SANDBOX, EFFORT);

    assertEquals(List.of(), found.troubles());
    long leavesMax = found.growth().leavesMax(limits.mergeInputBytesMax()).orElseThrow();
    assertTrue(leavesMax > 400 && leavesMax < (1 << 19) / leaf + 1, () -> leavesMax + " leaves");
  }

  @Test
  void leavesAndAMergeAreTriedByInterpreterAndCompiler() throws Exception {
    CheckFindings found =
        check(TestingGuest.of(TestingGuest.SUM_BYTES).merge(TestingGuest.SUM_VALUES), "bytes", 4);

    assertEquals(
        List.of(
            "execute of leaf 0 of the sample",
            "execute of leaf 4 of the sample",
            "execute of leaf 9 of the sample",
            "merge of 3 of its values"),
        found.compared().stream().map(ComparedCall::words).toList());
    for (ComparedCall call : found.compared()) {
      assertEquals(3, call.repeats());
      assertEquals(List.of(), call.untold());
      assertEquals(List.of(), call.differences());
      assertTrue(call.fuel() > 0);
    }
    assertEquals(16 << 16, found.memoryBytesMax());
    assertTrue(found.fuelPerSecond() > 0);
  }

  @Test
  void leafThatTheInterpreterWouldNotFinishIsCutShort() throws Exception {
    TestingGuest guest = TestingGuest.of(TestingGuest.SUM_BYTES).memory(32, 32);
    JobDraft draft =
        new TestingRun(folder).draft(guest.bytes(), new byte[1 << 20], "bytes", 1 << 20);

    CheckFindings found =
        ModuleCheck.run(draft, guest.bytes(), TestingRun.SANDBOX, new ModuleCheck.Effort(100, 1));

    String words = found.compared().getFirst().words();
    assertTrue(words.startsWith("execute of leaf 0 of the sample, its first "), words);
    assertEquals(List.of(), found.troubles());
  }

  @Test
  void shortSampleStandsForALongInput() throws Exception {
    CheckFindings found = check(TestingGuest.of(TestingGuest.SUM_BYTES), "bytes", 4);

    assertFalse(found.rehearsed());
    assertEquals(1 << 20, found.rehearsal().orElseThrow().chunkBytes());
  }

  @Test
  void moduleWithoutAMergeIsNotGrouped() throws Exception {
    CheckFindings found = check(TestingGuest.of(TestingGuest.ECHO), "bytes", 4);

    assertEquals(List.of(), found.groupings());
    assertEquals(List.of(), found.troubles());
  }
}

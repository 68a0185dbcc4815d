package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.compute.Configuration;
import io.banyan.compute.GuestModule;
import io.banyan.compute.LoadResult;
import io.banyan.schema.CallLimits;
import io.banyan.schema.SplitRule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real leaves, before anybody has signed for them. */
class RehearserTest {
  private static final int LEAF = 1 << 16;
  private static final CallLimits LIMITS = TestingRun.LIMITS;

  @TempDir private Path folder;

  private Rehearser rehearser(String code, CallLimits limits) throws Exception {
    LoadResult loaded = TestingRun.SANDBOX.load(TestingGuest.of(code).bytes());
    GuestModule module = ((LoadResult.Loaded) loaded).module();
    Configuration none = new Configuration(new byte[0], List.of());
    return new Rehearser(TestingRun.SANDBOX, module, none, limits);
  }

  private Optional<Rehearsal> rehearse(String code, CallLimits limits, String rule, byte[] input)
      throws Exception {
    Path file = new TestingRun(folder).file("input", input);
    try (InputFile opened = InputFile.open(file)) {
      return rehearser(code, limits).rehearse(SplitRule.parse(rule), Optional.of(opened));
    }
  }

  private static CallLimits limits(long fuel, long wallMillis) {
    return new CallLimits(
        fuel, LIMITS.memoryBytesMax(), LIMITS.depthBytesMax(), LIMITS.outputBytesMax(), wallMillis);
  }

  @Test
  void firstMiddleAndLastLeafAreRun() throws Exception {
    Rehearsal bytes =
        rehearse(TestingGuest.SUM_BYTES, LIMITS, "bytes", new byte[10 * LEAF + 7]).orElseThrow();
    Rehearsal records =
        rehearse(TestingGuest.SUM_BYTES, LIMITS, "records:100", new byte[655_300]).orElseThrow();

    assertEquals(
        List.of((long) LEAF, (long) LEAF, 7L),
        bytes.samples().stream().map(LeafSample::units).toList());
    assertEquals(
        List.of(65_500L, 65_500L, 300L),
        records.samples().stream().map(LeafSample::units).toList());
    assertEquals(Optional.empty(), bytes.trouble());
    assertEquals(10 * LEAF + 7, bytes.units());
  }

  /** Fuel is a function of module and bytes: whoever rehearses comes to the same plan. */
  @Test
  void aRehearsalComesToTheSameAgain() throws Exception {
    byte[] input = new byte[5 * LEAF];
    Rehearsal one = rehearse(TestingGuest.SUM_BYTES, LIMITS, "bytes", input).orElseThrow();
    Rehearsal other = rehearse(TestingGuest.SUM_BYTES, LIMITS, "bytes", input).orElseThrow();

    assertTrue(one.operationWeight() > 0);
    assertEquals(one.operationWeight(), other.operationWeight());
    assertEquals(1 << 20, one.chunkBytes());
  }

  @Test
  void cellsAreRunForTheirWeight() throws Exception {
    Rehearser rehearser = rehearser(TestingGuest.ECHO, LIMITS);
    Rehearsal cells = rehearser.rehearse(new SplitRule.ByIndex(64), Optional.empty()).orElseThrow();

    assertEquals(3, cells.samples().size());
    assertEquals(0, cells.chunkBytes());
    assertTrue(cells.operationWeight() > 0);
    assertEquals(Optional.empty(), rehearser.rehearse(new SplitRule.ByIndex(63), Optional.empty()));
  }

  @Test
  void whatIsOneLeafOrNotCutByUsIsNotRun() throws Exception {
    assertEquals(Optional.empty(), rehearse(TestingGuest.ECHO, LIMITS, "lines", new byte[LEAF]));
    assertEquals(
        Optional.empty(), rehearse(TestingGuest.ECHO, LIMITS, "module", new byte[9 * LEAF]));
    assertEquals(
        Optional.empty(), rehearse(TestingGuest.ECHO, LIMITS, "records:7", new byte[9 * LEAF]));
  }

  @Test
  void aLeafThatFailsIsNamedAndEndsIt() throws Exception {
    byte[] input = new byte[4 * LEAF];
    input[2 * LEAF] = 1;

    Rehearsal trap =
        rehearse(
                "block local.get 0 i32.load8_u i32.eqz br_if 0 unreachable end "
                    + TestingGuest.ECHO,
                LIMITS,
                "bytes",
                input)
            .orElseThrow();

    assertEquals(
        Optional.of("the leaf at byte 131072 fails: trapped: unreachable"), trap.trouble());
    assertEquals(1, trap.samples().size());
    assertEquals(LEAF, trap.chunkBytes());
  }

  @Test
  void aLeafOutOfTimeOrFuelNamesTheFlag() throws Exception {
    byte[] input = new byte[2 * LEAF];

    String time =
        rehearse(TestingGuest.LOOP, limits(1L << 38, 200), "bytes", input)
            .orElseThrow()
            .trouble()
            .orElseThrow();
    String fuel =
        rehearse(TestingGuest.LOOP, limits(1_000_000, 300_000), "bytes", input)
            .orElseThrow()
            .trouble()
            .orElseThrow();

    assertEquals(
        "the leaf at byte 0 could not be run here: the call took longer than 200 ms (--leaf-time)",
        time);
    assertEquals("the leaf at byte 0 takes more than 1 M fuel (--leaf-fuel)", fuel);
  }

  @Test
  void aLineThatIsTooLongIsSaid() throws Exception {
    byte[] input = new byte[17 << 20];
    Arrays.fill(input, (byte) 'x');

    assertEquals(
        Optional.of("the leaf at byte 0 is longer than any may be, 16 MiB"),
        rehearse(TestingGuest.ECHO, LIMITS, "lines", input).orElseThrow().trouble());
  }

  /** What the manifest says is what was rehearsed; a chunk that was given is the user's word. */
  @Test
  void theManifestHasTheChunkAndTheWeight() throws Exception {
    TestingRun runs = new TestingRun(folder);
    Path module = runs.file("module.wasm", TestingGuest.of(TestingGuest.SUM_BYTES).bytes());
    Path file = runs.file("input", new byte[3 * LEAF]);
    List<Rehearsal> told = new ArrayList<>();

    JobDraft free = draft(module, file, OptionalInt.empty(), told);
    JobDraft given = draft(module, file, OptionalInt.of(LEAF), told);

    assertEquals(1, told.size());
    assertEquals(told.getFirst().chunkBytes(), free.manifest().chunkBytes());
    assertEquals(told.getFirst().operationWeight(), free.manifest().operationWeight());
    assertEquals(LEAF, given.manifest().chunkBytes());
    assertEquals(0, given.manifest().operationWeight());
  }

  private static JobDraft draft(
      Path module, Path file, OptionalInt chunkBytes, List<Rehearsal> told) throws Exception {
    try (InputFile input = InputFile.open(file)) {
      return JobDraft.rehearsed(
          new JobRequest(
              module,
              Optional.of(input),
              Optional.of(new SplitRule.ByBytes()),
              chunkBytes,
              Optional.empty(),
              List.of(),
              LIMITS,
              60_000),
          TestingRun.identity(1).publicKey(),
          TestingRun.SANDBOX,
          told::add,
          _ -> {});
    }
  }
}

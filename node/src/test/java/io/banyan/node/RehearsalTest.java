package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import io.banyan.schema.SplitRule;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class RehearsalTest {
  private static final int LEAF = 1 << 16;
  private static final SplitRule LINES = new SplitRule.ByLines();

  private static Rehearsal of(long bytes, LeafSample... samples) {
    return new Rehearsal(LINES, bytes, 0, List.of(samples), Optional.empty());
  }

  /** 12.4 fuel a byte, the last leaf twice as fast as the first; 64 MiB at 800 M fuel a second. */
  @Test
  void whatWasFoundIsSaidInALine() {
    long fuel = 812_646; // 12.4 × 65536
    Rehearsal rehearsal =
        of(
            64L << 20,
            new LeafSample(LEAF, fuel, 2_031_615),
            new LeafSample(LEAF, fuel, 1_015_808),
            new LeafSample(LEAF, fuel, 1_015_808));

    assertEquals(1 << 20, rehearsal.chunkBytes());
    assertEquals(12.4, rehearsal.operationWeight(), 1e-4);
    assertEquals(8e8, rehearsal.fuelPerSecond().orElseThrow(), 1e4);
    assertEquals(
        List.of(
            "rehearsal 3 leaves: 12.4 fuel a byte; chunk 1 MiB costs 13.0 M fuel, nearest to 200 M"
                + " of those up to 1 MiB; about 520 ms on 2 workers here"),
        rehearsal.lines(2, 1_000_000_000));
    JsonObject json = rehearsal.json(2);
    assertEquals(3, json.get("leaves").getAsInt());
    assertEquals(12.4, json.get("fuelPerByte").getAsDouble(), 1e-4);
    assertEquals(1 << 20, json.get("chunkBytes").getAsInt());
    assertEquals(0.52, json.get("expectedSeconds").getAsDouble(), 0.001);
  }

  @Test
  void leavesOfUnlikeLengthCountByTheirBytes() {
    Rehearsal rehearsal = of(100, new LeafSample(10, 1000, 1), new LeafSample(30, 1000, 1));

    assertEquals(50, rehearsal.operationWeight());
  }

  /** 1 M a call: of 1 655 360 fuel for 64 KiB, 655 360 are 10 a byte. */
  @Test
  void whatEveryCallTakesIsSharedByItsLeaf() {
    Rehearsal rehearsal =
        new Rehearsal(
            LINES,
            64L << 20,
            1_000_000,
            List.of(new LeafSample(LEAF, 1_655_360, 1_000_000)),
            Optional.empty());

    assertEquals(10, rehearsal.fuelPerUnit());
    assertEquals(10 + 1e6 / (1 << 20), rehearsal.operationWeight());
  }

  /** 2 G fuel in the costliest leaf of 64 KiB; on average 1.1 G, which is far over the aim. */
  @Test
  void aLeafThatWouldExceedItsFuelIsWarnedOf() {
    Rehearsal rehearsal =
        of(
            1 << 30,
            new LeafSample(LEAF, 200_000_000, 1_000_000_000),
            new LeafSample(LEAF, 2_000_000_000, 1_000_000_000));

    assertEquals(LEAF, rehearsal.chunkBytes());
    List<String> lines = rehearsal.lines(1, 500_000_000);
    assertEquals(2, lines.size());
    assertEquals(
        "warning: a leaf is expected to cost up to 2 G fuel, and a call may use 500 M: give more by"
            + " --leaf-fuel, or smaller chunks by --chunk",
        lines.get(1));
  }

  @Test
  void troubleIsSaidAndTheShortestChunkIsTaken() {
    Rehearsal rehearsal =
        new Rehearsal(
            new SplitRule.ByRecords(100),
            1 << 30,
            0,
            List.of(new LeafSample(LEAF, 1, 1)),
            Optional.of("the leaf at byte 7 fails: trapped: unreachable"));

    assertEquals(65_500, rehearsal.chunkBytes());
    assertEquals(
        List.of(
            "rehearsal: the leaf at byte 7 fails: trapped: unreachable; chunk 64.0 KiB, the"
                + " shortest that is chosen"),
        rehearsal.lines(2, 1_000_000_000));
    assertEquals(
        "the leaf at byte 7 fails: trapped: unreachable",
        rehearsal.json(2).get("trouble").getAsString());
  }

  @Test
  void cellsAreCountedAsCells() {
    Rehearsal rehearsal =
        new Rehearsal(
            new SplitRule.ByIndex(1000),
            1000,
            0,
            List.of(new LeafSample(1, 3_000_000, 1_000_000)),
            Optional.empty());

    assertEquals(0, rehearsal.chunkBytes());
    assertEquals(
        List.of("rehearsal 1 cells: 3 M fuel a cell; about 500 ms on 2 workers here"),
        rehearsal.lines(2, 1_000_000_000));
  }

  @Test
  void nothingIsExpectedWhereNothingIsKnown() {
    Rehearsal rehearsal = of(1 << 30);

    assertEquals(0, rehearsal.operationWeight());
    assertEquals(OptionalDouble.empty(), rehearsal.seconds(2));
    assertTrue(rehearsal.json(2).get("expectedSeconds") == null);
  }
}

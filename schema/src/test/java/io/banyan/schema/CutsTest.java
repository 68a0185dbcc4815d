package io.banyan.schema;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CutsTest {
  private static List<Long> all(Cuts cuts) {
    return LongStream.rangeClosed(0, cuts.count()).mapToObj(k -> cuts.cut((int) k)).toList();
  }

  private static LineCuts lines(String input, int chunkBytes) {
    byte[] bytes = input.getBytes(StandardCharsets.US_ASCII);
    LineCuts.Finder finder = new LineCuts.Finder(chunkBytes);
    finder.update(bytes, 0, bytes.length);
    return finder.finish();
  }

  @Test
  void bytesAreCutAtEveryChunk() {
    assertEquals(List.of(0L, 4L, 8L, 10L), all(new UniformCuts(10, 4)));
    assertEquals(List.of(0L, 4L, 8L), all(new UniformCuts(8, 4)));
    assertEquals(List.of(0L, 0L), all(new UniformCuts(0, 4)));
    assertEquals(List.of(0L, 1L, 2L, 3L), all(new UniformCuts(3, 1)));
  }

  @Test
  void linesAreCutAfterTheLineThatReachesOverTheChunk() {
    String input = "to be\nor not to be\nthat is the question whether\ntis nobler\n";

    assertEquals(List.of(0L, 19L, 19L, 48L, 48L, 48L, 48L, 59L, 59L), all(lines(input, 8)));
  }

  @Test
  void lineCutsOfSmallInputsAreGolden() {
    assertEquals(List.of(0L, 0L), all(lines("", 1)));
    assertEquals(List.of(0L, 1L), all(lines("\n", 1)));
    assertEquals(List.of(0L, 1L, 2L), all(lines("\n\n", 1)));
    assertEquals(List.of(0L, 3L, 3L, 3L), all(lines("abc", 1)));
    assertEquals(List.of(0L, 4L, 4L, 4L, 4L), all(lines("abc\n", 1)));
    assertEquals(List.of(0L, 4L, 8L, 8L), all(lines("abc\nabcd", 3)));
    assertEquals(List.of(0L, 3L, 6L, 7L), all(lines("a\r\nb\r\nc", 3)));
    assertEquals(List.of(0L, 2L, 4L), all(lines("a\nb\n", 2)));
    assertEquals(List.of(0L, 3L, 4L), all(lines("ab\n\n", 2)));
  }

  /** The rule as design.md has it, one byte at a time. */
  private static List<Long> linesByDefinition(byte[] input, int chunkBytes) {
    int cells = Math.max(1, (input.length + chunkBytes - 1) / chunkBytes);
    List<Long> cuts = new ArrayList<>();
    cuts.add(0L);
    for (int k = 1; k < cells; k++) {
      int p = k * chunkBytes;
      while (p != input.length && input[p - 1] != '\n') {
        p++;
      }
      cuts.add((long) p);
    }
    cuts.add((long) input.length);
    return cuts;
  }

  @Provide
  Arbitrary<byte[]> texts() {
    Arbitrary<Byte> dense = Arbitraries.of((byte) '\n', (byte) 'a', (byte) '\r');
    Arbitrary<Byte> sparse =
        Arbitraries.frequencyOf(
            Tuple.of(1, Arbitraries.just((byte) '\n')),
            Tuple.of(30, Arbitraries.of((byte) 'a', (byte) 0, (byte) 0x8a)));
    return Arbitraries.oneOf(
        dense.array(byte[].class).ofMaxSize(60), sparse.array(byte[].class).ofMaxSize(400));
  }

  @Property(tries = 3000)
  void lineCutsAreThoseOfTheDefinitionHoweverTheBytesStreamBy(
      @ForAll("texts") byte[] input,
      @ForAll @IntRange(min = 1, max = 40) int chunkBytes,
      @ForAll long seed) {
    Random random = new Random(seed);
    LineCuts.Finder finder = new LineCuts.Finder(chunkBytes);

    for (int at = 0; at < input.length; ) {
      int count = Math.min(input.length - at, random.nextInt(1 + random.nextInt(50)));
      byte[] buffer = new byte[count + 7];
      Arrays.fill(buffer, (byte) '\n'); // bytes around the update that must not be looked at
      System.arraycopy(input, at, buffer, 3, count);
      finder.update(buffer, 3, count);
      at += count;
    }

    assertEquals(linesByDefinition(input, chunkBytes), all(finder.finish()));
  }

  @Property(tries = 1000)
  void cutsOfARangeOfCellsAreThoseOfTheWholeInput(
      @ForAll("texts") byte[] input,
      @ForAll @IntRange(min = 1, max = 40) int chunkBytes,
      @ForAll long seed) {
    Random random = new Random(seed);
    List<Long> whole = linesByDefinition(input, chunkBytes);
    int cells = whole.size() - 1;
    int first = random.nextInt(cells);
    int end = first + random.nextInt(cells + 1 - first);
    LineCuts.Finder finder = new LineCuts.Finder(chunkBytes, first);

    // As little as shows where the last cell begins: up to its line feed, or the input's end.
    int at = (int) LineCuts.Finder.firstByte(chunkBytes, first);
    while (at < input.length && !(end < cells && finder.found(end))) {
      if (!finder.found(Math.min(end, cells - 1))) {
        assertThrows(IllegalStateException.class, () -> finder.finish(end, input.length));
      }
      finder.update(input, at++, 1);
    }
    LineCuts cuts = finder.finish(end, input.length);

    assertEquals(whole.get(end), at);
    assertEquals(cells, cuts.count());
    assertEquals(input.length, cuts.size());
    for (int k = -1; k <= cells + 1; k++) {
      int cell = k;
      if (first <= k && k <= end) {
        assertEquals(whole.get(k), cuts.cut(k));
      } else {
        assertThrows(IndexOutOfBoundsException.class, () -> cuts.cut(cell));
      }
    }
  }

  @Test
  void aRangeOfCellsIsOfTheInputItIsSaidToBeOf() {
    LineCuts.Finder finder = new LineCuts.Finder(4, 2);
    finder.update("\nab\nabc".getBytes(StandardCharsets.US_ASCII), 0, 7); // bytes 7 to 14

    assertEquals(8, finder.finish(2, 100).cut(2));
    assertThrows(IllegalStateException.class, finder::finish);
    assertThrows(IllegalStateException.class, () -> finder.finish(3, 100));
    assertThrows(IllegalArgumentException.class, () -> finder.finish(2, 13));
    assertThrows(IllegalArgumentException.class, () -> finder.finish(1, 100));
    assertThrows(IllegalArgumentException.class, () -> finder.finish(26, 100));
    assertEquals(14, finder.finish(4, 14).cut(4));
    assertThrows(IllegalArgumentException.class, () -> new LineCuts.Finder(4, -1));
    assertThrows(IllegalArgumentException.class, () -> new LineCuts.Finder(4, (1 << 24) + 1));
  }

  @Property
  void leavesTileTheInput(
      @ForAll("texts") byte[] input, @ForAll @IntRange(min = 1, max = 40) int chunkBytes) {
    String text = new String(input, StandardCharsets.ISO_8859_1);
    LineCuts.Finder finder = new LineCuts.Finder(chunkBytes);
    finder.update(input, 0, input.length);

    for (Cuts cuts : List.of(finder.finish(), new UniformCuts(input.length, chunkBytes))) {
      StringBuilder joined = new StringBuilder();
      tile(cuts, Interval.all(cuts.count()), text, joined);

      assertEquals(text, joined.toString());
      assertEquals(input.length, cuts.size());
    }
  }

  /** Walks the plan and appends what its leaves are handed; no node but the root is empty. */
  private static void tile(Cuts cuts, Interval interval, String text, StringBuilder joined) {
    if (interval.count() == 1) {
      joined.append(text, (int) cuts.cut(interval.from()), (int) cuts.cut(interval.to()));
      return;
    }
    for (Interval child : cuts.children(interval)) {
      assertTrue(cuts.length(child) > 0);
      tile(cuts, child, text, joined);
    }
  }

  @Property(tries = 300)
  void recordsAreNeverCutApart(
      @ForAll @IntRange(min = 1, max = 50) int recordBytes,
      @ForAll @IntRange(min = 1, max = 8) int perChunk,
      @ForAll @IntRange(min = 0, max = 200) int records) {
    TestingManifest manifest = new TestingManifest();
    manifest.splitRule = new SplitRule.ByRecords(recordBytes);
    manifest.chunkBytes = recordBytes * perChunk;
    manifest.input = new BlobRef(Digest.ZERO, (long) recordBytes * records);

    Cuts cuts = manifest.build().cutsBySize().orElseThrow();

    assertEquals(Math.max(1, Math.ceilDiv(records, perChunk)), cuts.count());
    for (int k = 0; k < cuts.count(); k++) {
      assertEquals(0, cuts.cut(k) % recordBytes);
      assertTrue(cuts.cut(k + 1) - cuts.cut(k) <= manifest.chunkBytes);
    }
  }

  @Test
  void cellsOfAnIndexKnowTheirNumberAndAreNeverEmpty() {
    IndexCuts cuts = new IndexCuts(300);

    assertArrayEquals(HexFormat.of().parseHex("02010000000000002c01000000000000"), cuts.chunk(258));
    assertEquals(0, cuts.size());
    assertFalse(cuts.isEmpty(new Interval(7, 8)));
    assertEquals(2, cuts.children(Interval.all(300)).size());
  }

  @Test
  void partsAreCutWhereTheyMeet() {
    PartCuts cuts =
        new PartCuts(
            List.of(
                new BlobRef(Digest.ZERO, 3),
                new BlobRef(Digest.ZERO, 0),
                new BlobRef(Digest.ZERO, 5)));

    assertEquals(List.of(0L, 3L, 3L, 8L), all(cuts));
    assertEquals(List.of(new Interval(0, 1), new Interval(2, 3)), cuts.children(Interval.all(3)));
  }

  @Test
  void aSplitHasOneToFourThousandAndNinetySixParts() {
    BlobRef part = new BlobRef(Digest.ZERO, 1);

    assertEquals(4096, new PartCuts(Collections.nCopies(4096, part)).count());
    assertThrows(
        IllegalArgumentException.class, () -> new PartCuts(Collections.nCopies(4097, part)));
    assertThrows(IllegalArgumentException.class, () -> new PartCuts(List.of()));
  }

  @Test
  void cellsAreAtMostSixteenMillion() {
    assertEquals(1 << 24, new UniformCuts(1L << 24, 1).count());
    assertEquals(1 << 24, new UniformCuts(1L << 48, 1 << 24).count());
    assertEquals(
        "input of 16777217 bytes in chunks of 1 makes 16777217 cells, limit 16777216: choose larger"
            + " chunks",
        assertThrows(IllegalArgumentException.class, () -> new UniformCuts((1L << 24) + 1, 1))
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> new UniformCuts((1L << 48) + 1, 1 << 24));
    assertEquals(1 << 24, new IndexCuts(1 << 24).count());
    assertThrows(IllegalArgumentException.class, () -> new IndexCuts((1 << 24) + 1));
    assertThrows(IllegalArgumentException.class, () -> new IndexCuts(0));
  }

  @Test
  void chunksAreOneByteToSixteenMebibytes() {
    assertEquals(1, new UniformCuts(5, 16 << 20).count());
    for (int chunkBytes : new int[] {-1, 0, (16 << 20) + 1}) {
      assertThrows(IllegalArgumentException.class, () -> new UniformCuts(5, chunkBytes));
      assertThrows(IllegalArgumentException.class, () -> new LineCuts.Finder(chunkBytes));
    }
    assertThrows(IllegalArgumentException.class, () -> new UniformCuts(-1, 1));
  }

  @Test
  void moreLinesThanCellsAreRefusedWhenTheInputEnds() {
    LineCuts.Finder finder = new LineCuts.Finder(1);
    byte[] block = new byte[1 << 20];
    for (int i = 0; i < 16; i++) {
      finder.update(block, 0, block.length);
    }
    assertEquals(1 << 24, finder.finish().count());

    finder.update(block, 0, 1);

    assertThrows(IllegalArgumentException.class, finder::finish);
  }

  @Test
  void aLeafOverSixteenMebibytesIsRefusedByOffset() {
    int max = Limits.LEAF_BYTES_MAX;
    LineCuts.Finder finder = new LineCuts.Finder(4);
    finder.update(new byte[] {'a', '\n', 'b', '\n'}, 0, 4);
    finder.update(new byte[max], 0, max);
    LineCuts atTheLimit = finder.finish();
    finder.update(new byte[1], 0, 1);
    LineCuts overIt = finder.finish();

    assertEquals(Optional.empty(), Plan.refusal(atTheLimit));
    assertEquals(
        Optional.of("the leaf at input offset 4 is 16777217 bytes long, limit 16777216"),
        Plan.refusal(overIt));
    assertEquals(Optional.empty(), Plan.refusal(new UniformCuts(1L << 30, max)));
  }

  /** Lateness is kept in an int; a line of more than 2 GiB is refused all the same. */
  @Test
  void aLineOfThreeGibibytesIsRefused() {
    LineCuts.Finder finder = new LineCuts.Finder(1 << 20);
    byte[] block = new byte[64 << 20];
    for (int i = 0; i < 48; i++) {
      finder.update(block, 0, block.length);
    }

    LineCuts cuts = finder.finish();

    assertEquals(3L << 30, cuts.size());
    assertTrue(Plan.refusal(cuts).orElseThrow().startsWith("the leaf at input offset 0 is "));
    for (int k = 0; k < cuts.count(); k++) {
      assertTrue(cuts.cut(k) <= cuts.cut(k + 1));
    }
  }
}

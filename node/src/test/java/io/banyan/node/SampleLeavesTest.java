package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.node.SampleLeaves.Span;
import io.banyan.node.data.RangeReader;
import io.banyan.schema.Cuts;
import io.banyan.schema.Limits;
import io.banyan.schema.LineCuts;
import io.banyan.schema.SplitRule;
import io.banyan.schema.UniformCuts;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SampleLeavesTest {
  private static final SplitRule LINES = new SplitRule.ByLines();

  private static RangeReader over(byte[] bytes) {
    return (from, into, offset, count) -> {
      Objects.checkFromIndexSize(from, count, bytes.length);
      System.arraycopy(bytes, (int) from, into, offset, count);
    };
  }

  private static Span leaf(Cuts cuts, long offset) {
    for (int cell = 0; cell < cuts.count(); cell++) {
      if (cuts.cut(cell) <= offset && offset < cuts.cut(cell + 1)) {
        return new Span(cuts.cut(cell), cuts.cut(cell + 1));
      }
    }
    throw new AssertionError("no leaf holds byte " + offset);
  }

  @Test
  void firstMiddleAndLastByteHaveALeafEach() throws IOException {
    SampleLeaves leaves = new SampleLeaves(over(new byte[95]), 95, new SplitRule.ByBytes(), 10);

    assertEquals(List.of(new Span(0, 10), new Span(40, 50), new Span(90, 95)), leaves.spans());
  }

  @Test
  void aLeafIsRunOnce() throws IOException {
    SampleLeaves two = new SampleLeaves(over(new byte[15]), 15, new SplitRule.ByBytes(), 10);

    assertEquals(List.of(new Span(0, 10), new Span(10, 15)), two.spans());
    assertEquals(List.of(0, 32, 63), SampleLeaves.cells(64));
    assertEquals(List.of(0, 1), SampleLeaves.cells(2));
  }

  /** They are just the leaves that the plan has. */
  @Property
  void leavesOfLinesAreThoseOfThePlan(
      @ForAll @Size(min = 1, max = 300) List<@IntRange(min = 0, max = 12) Integer> letters,
      @ForAll @IntRange(min = 1, max = 40) int chunkBytes)
      throws IOException {
    byte[] text = new byte[letters.size()];
    for (int i = 0; i < text.length; i++) {
      text[i] = (byte) (letters.get(i) == 0 ? '\n' : 'a' + letters.get(i));
    }
    LineCuts.Finder finder = new LineCuts.Finder(chunkBytes);
    finder.update(text, 0, text.length);
    Cuts lines = finder.finish();
    SampleLeaves sampled = new SampleLeaves(over(text), text.length, LINES, chunkBytes);
    SampleLeaves uniform =
        new SampleLeaves(over(text), text.length, new SplitRule.ByBytes(), chunkBytes);

    for (int offset = 0; offset < text.length; offset++) {
      assertEquals(leaf(lines, offset), sampled.holding(offset));
      assertEquals(leaf(new UniformCuts(text.length, chunkBytes), offset), uniform.holding(offset));
    }
  }

  /** 40 MiB without a line feed: no more of it is read than tells that it is too long. */
  @Test
  void aLineThatIsTooLongEndsTheList() throws IOException {
    byte[] text = new byte[40 << 20];
    Arrays.fill(text, (byte) 'x');
    text[100] = '\n';

    List<Span> spans = new SampleLeaves(over(text), text.length, LINES, 1 << 16).spans();
    Span last = new SampleLeaves(over(text), text.length, LINES, 1 << 16).holding(text.length - 1);

    assertEquals(1, spans.size());
    assertTrue(spans.getFirst().length() > Limits.LEAF_BYTES_MAX, spans.toString());
    assertTrue(last.length() > Limits.LEAF_BYTES_MAX, last.toString());
  }
}

package io.banyan.node;

import io.banyan.node.data.RangeReader;
import io.banyan.schema.Limits;
import io.banyan.schema.SplitRule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The leaves that stand for a whole input: of all leaves with chunks of one length those that hold
 * its first byte, the one in the middle, and its last. Under the rule {@code lines} only what lies
 * around these is read.
 *
 * @param inputBytes 1 or more
 * @param chunkBytes 1 or more
 */
record SampleLeaves(RangeReader input, long inputBytes, SplitRule rule, int chunkBytes) {
  private static final int READ_BYTES = 1 << 16; // 64 KiB

  /** The bytes of one leaf. */
  record Span(long from, long to) {
    long length() {
      return to - from;
    }
  }

  /** In their order, each once. A leaf that is longer than any may be ends the list, and it. */
  List<Span> spans() throws IOException {
    List<Span> spans = new ArrayList<>();
    for (long offset : List.of(0L, inputBytes / 2, inputBytes - 1)) {
      Span span = holding(offset);
      if (!spans.contains(span)) {
        spans.add(span);
      }
      if (span.length() > Limits.LEAF_BYTES_MAX) {
        return spans;
      }
    }
    return spans;
  }

  /** The leaf that holds the byte at {@code offset}. */
  Span holding(long offset) throws IOException {
    long cell = offset / chunkBytes;
    if (!(rule instanceof SplitRule.ByLines)) {
      return new Span(cell * chunkBytes, Math.min(inputBytes, (cell + 1) * chunkBytes));
    }
    long begin = lineCut(cell);
    if (begin <= offset) {
      return new Span(begin, lineCut(cell + 1));
    }
    return new Span(cutBefore(cell, offset), begin);
  }

  /** The last cut of a cell below {@code cell}, given that none lies between it and the offset. */
  private long cutBefore(long cell, long offset) throws IOException {
    for (long below = cell - 1; below > 0; below--) {
      if (offset - below * chunkBytes > Limits.LEAF_BYTES_MAX) {
        return below * chunkBytes; // or before: the leaf is too long, however long it is
      }
      Optional<Long> cut = lineFeed(below * chunkBytes - 1, (below + 1) * chunkBytes - 1);
      if (cut.isPresent()) {
        return cut.get() + 1;
      }
    }
    return 0;
  }

  /** Where {@code cell} begins: behind the first line feed at or behind its place. */
  private long lineCut(long cell) throws IOException {
    long place = cell * chunkBytes;
    if (place == 0 || place >= inputBytes) {
      return Math.min(place, inputBytes);
    }
    // No leaf that is longer is run, however long it is.
    long end = Math.min(inputBytes, place + Limits.LEAF_BYTES_MAX + READ_BYTES);
    return lineFeed(place - 1, end).map(at -> at + 1).orElse(end);
  }

  /** The first line feed from {@code from} on, before {@code to}. */
  private Optional<Long> lineFeed(long from, long to) throws IOException {
    for (long at = from; at < to; at += READ_BYTES) {
      byte[] bytes = input.read(at, Math.min(to, at + READ_BYTES));
      for (int i = 0; i < bytes.length; i++) {
        if (bytes[i] == '\n') {
          return Optional.of(at + i);
        }
      }
    }
    return Optional.empty();
  }

  /** Three cells that stand for {@code cells}, each once. */
  static List<Integer> cells(int cells) {
    return Stream.of(0, cells / 2, cells - 1).distinct().toList();
  }
}

package io.banyan.schema;

import java.util.Locale;

/** How an input becomes leaves. */
public sealed interface SplitRule {
  /** Cuts at every chunkBytes. */
  record ByBytes() implements SplitRule {}

  /**
   * As {@code bytes}, for fixed records: chunkBytes and the input's size are multiples of N.
   *
   * @param recordBytes N, 1 to {@link Limits#CHUNK_BYTES_MAX}
   */
  record ByRecords(int recordBytes) implements SplitRule {
    public ByRecords {
      if (recordBytes < 1 || recordBytes > Limits.CHUNK_BYTES_MAX) {
        throw new IllegalArgumentException(
            "record size is " + recordBytes + " bytes, must be 1 to " + Limits.CHUNK_BYTES_MAX);
      }
    }
  }

  /** Cuts after the first line feed at or behind every chunkBytes. */
  record ByLines() implements SplitRule {}

  /**
   * No input: C cells that know their index.
   *
   * @param cells C, 1 to {@link Limits#CELLS_MAX}
   */
  record ByIndex(int cells) implements SplitRule {
    public ByIndex {
      if (cells < 1 || cells > Limits.CELLS_MAX) {
        throw new IllegalArgumentException(
            "index split into " + cells + " cells, must be 1 to " + Limits.CELLS_MAX);
      }
    }
  }

  /** The guest's own {@code split}. */
  record ByModule() implements SplitRule {}

  /** The rule as users write it: {@code lines}, {@code bytes}, {@code records:N} … */
  default String words() {
    return switch (this) {
      case ByBytes() -> "bytes";
      case ByRecords(int recordBytes) -> "records:" + recordBytes;
      case ByLines() -> "lines";
      case ByIndex(int cells) -> "index:" + cells;
      case ByModule() -> "module";
    };
  }

  /**
   * Reads what {@link #words()} writes.
   *
   * @throws IllegalArgumentException if it is none of the rules
   */
  static SplitRule parse(String words) {
    String[] halves = words.toLowerCase(Locale.ROOT).split(":", 2);
    if (halves.length == 2) {
      return switch (halves[0]) {
        case "records" -> new ByRecords(number(words, halves[1]));
        case "index" -> new ByIndex(number(words, halves[1]));
        default -> throw unknown(words);
      };
    }
    return switch (halves[0]) {
      case "bytes" -> new ByBytes();
      case "lines" -> new ByLines();
      case "module" -> new ByModule();
      default -> throw unknown(words);
    };
  }

  private static int number(String words, String digits) {
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "split rule '" + words + "' needs a number after the colon", e);
    }
  }

  private static IllegalArgumentException unknown(String words) {
    return new IllegalArgumentException(
        "split rule '" + words + "' is none of lines, bytes, records:N, index:C, module");
  }
}

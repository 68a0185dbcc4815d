import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Makes inputs for the examples: {@code java examples/Generate.java numbers|matrix|text SEED SIZE >
 * file}. The same seed and size give the same bytes, on every machine and under every Java; a
 * larger size begins with the smaller one's bytes.
 */
final class Generate {

  private static final int BUFFER_BYTES = 1 << 16; // 64 KiB
  private static final int VOCABULARY_WORDS = 20_000;
  private static final int DRAWS = 1 << 18; // 262 144: the rarest words hold one of them each

  private Generate() {}

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 3) {
      usage("three arguments are wanted, not " + arguments.length);
    }
    long seed = number(arguments[1], "SEED");
    long bytes = size(arguments[2]);
    try (OutputStream out =
        new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES)) {
      switch (arguments[0]) {
        case "numbers" -> numbers(new Mix(seed), whole(bytes, 4), out);
        case "matrix" -> matrix(new Mix(seed), whole(bytes, 8), out);
        case "text" -> text(new Mix(seed), bytes, out);
        default -> usage("unknown kind: " + arguments[0]);
      }
    }
  }

  /** u32, little-endian. One number in eight is below 256, so that some are equal. */
  private static void numbers(Mix random, long bytes, OutputStream out) throws IOException {
    for (long i = 0; i < bytes; i += 4) {
      long bits = random.next();
      littleEndian(bits >>> 61 == 0 ? bits & 0xff : bits & 0xffff_ffffL, 4, out);
    }
  }

  /**
   * float64, little-endian, evenly between −1 and 1: sums of their products are rounded, so a wrong
   * order of adding shows.
   */
  private static void matrix(Mix random, long bytes, OutputStream out) throws IOException {
    for (long i = 0; i < bytes; i += 8) {
      double value = (random.next() >> 11) * 0x1p-52;
      littleEndian(Double.doubleToLongBits(value), 8, out);
    }
  }

  /**
   * Lines of words. The words are made up; the n-th commonest comes about 1/n as often as the
   * first.
   */
  private static void text(Mix random, long bytes, OutputStream out) throws IOException {
    byte[][] vocabulary = vocabulary();
    int[] draws = draws();
    long left = bytes;
    while (left > 0) {
      byte[] line = line(random, vocabulary, draws);
      int taken = (int) Math.min(left, line.length);
      out.write(line, 0, taken);
      left -= taken;
    }
  }

  private static byte[] line(Mix random, byte[][] vocabulary, int[] draws) {
    // Mostly some words, now and then none, seldom a paragraph.
    int words =
        random.below(40) == 0
            ? 0
            : random.below(200) == 0 ? 60 + random.below(200) : 1 + random.below(18);
    byte[] line = new byte[(words + 1) * 32];
    int length = 0;
    for (int indent = random.below(8) == 0 ? 1 + random.below(3) : 0; indent > 0; indent--) {
      line[length++] = '\t';
    }
    for (int i = 0; i < words; i++) {
      byte[] word = vocabulary[draws[random.below(DRAWS)]];
      System.arraycopy(word, 0, line, length, word.length);
      if (i == 0 && line[length] >= 'a') {
        line[length] -= 'a' - 'A';
      }
      length += word.length;
      if (i + 1 == words) {
        line[length++] = '.';
      } else {
        if (random.below(12) == 0) {
          line[length++] = ',';
        }
        line[length++] = ' ';
        if (random.below(80) == 0) {
          line[length++] = ' ';
        }
      }
    }
    if (random.below(60) == 0) {
      line[length++] = '\r'; // As in a file that went through another system's editor.
    }
    line[length++] = '\n';
    return Arrays.copyOf(line, length);
  }

  /**
   * Always the same words, whatever the seed, so that counts of two texts can be compared; the
   * first ones are short.
   */
  private static byte[][] vocabulary() {
    Mix random = new Mix(0x5eed);
    List<String> onsets =
        List.of(
            "b", "br", "d", "f", "g", "gl", "h", "k", "l", "m", "n", "p", "r", "s", "st", "t", "tr",
            "v", "w", "");
    List<String> vowels = List.of("a", "e", "i", "o", "u", "a", "e", "ea", "ou", "ai");
    List<String> codas = List.of("", "", "", "n", "r", "s", "l", "t", "nd", "ck");
    Set<String> words = new LinkedHashSet<>();
    while (words.size() < VOCABULARY_WORDS) {
      int syllables = 1 + random.below(words.size() < 200 ? 1 : words.size() < 4000 ? 2 : 4);
      StringBuilder word = new StringBuilder();
      for (int i = 0; i < syllables; i++) {
        word.append(random.of(onsets)).append(random.of(vowels)).append(random.of(codas));
      }
      words.add(word.toString());
    }
    return words.stream()
        .map(word -> word.getBytes(StandardCharsets.US_ASCII))
        .toArray(byte[][]::new);
  }

  /**
   * A table to draw word numbers from: the n-th stands in it about 1/n times as often as the first.
   */
  private static int[] draws() {
    double harmonic = 0;
    for (int n = 1; n <= VOCABULARY_WORDS; n++) {
      harmonic += 1.0 / n;
    }
    int[] draws = new int[DRAWS];
    double upTo = 0;
    int place = 0;
    for (int n = 1; n <= VOCABULARY_WORDS; n++) {
      upTo += DRAWS / (n * harmonic);
      while (place < DRAWS && place < upTo) {
        draws[place++] = n - 1;
      }
    }
    return draws; // Places that rounding left over hold the commonest word.
  }

  private static void littleEndian(long bits, int bytes, OutputStream out) throws IOException {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (bits >>> 8 * i));
    }
  }

  private static long whole(long bytes, int unit) {
    if (bytes % unit != 0) {
      usage("SIZE must be a multiple of " + unit + ": " + bytes);
    }
    return bytes;
  }

  /** Bytes, or with KiB or MiB behind the number. */
  private static long size(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.endsWith("kib")) {
      return Math.multiplyExact(number(text.substring(0, text.length() - 3), "SIZE"), 1L << 10);
    }
    if (lower.endsWith("mib")) {
      return Math.multiplyExact(number(text.substring(0, text.length() - 3), "SIZE"), 1L << 20);
    }
    return number(text, "SIZE");
  }

  private static long number(String text, String name) {
    try {
      long number = Long.parseLong(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException malformed) {
      // Said below, with the name.
    }
    usage(name + " is not a number from 0 on: " + text);
    return 0;
  }

  private static void usage(String trouble) {
    System.err.println(trouble);
    System.err.println(
        "usage: java examples/Generate.java numbers|matrix|text SEED SIZE > file     (SIZE in"
            + " bytes, or 64KiB, 8MiB)");
    System.exit(2);
  }

  /**
   * SplitMix64 (Steele, Lea, Flood 2014): written out, so that no library's next version changes
   * the inputs.
   */
  private static final class Mix {
    private long state;

    private Mix(long seed) {
      state = seed;
    }

    private long next() {
      state += 0x9e3779b97f4a7c15L;
      long z = (state ^ state >>> 30) * 0xbf58476d1ce4e5b9L;
      z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
      return z ^ z >>> 31;
    }

    private int below(int bound) {
      return (int) ((next() >>> 32) * bound >>> 32);
    }

    private <T> T of(List<T> list) {
      return list.get(below(list.size()));
    }
  }
}

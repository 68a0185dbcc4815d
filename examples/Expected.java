import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Writes the {@code expected} answer of every example: {@code java examples/Expected.java}. Each is
 * computed here a second time, in the plainest way and from the rule in the module's first comment,
 * so that a module that is wrong differs from it.
 */
final class Expected {

  private final Path examples;

  private Expected(Path examples) {
    this.examples = examples;
  }

  public static void main(String[] arguments) throws IOException {
    Path examples = Path.of(arguments.length > 0 ? arguments[0] : "examples");
    if (!Files.isRegularFile(examples.resolve("data/text.txt"))) {
      System.err.println(
          "usage: java examples/Expected.java [EXAMPLES]     (no "
              + examples
              + "/data/text.txt here)");
      System.exit(2);
    }
    Expected expected = new Expected(examples);
    String text = expected.latin("data/text.txt");

    for (String language : List.of("c", "rust", "assemblyscript")) {
      expected.write("wordcount-" + language + "/expected.txt", words(text).size() + "\n");
    }
    expected.write("wordcount-wasi/expected.txt", wordsOfEachLeaf(text, 2048));
    expected.write("wordfreq/expected.txt", frequencies(text));
    expected.write(
        "fuzzy-search/expected.txt", closest(text, expected.latin("fuzzy-search/query.txt")));
    expected.write(
        "matmul/expected.bin",
        product(expected.bytes("matmul/a.bin"), expected.bytes("matmul/b.bin"), 47, 29));
    expected.write("mandelbrot/expected.pgm", mandelbrot(240, 160, 500));
    expected.write("primes/expected.txt", primesBelow(3_000_000) + "\n");
    expected.write("quicksort/expected.bin", sorted(expected.bytes("quicksort/numbers.bin")));
  }

  // ---- Words
  // ----------------------------------------------------------------------------------------------------

  private static List<String> words(String text) {
    return Arrays.stream(text.split("[ \t\n\u000b\f\r]+")).filter(word -> !word.isEmpty()).toList();
  }

  /**
   * Leaf k begins at the first line that begins at or after k·chunk; a leaf without bytes is not
   * run and has no count.
   */
  private static String wordsOfEachLeaf(String text, int chunk) {
    StringBuilder counts = new StringBuilder();
    int begin = 0;
    for (int cell = 1; begin < text.length(); cell++) {
      int end = Math.min(cell * chunk, text.length());
      while (end < text.length() && text.charAt(end - 1) != '\n') {
        end++;
      }
      if (end > begin) {
        counts.append(words(text.substring(begin, end)).size()).append('\n');
        begin = end;
      }
    }
    return counts.toString();
  }

  private static String frequencies(String text) {
    TreeMap<String, Integer> counts = new TreeMap<>();
    words(text).forEach(word -> counts.merge(word, 1, Integer::sum));
    StringBuilder lines = new StringBuilder();
    counts.forEach((word, count) -> lines.append(word).append(' ').append(count).append('\n'));
    return lines.toString();
  }

  // ---- Fuzzy search: the whole table, as in a textbook
  // ------------------------------------------------------------

  private record Found(int score, String text) {}

  private static String closest(String text, String query) {
    List<Found> found = new ArrayList<>();
    for (String line : text.split("\n")) {
      int score = score(line, query);
      if (score > 0) {
        found.add(new Found(score, line.substring(0, Math.min(200, line.length()))));
      }
    }
    found.sort(Comparator.comparingInt(Found::score).reversed().thenComparing(Found::text));
    StringBuilder answer = new StringBuilder();
    found.stream()
        .limit(10)
        .forEach(line -> answer.append(line.score).append('\t').append(line.text).append('\n'));
    return answer.toString();
  }

  private static int score(String line, String query) {
    int[][] h = new int[line.length() + 1][query.length() + 1];
    int best = 0;
    for (int i = 1; i <= line.length(); i++) {
      for (int j = 1; j <= query.length(); j++) {
        int aligned = h[i - 1][j - 1] + (line.charAt(i - 1) == query.charAt(j - 1) ? 2 : -1);
        h[i][j] = Math.max(Math.max(0, aligned), Math.max(h[i - 1][j] - 1, h[i][j - 1] - 1));
        best = Math.max(best, h[i][j]);
      }
    }
    return best;
  }

  // ---- Numbers
  // --------------------------------------------------------------------------------------------------

  private static byte[] product(byte[] left, byte[] right, int k, int n) {
    ByteBuffer a = ByteBuffer.wrap(left).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer b = ByteBuffer.wrap(right).order(ByteOrder.LITTLE_ENDIAN);
    int rows = left.length / (8 * k);
    ByteBuffer c = ByteBuffer.allocate(rows * n * 8).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < n; column++) {
        double sum = 0;
        for (int i = 0; i < k; i++) {
          sum += a.getDouble((row * k + i) * 8) * b.getDouble((i * n + column) * 8);
        }
        c.putDouble(sum);
      }
    }
    return c.array();
  }

  private static byte[] mandelbrot(int width, int height, int iterationsMax) {
    ByteArrayOutputStream picture = new ByteArrayOutputStream();
    picture.writeBytes(
        ("P5\n" + width + " " + height + "\n255\n").getBytes(StandardCharsets.US_ASCII));
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        double cx = -2.5 + 3.5 * (column + 0.5) / width;
        double cy = -1.25 + 2.5 * (row + 0.5) / height;
        double x = 0;
        double y = 0;
        int steps = 0;
        while (x * x + y * y <= 4 && steps < iterationsMax) {
          double next = x * x - y * y + cx;
          y = 2 * x * y + cy;
          x = next;
          steps++;
        }
        picture.write(x * x + y * y <= 4 ? 0 : 255 - 255 * steps / iterationsMax);
      }
    }
    return picture.toByteArray();
  }

  private static long primesBelow(int limit) {
    long primes = 0;
    for (int n = 2; n < limit; n++) {
      // Miller and Rabin's test errs towards prime only, with a chance of 2^-40.
      if ((n == 2 || n % 2 == 1) && BigInteger.valueOf(n).isProbablePrime(40)) {
        primes++;
      }
    }
    return primes;
  }

  private static byte[] sorted(byte[] numbers) {
    ByteBuffer buffer = ByteBuffer.wrap(numbers).order(ByteOrder.LITTLE_ENDIAN);
    long[] values = new long[numbers.length / 4];
    Arrays.setAll(values, i -> Integer.toUnsignedLong(buffer.getInt(i * 4)));
    Arrays.sort(values);
    ByteBuffer sorted = ByteBuffer.allocate(numbers.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      sorted.putInt((int) value);
    }
    return sorted.array();
  }

  // ---- Files
  // ----------------------------------------------------------------------------------------------------

  private byte[] bytes(String name) throws IOException {
    return Files.readAllBytes(examples.resolve(name));
  }

  /** One character a byte, so that the order of strings is that of unsigned bytes. */
  private String latin(String name) throws IOException {
    return new String(bytes(name), StandardCharsets.ISO_8859_1);
  }

  private void write(String name, String answer) throws IOException {
    write(name, answer.getBytes(StandardCharsets.ISO_8859_1));
  }

  private void write(String name, byte[] answer) throws IOException {
    Files.write(examples.resolve(name), answer);
  }
}

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * What the demo's jobs must come to, computed a second time: plain Java over the same bytes,
 * without a line of Banyan's.
 *
 * <pre>
 * java scripts/Reference.java words FILE             the number of words
 * java scripts/Reference.java fuzzy FILE QUERY       the ten closest lines
 * java scripts/Reference.java unzip ZIP FILE         the text of all files in an archive
 * </pre>
 *
 * Seconds and MB/s go to stderr.
 */
final class Reference {
  private static final int SEGMENT_BYTES = 4 << 20; // 4 MiB, and on to the end of the line
  private static final int KEPT_LINES = 10;
  private static final int KEPT_BYTES = 200;

  private Reference() {}

  public static void main(String[] args) throws Exception {
    String task = args.length == 0 ? "" : args[0];
    long begin = System.nanoTime();
    switch (task) {
      case "words" -> System.out.println(words(Path.of(args[1])));
      case "fuzzy" -> fuzzy(Path.of(args[1]), Files.readAllBytes(Path.of(args[2])));
      case "unzip" -> unzip(Path.of(args[1]), Path.of(args[2]));
      default -> {
        System.err.println("usage: Reference.java words FILE | fuzzy FILE QUERY | unzip ZIP FILE");
        System.exit(2);
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    long bytes = Files.size(Path.of(task.equals("unzip") ? args[2] : args[1]));
    System.err.printf("%.2f s %.1f MB/s%n", seconds, bytes / 1e6 / seconds);
  }

  /** Maximal runs of bytes other than space, \t, \n, \v, \f, \r. */
  private static long words(Path file) throws Exception {
    long words = 0;
    for (Long segment : eachSegment(file, Reference::wordsIn)) {
      words += segment;
    }
    return words;
  }

  private static long wordsIn(byte[] bytes) {
    long words = 0;
    boolean inside = false;
    for (byte b : bytes) {
      boolean space = b == ' ' || (b >= '\t' && b <= '\r');
      if (!space && !inside) {
        words++;
      }
      inside = !space;
    }
    return words;
  }

  private record Line(int score, byte[] text) {
    static final Comparator<Line> BEST_FIRST =
        Comparator.comparingInt(Line::score)
            .reversed()
            .thenComparing(Line::text, Arrays::compareUnsigned);
  }

  /**
   * The lines closest to {@code query}, by score, then bytes; those that score nothing are none.
   */
  private static void fuzzy(Path file, byte[] query) throws Exception {
    List<Line> best = new ArrayList<>();
    for (List<Line> segment : eachSegment(file, bytes -> closest(bytes, query))) {
      best.addAll(segment);
    }
    best.sort(Line.BEST_FIRST);
    for (Line line : best.subList(0, Math.min(KEPT_LINES, best.size()))) {
      System.out.write((line.score + "\t").getBytes(StandardCharsets.US_ASCII));
      System.out.write(line.text);
      System.out.write('\n');
    }
    System.out.flush();
  }

  private static List<Line> closest(byte[] bytes, byte[] query) {
    List<Line> best = new ArrayList<>();
    int[] row = new int[query.length + 1];
    int begin = 0;
    while (begin < bytes.length) {
      int end = begin;
      while (end < bytes.length && bytes[end] != '\n') {
        end++;
      }
      int score = align(bytes, begin, end, query, row);
      if (score > 0 && (best.size() < KEPT_LINES || score >= best.getLast().score)) {
        best.add(
            new Line(score, Arrays.copyOfRange(bytes, begin, Math.min(end, begin + KEPT_BYTES))));
        best.sort(Line.BEST_FIRST);
        if (best.size() > KEPT_LINES) {
          best.removeLast();
        }
      }
      begin = end + 1;
    }
    return best;
  }

  /** Smith and Waterman, 1981: match 2, mismatch and gap −1; the best local alignment's score. */
  private static int align(byte[] text, int begin, int end, byte[] query, int[] row) {
    Arrays.fill(row, 0);
    int best = 0;
    for (int i = begin; i < end; i++) {
      int diagonal = 0;
      int left = 0;
      for (int j = 1; j <= query.length; j++) {
        int up = row[j];
        int score = diagonal + (text[i] == query[j - 1] ? 2 : -1);
        score = Math.max(Math.max(score, 0), Math.max(up, left) - 1);
        diagonal = up;
        left = score;
        row[j] = score;
        best = Math.max(best, score);
      }
    }
    return best;
  }

  /** Runs {@code task} over segments that end with a line, on all processors. */
  private static <T> List<T> eachSegment(Path file, SegmentTask<T> task) throws Exception {
    ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    List<Future<T>> results = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      for (long begin = 0; begin < size; ) {
        long from = begin;
        long to = endOfLine(channel, Math.min(size, begin + SEGMENT_BYTES), size);
        results.add(threads.submit((Callable<T>) () -> task.on(read(channel, from, to))));
        begin = to;
      }
      List<T> values = new ArrayList<>();
      for (Future<T> result : results) {
        values.add(result.get());
      }
      return values;
    } finally {
      threads.shutdown();
    }
  }

  private interface SegmentTask<T> {
    T on(byte[] bytes);
  }

  private static long endOfLine(FileChannel channel, long position, long size) throws IOException {
    for (long from = position; from < size; from += 65536) {
      byte[] bytes = read(channel, from, Math.min(size, from + 65536));
      for (int i = 0; i < bytes.length; i++) {
        if (bytes[i] == '\n') {
          return from + i + 1;
        }
      }
    }
    return size;
  }

  private static byte[] read(FileChannel channel, long from, long to) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) (to - from));
    while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) >= 0) {
      // on to the end of the segment
    }
    return buffer.array();
  }

  private static void unzip(Path archive, Path file) throws IOException {
    try (ZipFile zip = new ZipFile(archive.toFile());
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      Enumeration<? extends ZipEntry> entries = zip.entries();
      while (entries.hasMoreElements()) {
        try (InputStream in = zip.getInputStream(entries.nextElement())) {
          in.transferTo(out);
        }
      }
    }
  }
}

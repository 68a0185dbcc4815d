import banyan.Banyan;
import java.nio.charset.StandardCharsets;

/**
 * Counts words: maximal runs of bytes other than space, \t, \n, \v, \f and \r. Needs chunks that
 * end after a line.
 */
public final class WordCount {
  private WordCount() {}

  public static void main(String[] args) {
    Banyan.execute(WordCount::count);
    Banyan.merge(WordCount::sum);
  }

  private static byte[] count(byte[] text) {
    long words = 0;
    boolean blankBefore = true;
    for (byte b : text) {
      boolean blank = b == ' ' || (b >= '\t' && b <= '\r');
      if (blankBefore && !blank) {
        words++;
      }
      blankBefore = blank;
    }
    return decimalLine(words);
  }

  private static byte[] sum(byte[][] values) {
    long words = 0;
    for (byte[] value : values) {
      words += Long.parseLong(new String(value, StandardCharsets.US_ASCII).strip());
    }
    return decimalLine(words);
  }

  private static byte[] decimalLine(long number) {
    return (number + "\n").getBytes(StandardCharsets.US_ASCII);
  }
}

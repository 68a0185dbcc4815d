import banyan.Banyan;
import java.nio.charset.StandardCharsets;

/** A job to begin with: the length of the input in bytes. */
public final class Job {
  private Job() {}

  public static void main(String[] args) {
    Banyan.execute(Job::execute);
    Banyan.merge(Job::merge);
  }

  private static byte[] execute(byte[] chunk) {
    return line(chunk.length);
  }

  private static byte[] merge(byte[][] values) {
    long sum = 0;
    for (byte[] value : values) {
      sum += Long.parseLong(new String(value, StandardCharsets.US_ASCII).strip());
    }
    return line(sum);
  }

  private static byte[] line(long number) {
    return (number + "\n").getBytes(StandardCharsets.US_ASCII);
  }
}

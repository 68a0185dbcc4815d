package io.banyan.compute;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The differential test for hours: {@code DifferentialSoak COUNT SEED [CALLS]}. Each call is made
 * CALLS times, enough for the JVM to compile what it runs. Ends with status 1 if there is a
 * difference, and prints it with the module.
 */
final class DifferentialSoak {
  private static final int HOT_CALLS = 40;
  private static final int BATCH = 1000; // modules between two lines of progress

  private DifferentialSoak() {}

  public static void main(String[] args) throws InterruptedException {
    long count = Long.parseLong(args[0]);
    long firstSeed = Long.parseLong(args[1]);
    int calls = args.length > 2 ? Integer.parseInt(args[2]) : HOT_CALLS;
    long startNanos = System.nanoTime();
    System.out.println("differential: seed=" + firstSeed + " calls=" + calls);
    int differences = 0;
    for (long done = 0; done < count; done += BATCH) {
      long batch = Math.min(BATCH, count - done);
      List<Difference> found = new DifferentialRun(firstSeed + done, batch, calls).run();
      found.forEach(System.out::println);
      differences += found.size();
      System.out.printf("differential: %d of %d modules%n", done + batch, count);
    }
    System.out.printf(
        "differential: %s modules=%d differences=%d seconds=%d%n",
        differences == 0 ? "PASS" : "FAIL",
        count,
        differences,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos));
    System.exit(differences == 0 ? 0 : 1);
  }
}

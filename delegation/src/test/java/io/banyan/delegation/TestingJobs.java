package io.banyan.delegation;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Manifest;
import io.banyan.schema.SplitRule;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** Small jobs of every kind, from a seed. */
final class TestingJobs {
  private TestingJobs() {}

  /**
   * A job drawn by {@code random}.
   *
   * @param timeMillis draws its time
   * @param operationWeight draws its estimate
   */
  static TestingNode.Job draw(
      int number,
      Random random,
      ToLongFunction<Random> timeMillis,
      ToDoubleFunction<Random> operationWeight) {
    int chunkBytes = 1 + random.nextInt(random.nextBoolean() ? 4 : 30);
    int length = random.nextInt(4) == 0 ? random.nextInt(5) : random.nextInt(500);
    SplitRule rule =
        switch (random.nextInt(6)) {
          case 0 -> new SplitRule.ByBytes();
          case 1 -> new SplitRule.ByRecords(1 + random.nextInt(5));
          case 2 -> new SplitRule.ByIndex(1 + random.nextInt(300));
          case 3 -> new SplitRule.ByLines();
          default -> new SplitRule.ByModule();
        };
    if (rule instanceof SplitRule.ByRecords(int recordBytes)) {
      chunkBytes *= recordBytes;
      length -= length % recordBytes;
    }
    if (rule instanceof SplitRule.ByIndex) {
      chunkBytes = 0;
      length = 0;
    }
    TestingGuest guest =
        switch (random.nextInt(4)) {
          case 0 -> new TestingGuest.WordCount();
          case 1 -> new TestingGuest.Sort();
          case 2 -> new TestingGuest.UpperCase(true);
          default -> new TestingGuest.UpperCase(false);
        };
    byte[] input = input(length, random);
    Manifest manifest =
        TestingManifests.of(
            rule,
            chunkBytes,
            BlobRef.of(input),
            timeMillis.applyAsLong(random),
            operationWeight.applyAsDouble(random));
    return new TestingNode.Job(TestingManifests.link(number), manifest, input, guest);
  }

  /** Words and lines, with runs of line feeds and very long lines; now and then a trap. */
  private static byte[] input(int length, Random random) {
    byte[] input = new byte[length];
    int lineFeeds = random.nextInt(3) == 0 ? 1 : 20;
    for (int i = 0; i < length; i++) {
      int drawn = random.nextInt(40);
      input[i] = (byte) (drawn < lineFeeds / 4 + 1 ? '\n' : drawn < 8 ? ' ' : 'a' + drawn - 8);
    }
    if (length > 0 && random.nextInt(8) == 0) {
      input[random.nextInt(length)] = TestingGuest.TRAP;
    }
    return input;
  }

  /** What the job is, for the sentence that a failure begins with. */
  static String words(TestingNode.Job job) {
    return job.manifest.splitRule().words()
        + " of "
        + job.input.length
        + " bytes in "
        + job.manifest.chunkBytes()
        + " by "
        + job.guest;
  }
}

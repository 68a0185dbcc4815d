package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.delegation.JobEnd;
import io.banyan.schema.CallLimits;
import io.banyan.schema.Outcome;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job comes to what a straightforward computation comes to, however it is cut and run. */
class LocalRunTest {
  private static final int ROUNDS = 60;

  @TempDir private Path folder;
  private TestingRun runs;

  @BeforeEach
  void folderForRuns() {
    runs = new TestingRun(folder);
  }

  private static byte[] u64(long value) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }

  private static long sum(byte[] bytes) {
    long sum = 0;
    for (byte b : bytes) {
      sum += b & 0xff;
    }
    return sum;
  }

  /** Text with lines of all lengths, none among them. */
  private static byte[] randomInput(Random random) {
    byte[] bytes = new byte[random.nextInt(3000)];
    int oneIn = 1 + random.nextInt(60);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (random.nextInt(oneIn) == 0 ? '\n' : 'a' + random.nextInt(26));
    }
    return bytes;
  }

  @Test
  void bytesOfThreeLinesAreSummed() throws Exception {
    byte[] guest = TestingGuest.of(TestingGuest.SUM_BYTES).merge(TestingGuest.SUM_VALUES).bytes();
    byte[] input = "one\ntwo\nthree\n".getBytes(StandardCharsets.US_ASCII);

    TestingRun.Done done = runs.run(runs.draft(guest, input, "lines", 4), 2);

    assertArrayEquals(u64(sum(input)), done.output());
    assertEquals(3, done.leaves());
  }

  @Test
  void answerDoesNotDependOnHowTheInputIsCut() throws Exception {
    byte[] guest =
        TestingGuest.of(TestingGuest.SUM_BYTES)
            .merge(TestingGuest.SUM_VALUES)
            .split(TestingGuest.splitInto(7))
            .bytes();
    Random random = new Random(1);
    for (int round = 0; round < ROUNDS; round++) {
      byte[] input = randomInput(random);
      String rule = List.of("bytes", "lines", "records:1", "module").get(random.nextInt(4));
      int chunkBytes = 1 + random.nextInt(200);

      TestingRun.Done done = runs.run(runs.draft(guest, input, rule, chunkBytes), 2);

      assertArrayEquals(u64(sum(input)), done.output(), rule + " by " + chunkBytes);
    }
  }

  @Test
  void valuesAreMergedInTheOrderOfTheInput() throws Exception {
    byte[] guest =
        TestingGuest.of(TestingGuest.ECHO)
            .merge(TestingGuest.CONCAT)
            .split(TestingGuest.splitInto(20))
            .bytes();
    Random random = new Random(2);
    for (int round = 0; round < ROUNDS; round++) {
      byte[] input = randomInput(random);
      String rule = List.of("bytes", "lines", "module").get(random.nextInt(3));
      int chunkBytes = 1 + random.nextInt(100);

      assertArrayEquals(
          input, runs.run(runs.draft(guest, input, rule, chunkBytes), 3).output(), rule);
    }
  }

  @Test
  void valuesWithoutAMergeAreOneAfterTheOther() throws Exception {
    byte[] guest = TestingGuest.of(TestingGuest.ECHO).split(TestingGuest.splitInto(18)).bytes();
    Random random = new Random(3);
    for (int round = 0; round < ROUNDS; round++) {
      byte[] input = randomInput(random);
      String rule = List.of("bytes", "lines", "module").get(random.nextInt(3));
      int chunkBytes = 1 + random.nextInt(100);

      assertArrayEquals(
          input, runs.run(runs.draft(guest, input, rule, chunkBytes), 3).output(), rule);
    }
  }

  @Test
  void hashesDoNotDependOnTheWorkers() throws Exception {
    byte[] guest =
        TestingGuest.of(TestingGuest.ECHO)
            .merge(TestingGuest.CONCAT)
            .split(TestingGuest.splitInto(20))
            .bytes();
    Random random = new Random(4);
    for (String rule : List.of("bytes", "lines", "module")) {
      byte[] input = randomInput(random);

      TestingRun.Done alone = runs.run(runs.draft(guest, input, rule, 10), 1);

      for (int workers : new int[] {2, 3, 8}) {
        assertEquals(
            alone.hashes(), runs.run(runs.draft(guest, input, rule, 10), workers).hashes());
      }
    }
  }

  @Test
  void cutIsPartOfThePlanAndNotOfTheAnswer() throws Exception {
    byte[] guest = TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT).bytes();
    byte[] input = "one\ntwo\nthree\n".getBytes(StandardCharsets.US_ASCII);

    TestingRun.Done small = runs.run(runs.draft(guest, input, "bytes", 2), 2);
    TestingRun.Done large = runs.run(runs.draft(guest, input, "bytes", 5), 2);

    assertEquals(small.hashes().get(0), large.hashes().get(0));
    assertNotEquals(small.hashes().get(1), large.hashes().get(1));
    assertNotEquals(small.hashes().get(2), large.hashes().get(2));
    assertEquals(small.hashes().get(3), large.hashes().get(3));
  }

  @Test
  void cellsOfAnIndexAreHandedTheirNumber() throws Exception {
    byte[] guest = TestingGuest.of(TestingGuest.ECHO).bytes();
    for (int cells : new int[] {1, 2, 16, 17, 300}) {
      ByteArrayOutputStream expected = new ByteArrayOutputStream();
      for (int cell = 0; cell < cells; cell++) {
        expected.writeBytes(u64(cell));
        expected.writeBytes(u64(cells));
      }

      TestingRun.Done done = runs.run(runs.draft(guest, new byte[0], "index:" + cells, 0), 2);

      assertArrayEquals(expected.toByteArray(), done.output());
      assertEquals(cells, done.leaves());
    }
  }

  @Test
  void emptyInputIsOneLeafAndIsRun() throws Exception {
    byte[] guest =
        TestingGuest.of(TestingGuest.SUM_BYTES)
            .merge(TestingGuest.TRAP)
            .split(TestingGuest.TRAP)
            .bytes();
    for (String rule : List.of("bytes", "lines", "records:8", "module")) {
      TestingRun.Done done = runs.run(runs.draft(guest, new byte[0], rule, 8), 2);

      assertArrayEquals(u64(0), done.output(), rule);
      assertEquals(1, done.leaves(), rule);
    }
  }

  @Test
  void longLineMakesOneLeafAndItsEmptyNeighboursAreNotRun() throws Exception {
    byte[] guest = TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT).bytes();
    byte[] input = ("a\n" + "x".repeat(500) + "\nb\n").getBytes(StandardCharsets.US_ASCII);

    TestingRun.Done done = runs.run(runs.draft(guest, input, "lines", 2), 2);

    assertArrayEquals(input, done.output());
    assertEquals(3, done.leaves());
  }

  @Test
  void splitIntoOnePartThatIsNotSmallerIsALeaf() throws Exception {
    byte[] guest = TestingGuest.of(TestingGuest.ECHO).split(TestingGuest.splitInto(1)).bytes();
    byte[] input = new byte[100];

    TestingRun.Done done = runs.run(runs.draft(guest, input, "module", 10), 2);

    assertArrayEquals(input, done.output());
    assertEquals(1, done.leaves());
  }

  @Test
  void firstBadOutcomeEndsTheJobAndNothingIsLeftRunning() throws Exception {
    byte[] guest = TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.TRAP).bytes();

    LocalRun.Report report = runs.end(runs.draft(guest, new byte[1000], "bytes", 1), 4);

    JobEnd.TaskFailed failed = assertInstanceOf(JobEnd.TaskFailed.class, report.end());
    assertInstanceOf(Outcome.Trapped.class, failed.claim().outcome());
    assertTrue(
        Thread.getAllStackTraces().keySet().stream()
            .noneMatch(thread -> thread.getName().startsWith("worker-")));
  }

  @Test
  void mergeOfMoreThanHalfTheMemoryIsALimitOfThePlan() throws Exception {
    byte[] guest = TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT).bytes();
    CallLimits tight =
        new CallLimits(1_000_000_000, 1 << 20, 1 << 20, 16L << 20, TestingRun.PATIENT_MILLIS);
    byte[] input = new byte[600 << 10];

    JobEnd end =
        runs.end(runs.draft(guest, input, "bytes", 100 << 10, tight, TestingRun.PATIENT_MILLIS), 2)
            .end();

    JobEnd.TaskFailed failed = assertInstanceOf(JobEnd.TaskFailed.class, end);
    assertTrue(failed.words().startsWith("merge of plan node 0-6 limit exceeded: "));
  }

  @Test
  void jobWhoseTimeIsOverStopsItsCalls() throws Exception {
    byte[] guest = TestingGuest.of(TestingGuest.LOOP).bytes();

    LocalRun.Report report =
        runs.end(runs.draft(guest, new byte[10], "bytes", 1, TestingRun.LIMITS, 200), 2);

    assertEquals(new JobEnd.TimedOut(200), report.end());
  }

  @Test
  void reportAddsUp() throws Exception {
    byte[] guest = TestingGuest.of(TestingGuest.ECHO).bytes();

    LocalRun.Report report = runs.run(runs.draft(guest, new byte[100], "bytes", 10), 3).report();

    assertEquals(3, report.workers());
    assertTrue(report.guestNanos() > 0);
    assertTrue(report.guestNanos() <= 3 * report.wallNanos());
    assertTrue(report.outsideShare() >= 0 && report.outsideShare() <= 1);
    assertTrue(report.decision().isPresent());
  }
}

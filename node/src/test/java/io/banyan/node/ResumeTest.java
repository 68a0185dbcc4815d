package io.banyan.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.delegation.Delegator;
import io.banyan.delegation.JobEnd;
import io.banyan.delegation.Known;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job that was cut off between any two records goes on from there, and comes to the same. */
class ResumeTest {
  private static final byte[] INPUT =
      "The quick brown fox jumps over the lazy dog. ".repeat(4).getBytes(StandardCharsets.US_ASCII);

  @TempDir private Path folder;

  /** What a run came to. */
  private record Run(byte[] output, JobEnd.Completed end, TaskFolder folder) {}

  private Run run(PreparedJob job, Path work) throws Exception {
    try (BlobStore values = BlobStore.kept(work, 1 << 10);
        ClaimLog claims = ClaimLog.kept(work.resolve("claims"))) {
      LocalRun.Report report =
          LocalRun.run(job, TestingRun.SANDBOX, Delegator.Settings.of(2), values, claims, _ -> {});
      JobEnd.Completed end =
          assertInstanceOf(JobEnd.Completed.class, report.end(), report::toString);
      ByteArrayOutputStream output = new ByteArrayOutputStream();
      Answer answer = Answer.of(job, end, report.folder());
      answer.writeOutput(output);
      answer.writeReceipt(ByteArrayOutputStream.nullOutputStream(), TestingRun.identity(1));
      return new Run(output.toByteArray(), end, report.folder());
    }
  }

  /** Where the records of a log end. */
  private static List<Integer> ends(byte[] log) {
    List<Integer> ends = new ArrayList<>();
    ends.add(0);
    while (ends.getLast() < log.length) {
      int bodyBytes = ByteBuffer.wrap(log).getInt(ends.getLast());
      ends.add(ends.getLast() + 2 * Integer.BYTES + bodyBytes);
    }
    return ends;
  }

  private void goesOnFromEveryRecord(byte[] guest, String rule) throws Exception {
    PreparedJob job =
        new TestingRun(Files.createDirectories(folder.resolve("user")))
            .draft(guest, INPUT, rule, 5)
            .sign(TestingRun.identity(1));
    Path first = Files.createDirectory(folder.resolve("first"));
    Run whole = run(job, first);
    byte[] log = Files.readAllBytes(first.resolve("claims"));
    List<Integer> ends = ends(log);
    assertTrue(ends.size() > 30, ends.size() + " records");
    for (int records = 0; records < ends.size(); records++) {
      Path cut = Files.createDirectory(folder.resolve("cut" + records));
      // Values are only let go of with their whole file; so all are there, whatever was recorded.
      Files.copy(first.resolve("values-0"), cut.resolve("values-0"));
      Files.write(cut.resolve("claims"), Arrays.copyOf(log, ends.get(records)));
      long leavesKnown;
      try (ClaimLog claims = ClaimLog.kept(cut.resolve("claims"))) {
        leavesKnown =
            claims.finished().values().stream()
                .map(Known.Finished::evidence)
                .mapToLong(evidence -> evidence.leaves())
                .sum();
      }

      Run again = run(job, cut);

      assertArrayEquals(whole.output, again.output, "behind record " + records);
      assertEquals(whole.end, again.end);
      assertEquals(leavesKnown, again.folder.leavesReused());
      assertEquals(whole.end.evidence().leaves(), again.folder.leavesDone());
      assertEquals(whole.end.evidence().fuel(), again.folder.fuelSpent());
    }
    assertEquals(whole.end.evidence().leaves(), run(job, first).folder.leavesReused());
  }

  @Test
  void mergedJobGoesOnFromEveryRecord() throws Exception {
    goesOnFromEveryRecord(
        TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT).bytes(), "bytes");
  }

  @Test
  void ropeGoesOnFromEveryRecord() throws Exception {
    goesOnFromEveryRecord(TestingGuest.of(TestingGuest.ECHO).bytes(), "records:5");
  }

  @Test
  void aValueThatIsGoneIsComputedAgain() throws Exception {
    PreparedJob job =
        new TestingRun(Files.createDirectories(folder.resolve("user")))
            .draft(TestingGuest.of(TestingGuest.ECHO).bytes(), INPUT, "bytes", 5)
            .sign(TestingRun.identity(1));
    Path work = Files.createDirectory(folder.resolve("work"));
    Run whole = run(job, work);
    Path values = work.resolve("values-0");
    byte[] bytes = Files.readAllBytes(values);
    bytes[bytes.length - 1] ^= 1;
    Files.write(values, bytes);

    Run again = run(job, work);

    assertArrayEquals(whole.output, again.output);
    assertEquals(0, again.folder.leavesReused(), "the root rested on what was changed");
  }
}

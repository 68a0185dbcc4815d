package io.banyan.delegation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.schema.BlobRef;
import io.banyan.schema.Digest;
import io.banyan.schema.Interval;
import io.banyan.schema.Manifest;
import io.banyan.schema.PlanNode;
import io.banyan.schema.SplitRule;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a job comes to that fails while its user is content with less than all. */
class PiecesTest {
  private static final Digest JOB = TestingManifests.link(1);
  private static final long MINUTE = 60_000_000_000L;

  private static TestingNode.Job job(SplitRule rule, String input, boolean merges, int permille) {
    byte[] bytes = input.getBytes(StandardCharsets.US_ASCII);
    Manifest manifest = TestingManifests.of(rule, 2, BlobRef.of(bytes), 60_000, 1);
    TestingGuest guest = new TestingGuest.UpperCase(merges);
    TestingNode.Job whole = new TestingNode.Job(JOB, manifest, bytes, guest);
    return new TestingNode.Job(TestingManifests.partial(whole.task, permille), bytes, guest);
  }

  /** Answers {@code calls} calls of one worker, then lets the job's time pass. */
  private static JobEnd end(TestingNode.Job job, int calls) {
    TestingNode node = new TestingNode(1);
    node.submit(job);
    for (int i = 0; i < calls && job.end.isEmpty(); i++) {
      node.answer(node.out.firstKey());
    }
    node.pass(MINUTE);
    return job.end.orElseThrow();
  }

  private static List<String> nodes(JobEnd.Partial partial) {
    return partial.pieces().stream().map(piece -> piece.node().toString()).toList();
  }

  @Test
  void whatIsDoneAtTheDeadlineSufficesIfItIsEnough() {
    JobEnd.Partial half =
        assertInstanceOf(
            JobEnd.Partial.class, end(job(new SplitRule.ByBytes(), "abcdefghijkl", true, 500), 3));

    assertEquals(List.of("0", "1", "2"), nodes(half));
    assertEquals(List.of(new PlanNode.Cells(new Interval(3, 6))), half.missing());
    assertEquals(3, half.leaves());
    assertEquals("its time of 60000 ms was over (--timeout)", half.cause());
    assertEquals(
        new JobEnd.TimedOut(60_000),
        end(job(new SplitRule.ByBytes(), "abcdefghijkl", true, 501), 3));
    assertInstanceOf(
        JobEnd.TimedOut.class, end(job(new SplitRule.ByBytes(), "abcdefghijkl", true, 1), 0));
  }

  @Test
  void aFailureThatIsSureLeavesWhatIsDone() {
    JobEnd.Partial partial =
        assertInstanceOf(
            JobEnd.Partial.class, end(job(new SplitRule.ByBytes(), "ab!defgh", true, 250), 2));

    assertEquals(List.of("0"), nodes(partial));
    assertEquals("execute of plan node 1 trapped: unreachable", partial.cause());
    assertInstanceOf(
        JobEnd.TaskFailed.class, end(job(new SplitRule.ByBytes(), "ab!defgh", true, 251), 2));
  }

  @Test
  void theLargestPlanNodesAreThePieces() {
    JobEnd.Partial partial =
        assertInstanceOf(
            JobEnd.Partial.class, end(job(new SplitRule.ByBytes(), "x".repeat(80), true, 100), 18));

    assertEquals("0-16", nodes(partial).getFirst());
    assertEquals(List.of(new PlanNode.Cells(new Interval(17, 40))), partial.missing());
  }

  @Test
  void underModuleBytesAreCountedAndPartsAreMissing() {
    JobEnd.Partial partial =
        assertInstanceOf(
            JobEnd.Partial.class, end(job(new SplitRule.ByModule(), "abcd efgh ijkl", true, 1), 4));

    assertTrue(partial.leaves() > 0);
    assertTrue(partial.missing().stream().noneMatch(PlanNode.Cells.class::isInstance));
  }

  /** Whenever it ends, pieces are what one node alone has there, and gaps are between them. */
  @Test
  void piecesAndGapsTileTheJobAtAnyMoment() {
    for (boolean merges : List.of(true, false)) {
      for (int calls = 1; calls < 60; calls++) {
        TestingNode.Job job =
            job(new SplitRule.ByLines(), "a\nbb\n\ncccccc\ndd\n".repeat(6), merges, 1);
        if (!(end(job, calls) instanceof JobEnd.Partial partial)) {
          continue;
        }
        SoloRun solo = new SoloRun(job.manifest, job.cuts, job.input, job.guest);
        long units = 0;
        for (JobEnd.Piece piece : partial.pieces()) {
          assertEquals(solo.done(piece.node()).value(), piece.value());
          units += job.cuts.orElseThrow().length(((PlanNode.Cells) piece.node()).interval());
        }
        for (PlanNode missing : partial.missing()) {
          units += job.cuts.orElseThrow().length(((PlanNode.Cells) missing).interval());
        }
        assertEquals(job.input.length, units);
        assertTrue(partial.missing().size() <= partial.pieces().size() + 1);
      }
    }
  }
}

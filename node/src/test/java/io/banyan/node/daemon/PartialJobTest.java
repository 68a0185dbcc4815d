package io.banyan.node.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.banyan.node.ClientConnection;
import io.banyan.node.FetchedAnswer;
import io.banyan.node.JobDraft;
import io.banyan.node.TestingGuest;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.JobResult;
import io.banyan.schema.JobState;
import io.banyan.schema.Manifest;
import io.banyan.schema.PlanNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One node, one worker: so leaves are done from left to right, and the last one fails. */
class PartialJobTest {
  private static final String TEXT = "abcdefghijklmnopqrs!";

  /** Traps on a leaf that begins with an exclamation mark. */
  private static final String TRAP_AT_MARK =
      "block local.get 0 i32.load8_u i32.const 33 i32.sub br_if 0 unreachable end ";

  @TempDir private Path folder;
  private TestingNetwork network;

  @BeforeEach
  void start() throws Exception {
    network = new TestingNetwork(folder, 1);
  }

  @AfterEach
  void stop() {
    network.untilIdle();
    network.close();
  }

  private JobDraft draft(int permille, boolean merges) throws Exception {
    TestingGuest guest = TestingGuest.of(TRAP_AT_MARK + TestingGuest.ECHO);
    byte[] module = (merges ? guest.merge(TestingGuest.CONCAT) : guest).bytes();
    byte[] input = TEXT.getBytes(StandardCharsets.US_ASCII);
    JobDraft draft = network.heavy(network.runs().draft(module, input, "bytes", 1));
    Manifest whole = draft.manifest();
    return new JobDraft(
        new Manifest(
            whole.profile(),
            whole.token(),
            whole.createdMillis(),
            whole.endMillis(),
            whole.entry(),
            whole.module(),
            whole.input(),
            whole.params(),
            whole.shared(),
            whole.splitRule(),
            whole.chunkBytes(),
            whole.limits(),
            whole.budget(),
            whole.retries(),
            whole.verification(),
            whole.routing(),
            permille,
            whole.memo(),
            whole.operationWeight()),
        draft.cuts(),
        draft.module(),
        draft.configuration(),
        draft.input(),
        draft.inputTree());
  }

  private void comesToAllButTheLast(boolean merges) throws Exception {
    JobId job = network.submit(draft(950, merges));
    ClientConnection.Ended ended = network.end(job);

    assertEquals(JobState.PARTIAL, ended.status().state());
    assertEquals(19, ended.status().leavesDone());
    assertEquals(
        Optional.of("execute of plan node 19 trapped: unreachable"), ended.status().failure());
    JobResult.Partial partial =
        assertInstanceOf(JobResult.Partial.class, ended.result().orElseThrow().answer());
    assertEquals(
        List.of("0-16", "16", "17", "18"),
        partial.pieces().stream().map(piece -> piece.node().toString()).toList());
    assertEquals(List.of(new PlanNode.Cells(new Interval(19, 20))), partial.missing());
    Path bytes =
        FetchedAnswer.fetchPieces(
            network.client().blobs(), network.client().node(), job, partial, folder);
    assertArrayEquals(
        TEXT.substring(0, 19).getBytes(StandardCharsets.US_ASCII), Files.readAllBytes(bytes));
  }

  @Test
  void whatIsDoneIsThereWhereTheModuleMerges() throws Exception {
    comesToAllButTheLast(true);
  }

  @Test
  void whatIsDoneIsThereWhereValuesAreRopes() throws Exception {
    comesToAllButTheLast(false);
  }

  @Test
  void whatDoesNotSufficeIsAFailure() throws Exception {
    ClientConnection.Ended ended = network.end(network.submit(draft(951, true)));

    assertEquals(JobState.FAILED, ended.status().state());
    assertEquals(Optional.empty(), ended.result());
  }
}

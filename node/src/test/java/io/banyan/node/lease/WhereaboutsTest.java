package io.banyan.node.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.node.TestingGuest;
import io.banyan.node.TestingRun;
import io.banyan.schema.Digest;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.Lease;
import io.banyan.schema.PeerId;
import io.banyan.schema.Plan;
import io.banyan.schema.PlanNode;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WhereaboutsTest {
  private static final PeerId ANN = peer(1);
  private static final PeerId BOB = peer(2);
  private static final JobId JOB = new JobId(Digest.sha256(new byte[1]));
  private static final PlanNode ALL = cells(0, 1 << 20);

  @TempDir private Path folder;
  private final Whereabouts whereabouts = new Whereabouts();
  private Plan plan;

  @BeforeEach
  void prepare() throws Exception {
    plan =
        Plan.of(
            new TestingRun(folder)
                .draft(TestingGuest.of(TestingGuest.ECHO).bytes(), new byte[0], "index:1048576", 1)
                .manifest());
  }

  private static PeerId peer(int number) {
    return TestingRun.identity(number).publicKey().peerId();
  }

  private static PlanNode cells(int from, int to) {
    return new PlanNode.Cells(new Interval(from, to));
  }

  /** {@code count} plan nodes of {@code size} cells, from the one of this number on. */
  private static List<PlanNode> nodes(int from, int count, int size) {
    return IntStream.range(from, from + count)
        .mapToObj(i -> cells(i * size, (i + 1) * size))
        .toList();
  }

  private List<Lease.Hint> hints(PlanNode root, PeerId child) {
    return whereabouts.hints(JOB, plan, root, child);
  }

  @Test
  void hintsAreOfWhatLiesBelowAndByOthersThanTheChild() {
    whereabouts.add(JOB, ANN, nodes(0, 3, 16));
    whereabouts.add(JOB, BOB, nodes(2, 1, 16));

    assertEquals(
        List.of(
            new Lease.Hint(plan.key(cells(0, 16)), ANN),
            new Lease.Hint(plan.key(cells(16, 32)), ANN),
            new Lease.Hint(plan.key(cells(32, 48)), BOB)),
        hints(cells(0, 256), peer(3)));
    assertEquals(List.of(new Lease.Hint(plan.key(cells(32, 48)), BOB)), hints(cells(0, 256), ANN));
    assertEquals(List.of(), hints(cells(256, 512), peer(3)));
    assertEquals(
        List.of(), whereabouts.hints(new JobId(Digest.ZERO), plan, cells(0, 256), peer(3)));
  }

  @Test
  void aPeerIsBelievedSoMuchOfAJobAndNoMore() {
    int most = Whereabouts.NODES_OF_PEER_MAX;
    List<PlanNode> first = nodes(0, most - 1, 16);

    assertEquals(first, whereabouts.add(JOB, ANN, first));
    assertEquals(nodes(most - 1, 1, 16), whereabouts.add(JOB, ANN, nodes(most - 1, 5, 16)));
    assertEquals(List.of(), whereabouts.add(JOB, ANN, nodes(most, 5, 16)));
    assertEquals(first, whereabouts.add(JOB, ANN, first), "what it said it may say again");
    assertEquals(5, whereabouts.add(JOB, BOB, nodes(most, 5, 16)).size());
    assertEquals(Lease.HINTS_MAX, hints(ALL, peer(3)).size());
  }

  @Test
  void aPeerIsBelievedFewSingleCells() {
    List<PlanNode> singles = nodes(0, 200, 1);

    List<PlanNode> believed = whereabouts.add(JOB, ANN, singles);

    assertEquals(singles.subList(0, Whereabouts.SINGLES_OF_PEER_MAX), believed);
    assertEquals(3, whereabouts.add(JOB, ANN, nodes(100, 3, 16)).size());
  }

  @Test
  void peersPlanNodesAndJobsHaveALimit() {
    int believed = 0;
    for (int i = 0; i < Whereabouts.PEERS_MAX + 1; i++) {
      believed += whereabouts.add(JOB, peer(i), nodes(i * 100, 100, 16)).size();
    }
    assertEquals(Whereabouts.NODES_MAX, believed);

    JobId other = new JobId(Digest.sha256(new byte[2]));
    for (int i = 0; i < Whereabouts.PEERS_MAX; i++) {
      assertEquals(1, whereabouts.add(other, peer(i), nodes(i, 1, 16)).size());
    }
    assertEquals(List.of(), whereabouts.add(other, peer(99), nodes(0, 1, 16)));

    for (int i = 0; i < Whereabouts.JOBS_MAX; i++) {
      assertTrue(!hints(ALL, peer(99)).isEmpty() || i >= Whereabouts.JOBS_MAX - 2);
      whereabouts.add(new JobId(Digest.sha256(new byte[10 + i])), ANN, nodes(0, 1, 16));
    }
    assertEquals(List.of(), hints(ALL, peer(99)));
  }
}

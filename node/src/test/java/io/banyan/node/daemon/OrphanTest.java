package io.banyan.node.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.node.TestingGuest;
import io.banyan.schema.Interval;
import io.banyan.schema.JobId;
import io.banyan.schema.PeerId;
import io.banyan.schema.PlanNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** A manager is lost, and what others had finished for it is not executed again. */
class OrphanTest {
  private static final byte[] SLOW =
      TestingGuest.of(TestingNetwork.SLOWLY.repeat(2) + TestingGuest.ECHO)
          .merge(TestingGuest.CONCAT)
          .bytes();

  private static final byte[] INPUT =
      "The quick brown fox jumps over the lazy dog. "
          .repeat(120)
          .getBytes(StandardCharsets.US_ASCII);

  @TempDir private Path folder;
  private TestingNetwork network;

  @AfterEach
  void stop() {
    network.close();
    assertEquals(List.of(), network.openWorkFiles());
  }

  /** The child knows the entry node by its lease alone, and finds it when the manager is gone. */
  @Test
  void whatAChildHadFinishedIsNotExecutedAgainWhenItsManagerIsLost(TestReporter reporter)
      throws Exception {
    network = new TestingNetwork(folder, 1);
    network.start();
    network.start();
    network.join(0, 1);
    network.join(1, 2);
    JobId job = network.submit(network.heavy(network.runs().draft(SLOW, INPUT, "bytes", 5)));
    TestingNetwork.until(() -> inDanger(job).size() >= 32);
    Set<Integer> cells = inDanger(job);

    network.node(1).close();
    network.node(0).delivered(job).forEach(node -> cells.removeAll(cellsOf(node))); // meanwhile
    int inDanger = cells.size();

    TestingNetwork.Done done = network.done(job);
    assertArrayEquals(INPUT, done.output());
    PeerId child = network.node(2).id();
    assertTrue(
        network.node(0).peers().stream().anyMatch(peer -> peer.peer().equals(child)),
        "the child has not found the entry node");
    long reused = network.node(2).leavesReused();
    reporter.publishEntry("leaves used again", reused + " of " + inDanger);
    assertTrue(
        reused * 10 >= inDanger * 8L, reused + " leaves of " + inDanger + " were used again");
  }

  /** Leaves that the child has finished, and the entry node has not had from the manager yet. */
  private Set<Integer> inDanger(JobId job) {
    Set<Integer> cells = new HashSet<>();
    network.node(2).finishedUnderLeases().forEach(node -> cells.addAll(cellsOf(node)));
    network.node(0).delivered(job).forEach(node -> cells.removeAll(cellsOf(node)));
    return cells;
  }

  private static Set<Integer> cellsOf(PlanNode node) {
    Interval interval = ((PlanNode.Cells) node).interval();
    return IntStream.range(interval.from(), interval.to()).boxed().collect(Collectors.toSet());
  }
}

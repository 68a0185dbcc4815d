package io.banyan.node.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.node.TestingGuest;
import io.banyan.schema.JobId;
import io.banyan.schema.PeerId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A manager is lost, and what others had finished for it is not executed again. */
class OrphanTest {
  private static final byte[] SLOW =
      TestingGuest.of(TestingNetwork.SLOWLY.repeat(12) + TestingGuest.ECHO)
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
  void whatAChildHadFinishedIsNotExecutedAgainWhenItsManagerIsLost() throws Exception {
    network = new TestingNetwork(folder, 1);
    network.start();
    network.start();
    network.join(0, 1);
    network.join(1, 2);
    JobId job = network.submit(network.heavy(network.runs().draft(SLOW, INPUT, "bytes", 18)));
    TestingNetwork.until(() -> network.node(2).leavesHeld() >= 20);

    network.node(1).close();
    long held = network.node(2).leavesHeld();

    TestingNetwork.Done done = network.done(job);
    assertArrayEquals(INPUT, done.output());
    PeerId child = network.node(2).id();
    assertTrue(
        network.node(0).peers().stream().anyMatch(peer -> peer.peer().equals(child)),
        "the child has not found the entry node");
    long reused = network.node(2).leavesReused();
    assertTrue(reused * 10 >= held * 8, reused + " leaves of " + held + " were used again");
  }
}

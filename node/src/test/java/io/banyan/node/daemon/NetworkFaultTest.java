package io.banyan.node.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.node.ClientConnection;
import io.banyan.node.JobDraft;
import io.banyan.node.TestingGuest;
import io.banyan.schema.DecisionLine;
import io.banyan.schema.JobId;
import io.banyan.schema.JobState;
import io.banyan.schema.PeerId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong in a network changes no answer, and leaves nothing behind. */
class NetworkFaultTest {
  private static final byte[] SLOW =
      TestingGuest.of(TestingNetwork.SLOWLY + TestingGuest.ECHO).merge(TestingGuest.CONCAT).bytes();
  private static final byte[] QUICK =
      TestingGuest.of(TestingGuest.ECHO).merge(TestingGuest.CONCAT).bytes();
  private static final byte[] ENDLESS =
      TestingGuest.of(TestingGuest.LOOP).merge(TestingGuest.CONCAT).bytes();

  private static final byte[] INPUT =
      "The quick brown fox jumps over the lazy dog. "
          .repeat(20)
          .getBytes(StandardCharsets.US_ASCII);

  @TempDir private Path folder;
  private TestingNetwork network;

  private void start(int nodes) throws Exception {
    network = new TestingNetwork(folder, nodes);
  }

  @AfterEach
  void stop() {
    network.close();
    assertEquals(List.of(), network.openWorkFiles());
  }

  private JobDraft draft(byte[] guest) throws Exception {
    return network.heavy(network.runs().draft(guest, INPUT, "bytes", 18));
  }

  private void untilBusy(int node) {
    TestingNetwork.until(() -> !network.node(node).isIdle());
  }

  @Test
  void nodeWithoutPeersRunsTheJobAndSaysSo() throws Exception {
    start(1);

    JobId job = network.submit(draft(QUICK));

    assertArrayEquals(INPUT, network.done(job).output());
    DecisionLine line = network.client().explain(job).getLast();
    assertEquals(DecisionLine.Role.WORKER, line.role());
    assertEquals("no peers to lend to", line.reason());
    network.untilIdle();
  }

  @Test
  void childThatIsLostChangesNothing() throws Exception {
    start(3);

    JobId job = network.submit(draft(SLOW));
    untilBusy(1);
    network.node(1).close();

    TestingNetwork.Done done = network.done(job);
    assertArrayEquals(INPUT, done.output());
    network.untilIdle();
  }

  @Test
  void cancelledJobEndsEverywhere() throws Exception {
    start(3);

    JobId job = network.submit(draft(ENDLESS));
    untilBusy(1);
    untilBusy(2);
    network.client().cancel(job, "it was a test");

    assertEquals(JobState.CANCELLED, network.end(job).status().state());
    network.untilIdle();
    assertArrayEquals(INPUT, network.run(draft(QUICK)).output());
  }

  @Test
  void jobCancelledAtOnceEndsEverywhere() throws Exception {
    start(2);

    for (int i = 0; i < 10; i++) {
      JobId job =
          network.submit(network.heavy(network.runs().draft(ENDLESS, INPUT, "bytes", 18 + i)));
      network.client().cancel(job, "it was a test");
      assertEquals(JobState.CANCELLED, network.end(job).status().state());
    }

    network.untilIdle();
  }

  @Test
  void trapFailsTheJobAndNamesItsLeaf() throws Exception {
    start(3);
    byte[] trapping =
        TestingGuest.of(
                TestingNetwork.SLOWLY
                    + "block local.get 0 i32.load8_u i32.const 33 i32.ne br_if 0 unreachable end "
                    + TestingGuest.ECHO)
            .merge(TestingGuest.CONCAT)
            .bytes();
    byte[] input = Arrays.copyOf(INPUT, 18 * 40);
    input[18 * 37] = '!';

    JobId job = network.submit(network.heavy(network.runs().draft(trapping, input, "bytes", 18)));

    ClientConnection.Ended ended = network.end(job);
    assertEquals(JobState.FAILED, ended.status().state());
    String failure = ended.status().failure().orElseThrow();
    assertTrue(failure.startsWith("execute of plan node "), failure);
    assertTrue(failure.contains("37"), failure);
    network.untilIdle();
  }

  @Test
  void flippedBitIsNeverAccepted() throws Exception {
    start(2);
    Random random = new Random(20_261_121);
    PeerId entry = network.node(0).id();
    PeerId child = network.node(1).id();
    for (int round = 0; round < 6; round++) {
      TestingNetwork.until(
          () -> network.host(0).connections().stream().anyMatch(c -> c.peer().equals(child)));
      int after = random.nextInt(6_000);
      int bit = random.nextInt(8);

      if (round % 2 == 0) {
        network.hosts.flipAfter(child, entry, after, bit);
      } else {
        network.hosts.flipAfter(entry, child, after, bit);
      }
      JobDraft draft = network.heavy(network.runs().draft(QUICK, INPUT, "bytes", 30 + round));

      assertArrayEquals(INPUT, network.run(draft).output(), "round " + round);

      network.hosts.disconnect(entry, child);
      TestingNetwork.until(() -> network.node(0).peers().isEmpty());
      TestingNetwork.until(() -> network.node(1).peers().isEmpty());
      network.join(0, 1);
    }
  }

  @Test
  void lenderThatComesAndGoesIsDeliveredOnce() throws Exception {
    start(2);
    PeerId entry = network.node(0).id();
    PeerId child = network.node(1).id();

    JobId job = network.submit(draft(SLOW));
    for (int i = 0; i < 5; i++) {
      TestingNetwork.until(() -> !network.node(1).isIdle() || network.node(0).isIdle());
      network.hosts.disconnect(entry, child);
      network.join(0, 1);
    }

    assertArrayEquals(INPUT, network.done(job).output());
    network.untilIdle();
    assertEquals(Set.of(), network.node(0).rejections().counts().keySet());
  }

  @Test
  void nodeThatIsClosedLeavesNothingOpen() throws Exception {
    start(2);

    network.submit(draft(ENDLESS));
    untilBusy(0);
    untilBusy(1);
    network.node(0).close();
    network.node(1).close();

    assertEquals(List.of(), network.openWorkFiles());
  }
}

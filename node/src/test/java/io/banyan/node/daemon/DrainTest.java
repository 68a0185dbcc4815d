package io.banyan.node.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.node.CommandException;
import io.banyan.node.ExitCode;
import io.banyan.node.JobDraft;
import io.banyan.node.TestingGuest;
import io.banyan.schema.Routing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is drained takes nothing new, and loses nothing. */
class DrainTest {
  private static final byte[] GUEST =
      TestingGuest.of(TestingNetwork.SLOWLY + TestingGuest.ECHO).merge(TestingGuest.CONCAT).bytes();

  @TempDir private Path folder;

  private static JobDraft draft(TestingNetwork network) throws Exception {
    byte[] input = "x".repeat(2000).getBytes(StandardCharsets.US_ASCII);
    return network.heavy(network.runs().draft(GUEST, input, "bytes", 20), Routing.DEFAULT);
  }

  @Test
  void nothingIsLentToANodeThatIsDrainedAndAllThatItHeldIsDone() throws Exception {
    try (TestingNetwork network = new TestingNetwork(folder, 2)) {
      var first = network.submit(draft(network));
      TestingNetwork.until(() -> network.node(0).peers().getFirst().leases() > 0);

      network.node(1).accept(false);

      assertEquals(100, network.done(first).report().receipt().leaves());
      TestingNetwork.until(() -> network.node(0).peers().getFirst().draining());
      assertEquals(0, network.run(draft(network)).attribution().depth());

      network.node(1).accept(true);
      TestingNetwork.until(() -> !network.node(0).peers().getFirst().draining());
      int depth = 0; // its next heartbeat tells the driver: that is some jobs away
      for (int job = 0; depth == 0 && job < 60; job++) {
        depth = network.run(draft(network)).attribution().depth();
      }
      assertTrue(depth > 0);
      network.untilIdle();
    }
  }

  @Test
  void anEntryNodeThatIsDrainedRefusesNewJobsAndEndsTheOthers() throws Exception {
    try (TestingNetwork network = new TestingNetwork(folder, 1)) {
      var running = network.submit(draft(network));

      assertFalse(network.client().accept(false).accepting());
      CommandException refused =
          assertThrows(CommandException.class, () -> network.submit(draft(network)));

      assertEquals(ExitCode.REFUSED, refused.code());
      assertEquals(100, network.done(running).report().receipt().leaves());
      assertTrue(network.client().accept(true).accepting());
      network.run(draft(network));
    }
  }
}

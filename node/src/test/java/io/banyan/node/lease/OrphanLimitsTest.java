package io.banyan.node.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.banyan.node.TestingRun;
import io.banyan.schema.PeerId;
import io.banyan.trust.Identity;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What a peer says that it holds costs no more than so much. */
class OrphanLimitsTest {
  private static final PeerId PEER = TestingRun.identity(1).publicKey().peerId();
  private static final PeerId OTHER = TestingRun.identity(2).publicKey().peerId();

  private Instant now = Instant.ofEpochMilli(1_000_000);
  private final OrphanLimits limits = new OrphanLimits(() -> now);

  @Test
  void oneMessageOfAPeerIsInHandAtATime() {
    assertEquals(OrphanLimits.NODES_MAX, limits.take(PEER));

    assertEquals(0, limits.take(PEER));
    assertEquals(OrphanLimits.NODES_MAX, limits.take(OTHER));

    limits.done(PEER, 7);
    assertEquals(OrphanLimits.NODES_MAX, limits.take(PEER));
  }

  @Test
  void onePeerHasSoManyPlanNodesLookedAtInAMinute() {
    int left = OrphanLimits.NODES_A_MINUTE_MAX;
    while (left > OrphanLimits.NODES_MAX) {
      assertEquals(OrphanLimits.NODES_MAX, limits.take(PEER));
      limits.done(PEER, OrphanLimits.NODES_MAX - 1);
      left -= OrphanLimits.NODES_MAX - 1;
    }
    assertEquals(left, limits.take(PEER));
    limits.done(PEER, left);

    now = now.plusMillis(59_999);
    assertEquals(0, limits.take(PEER));
    assertEquals(OrphanLimits.NODES_MAX, limits.take(OTHER));

    now = now.plusMillis(1);
    assertEquals(OrphanLimits.NODES_MAX, limits.take(PEER));
  }

  @Test
  void soManyPeersAreRememberedForAMinute() {
    for (int peer = 0; peer < OrphanLimits.PEERS_MAX; peer++) {
      byte[] seed = ByteBuffer.allocate(Identity.SEED_LENGTH).putInt(peer).array();
      PeerId id = Identity.ofSeed(seed).publicKey().peerId();
      limits.take(id);
      limits.done(id, 1);
    }

    assertEquals(0, limits.take(PEER));
    now = now.plusSeconds(60);
    assertEquals(OrphanLimits.NODES_MAX, limits.take(PEER));
  }
}

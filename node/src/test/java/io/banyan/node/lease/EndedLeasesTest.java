package io.banyan.node.lease;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.node.TestingRun;
import io.banyan.schema.Digest;
import io.banyan.schema.PeerId;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class EndedLeasesTest {
  private static final PeerId CHILD = TestingRun.identity(1).publicKey().peerId();
  private static final PeerId OTHER = TestingRun.identity(2).publicKey().peerId();

  private static Digest lease(int number) {
    return Digest.sha256(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
  }

  @Test
  void leaseIsRememberedForItsChildUntilManyMoreHaveEnded() {
    EndedLeases ended = new EndedLeases();
    for (int i = 0; i <= EndedLeases.KEPT_MAX; i++) {
      ended.add(lease(i), CHILD);
    }

    assertFalse(ended.was(lease(0), CHILD));
    assertTrue(ended.was(lease(1), CHILD));
    assertTrue(ended.was(lease(EndedLeases.KEPT_MAX), CHILD));
    assertFalse(ended.was(lease(1), OTHER));
  }
}

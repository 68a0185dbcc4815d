package io.banyan.node.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.banyan.node.TestingRun;
import io.banyan.node.lease.Rejections;
import io.banyan.schema.PeerId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RejectionLogTest {
  private static final PeerId PEER = TestingRun.identity(1).publicKey().peerId();

  private final List<String> lines = new ArrayList<>();
  private final Rejections rejections = new Rejections(new RejectionLog(lines::add));

  @Test
  void everyOneIsCountedAndFewAreSaid() {
    for (int i = 0; i < 1000; i++) {
      rejections.count("lie", PEER, "number " + i);
    }
    rejections.count("garbage", PEER, "none");

    assertEquals(1000, rejections.counts().get("lie"));
    assertEquals(1, rejections.counts().get("garbage"));
    assertEquals(11, lines.size());
    assertEquals("rejected from " + PEER + ", number 512: lie: number 511", lines.get(9));
  }

  @Test
  void whatAPeerSaysStaysOnItsLine() {
    rejections.count("lie", PEER, "a\nb" + "x".repeat(10_000));

    assertEquals(1, lines.getFirst().lines().count());
    assertTrue(lines.getFirst().length() < 600, lines.getFirst());
  }
}

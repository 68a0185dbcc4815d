package io.banyan.node.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.banyan.schema.Bytes;
import io.banyan.schema.PeerId;
import io.banyan.schema.PublicKey;
import org.junit.jupiter.api.Test;

class ThroughputTest {
  private static final PeerId ANN = new PeerId(new PublicKey(Bytes.of(new byte[32])));
  private static final long MIB = 1 << 20;
  private static final long SECOND = 1_000_000_000;

  private final Throughput throughput = new Throughput();

  @Test
  void whatFitsInAWindowTellsNothing() {
    throughput.begin(ANN, 2 * MIB - 1, 0);
    throughput.end(ANN, 2 * MIB - 1, 2 * MIB - 1, 1);

    assertEquals(0, throughput.bytesPerSecond(ANN));
  }

  /** Five MiB in four seconds, of which the first was taken before anybody read it. */
  @Test
  void aLongAnswerIsCountedBehindItsWindow() {
    throughput.begin(ANN, 5 * MIB, 0);
    throughput.end(ANN, 5 * MIB, 5 * MIB, 4 * SECOND);

    assertEquals(MIB, throughput.bytesPerSecond(ANN));
  }

  /** Two at once, each 3 MiB behind its window, are 6 MiB in the three seconds they take. */
  @Test
  void streamsOfOnePeerShareItsTime() {
    throughput.begin(ANN, 4 * MIB, 0);
    throughput.begin(ANN, 4 * MIB, 0);
    throughput.end(ANN, 4 * MIB, 4 * MIB, 3 * SECOND);
    throughput.end(ANN, 4 * MIB, 4 * MIB, 3 * SECOND);

    double expected = (0.75 * 3 + 3) / (0.75 * 3) * MIB;
    assertEquals(expected, (double) throughput.bytesPerSecond(ANN), MIB / 100.0);
  }

  @Test
  void anAnswerThatBrokeOffTookItsTime() {
    throughput.begin(ANN, 4 * MIB, 0);
    throughput.end(ANN, 4 * MIB, 0, SECOND);

    assertEquals(0, throughput.bytesPerSecond(ANN));
  }

  @Test
  void whoLeftIsForgotten() {
    throughput.begin(ANN, 5 * MIB, 0);
    throughput.left(ANN);
    throughput.end(ANN, 5 * MIB, 5 * MIB, SECOND);

    assertEquals(0, throughput.bytesPerSecond(ANN));
  }
}

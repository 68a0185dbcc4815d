package io.banyan.delegation.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LargeNetworkTest {
  private static Workload workload(int nodes, int leaves, int fanOut, double churnPercent) {
    return new Workload(7, nodes, 2, leaves, 0.4, 0.5, 1, 1, fanOut, churnPercent, 0, 2);
  }

  private static double seconds(int nodes, int fanOut) {
    Measured measured = LargeNetwork.run(workload(nodes, 1000, fanOut, 0));
    assertTrue(measured.right(), measured.toString());
    return measured.makespanSeconds();
  }

  private static void assertNear(double ideal, double measured) {
    assertTrue(
        0.95 * ideal < measured && measured < 1.2 * ideal, measured + " s, ideal " + ideal + " s");
  }

  @Test
  void nodesTogetherTakeAboutTheTimeThatTheirSpeedsAddUpTo() {
    double alone = seconds(1, 1);

    assertNear(200, alone);
    assertNear(alone / 2, seconds(2, 1));
    assertNear(alone / 5, seconds(5, 4));
  }

  /** Each node knows only the next: what one lends, the next lends on. */
  @Test
  void aChainOfNodesSharesTheWork() {
    double alone = seconds(1, 1);
    double chain = seconds(4, 1);

    assertTrue(chain < alone / 2.5, chain + " s, alone " + alone);
  }

  @Test
  void nodesOfAllSpeedsKeepEachOtherBusy() {
    Workload workload = new Workload(1, 10, 1, 1000, 5, 0.3, 1, 16, 9, 0, 0, 2);

    Measured measured = LargeNetwork.run(workload);

    assertTrue(measured.ratio() < 1.3, measured.toString());
    assertTrue(measured.messagesPerLeaf() < 6, measured.toString());
  }

  @Test
  void aTreeOfNodesThatComeAndGoLosesNothing() {
    Measured measured = LargeNetwork.run(workload(60, 6000, 8, 50));

    assertTrue(measured.right(), measured.toString());
    assertTrue(measured.crashes() > 0, measured.toString());
    assertEquals(2, measured.depth());
  }

  @Test
  void noNodeKeepsTrackOfMoreThanItsNeighboursAndTheirLeases() {
    Measured measured = LargeNetwork.run(workload(200, 4000, 8, 0));

    assertTrue(measured.mostOfOneNode() < 9 * (1 + 2 * 16) + 64, measured.toString());
  }
}

package io.banyan.delegation.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** What reaches the entry node of a large job are sums, not leaves. */
class RootTrafficTest {
  private static final int LEAVES = 100_000;
  private static final int CHILDREN = 5;

  @Test
  void theEntryNodeOfAHundredThousandLeavesIsNotFlooded(TestReporter reporter) {
    Workload workload = new Workload(3, 31, 4, LEAVES, 1, 0.3, 1, 4, CHILDREN, 0, 0, 2);
    AtomicLong letters = new AtomicLong();
    AtomicLong beats = new AtomicLong();
    AtomicLong busiestBeat = new AtomicLong(); // leases in one heartbeat
    Cast cast =
        new Cast() {
          @Override
          public VirtualNode node(Simulation world, int number, Scenario.Member member) {
            return new VirtualNode(world, number, member) {
              @Override
              void receive(VirtualNode from, Letter letter) {
                if (number == Simulation.ENTRY) {
                  if (letter instanceof Letter.Beat beat) {
                    beats.incrementAndGet();
                    busiestBeat.accumulateAndGet(beat.leases().size(), Math::max);
                  } else {
                    letters.incrementAndGet();
                  }
                }
                super.receive(from, letter);
              }
            };
          }
        };

    Simulation simulation = new Simulation(LargeNetwork.scenario(workload), cast, false);
    Report report = simulation.run();

    assertTrue(simulation.isRight(simulation.scenario.jobs().getFirst()));
    double seconds = report.makespanNanos() / 1e9;
    double perLeaf = (double) letters.get() / LEAVES;
    double perSecond = letters.get() / seconds;
    reporter.publishEntry(
        "messages to the entry node",
        "%.4f a leaf, %.2f a second, %.2f heartbeats a second, %d leases in one; %.0f s"
            .formatted(perLeaf, perSecond, beats.get() / seconds, busiestBeat.get(), seconds));
    assertTrue(perLeaf < 0.05, perLeaf + " messages a leaf");
    assertTrue(perSecond < 20, perSecond + " messages a second");
    assertTrue(beats.get() < 1.1 * CHILDREN * seconds, beats + " heartbeats in " + seconds + " s");
    assertTrue(busiestBeat.get() <= 16, busiestBeat + " leases in a heartbeat");
  }
}

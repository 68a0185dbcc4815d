package io.banyan.delegation.simulation;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * The strikes of a simulation: crashes, partitions, flaps, stalls and jumps of clocks, each at a
 * time that is drawn beforehand.
 *
 * <p>Confined to the thread that simulates.
 */
final class FaultPlan {
  private static final long SECOND = 1_000_000_000;
  private static final long MINUTE_NANOS = 60 * SECOND;
  private static final long HOUR_MILLIS = 3_600_000;

  /** A connection that is severed for longer is lost: nobody has answered for so long. */
  private static final long PATIENCE_NANOS = 45 * SECOND;

  private final Simulation world;
  private final Faults faults;

  FaultPlan(Simulation world) {
    this.world = world;
    this.faults = world.scenario.faults();
  }

  void begin() {
    boolean alone = world.nodes().size() == 1;
    if (!alone) {
      strike(FaultKind.CRASHES, random -> crash(anyButEntry(random), random));
      churn();
    }
    strike(FaultKind.ENTRY_CRASHES, random -> crash(world.node(Simulation.ENTRY), random));
    strike(FaultKind.STALLS, random -> any(random).stall(random.nextLong(15 * SECOND)));
    strike(
        FaultKind.CLOCK_JUMPS,
        random -> any(random).jumpWall(random.nextLong(-HOUR_MILLIS, HOUR_MILLIS)));
    if (!world.network.connections().isEmpty()) {
      strike(FaultKind.FLAPS, this::flap);
      strike(FaultKind.PARTITIONS, random -> partition(random, connection(random).lines()));
      strike(
          FaultKind.ONE_WAY_PARTITIONS,
          random -> partition(random, List.of(connection(random).lines().get(random.nextInt(2)))));
    }
  }

  private void strike(FaultKind kind, Consumer<SplittableRandom> what) {
    SplittableRandom random = world.scenario.draws().of("strikes of " + kind.words());
    for (int i = 0; i < faults.rate(kind); i++) {
      SplittableRandom own = random.split();
      world.agenda.at(own.nextLong(faults.untilNanos()), () -> what.accept(own));
    }
  }

  private VirtualNode any(SplittableRandom random) {
    return world.node(random.nextInt(world.nodes().size()));
  }

  private VirtualNode anyButEntry(SplittableRandom random) {
    return world.node(1 + random.nextInt(world.nodes().size() - 1));
  }

  private Connection connection(SplittableRandom random) {
    List<Connection> connections = world.network.connections();
    return connections.get(random.nextInt(connections.size()));
  }

  /** Crashes for all of the simulation, at a rate, of any node but the entry node. */
  private void churn() {
    double perMinute = world.scenario.crashesPerMinute();
    if (perMinute > 0) {
      SplittableRandom random = world.scenario.draws().of("churn");
      churn(random, perMinute);
    }
  }

  private void churn(SplittableRandom random, double perMinute) {
    long nanos = (long) (-Math.log(1 - random.nextDouble()) / perMinute * MINUTE_NANOS);
    world.agenda.in(
        nanos,
        () -> {
          crash(anyButEntry(random), random);
          churn(random, perMinute);
        });
  }

  private void crash(VirtualNode node, SplittableRandom random) {
    if (node.isAlive()) {
      world.story.note("node ", node.number, " crashes");
      node.crash();
      world.agenda.in(
          5 * SECOND + random.nextLong((random.nextInt(4) == 0 ? 200 : 20) * SECOND),
          () -> {
            world.story.note("node ", node.number, " is back");
            node.restart();
          });
    }
  }

  private void flap(SplittableRandom random) {
    Connection connection = connection(random);
    world.story.note(
        "nodes ",
        connection.there.from.number,
        " and ",
        connection.there.to.number,
        " lose their connection");
    world.network.disconnect(connection);
    world.agenda.in(random.nextLong(15 * SECOND), () -> world.network.connect(connection));
  }

  private void partition(SplittableRandom random, List<Line> lines) {
    long nanos =
        Math.min(random.nextLong(MINUTE_NANOS), faults.untilNanos() - world.agenda.nowNanos());
    for (Line line : lines) {
      world.story.note("node ", line.to.number, " does not hear node ", line.from.number);
      line.sever();
    }
    Connection connection = lines.getFirst().connection;
    int epoch = connection.epoch();
    if (nanos > PATIENCE_NANOS) {
      world.agenda.in(
          PATIENCE_NANOS,
          () -> {
            if (connection.epoch() == epoch) {
              world.network.disconnect(connection);
            }
          });
    }
    world.agenda.in(
        nanos,
        () -> {
          lines.forEach(Line::mend);
          world.network.connect(connection);
        });
  }
}

package io.banyan.delegation.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The network between virtual nodes: it delays, and as long as faults last it loses, repeats and
 * reorders. What cannot get through a severed line is sent again, as TCP does; what is under way
 * when its connection is lost is lost with it.
 *
 * <p>Confined to the thread that simulates.
 */
final class VirtualNetwork {
  private static final long SECOND = 1_000_000_000;
  private static final long RESEND_NANOS = SECOND / 4;
  private static final long OVERTAKEN_NANOS = SECOND / 2; // by which reordered messages differ

  private final Simulation world;
  private final List<Connection> connections = new ArrayList<>();
  private final SplittableRandom jitter;
  private final SplittableRandom losses;
  private final SplittableRandom repeats;
  private final SplittableRandom orders;
  private long letters;
  private long beats;

  VirtualNetwork(Simulation world) {
    this.world = world;
    Draws draws = world.scenario.draws();
    this.jitter = draws.of("jitter");
    this.losses = draws.of("losses");
    this.repeats = draws.of("repeats");
    this.orders = draws.of("orders");
  }

  /** Joins two nodes; they connect later. */
  Connection join(VirtualNode one, VirtualNode other, long latencyNanos) {
    Connection connection = new Connection(one, other, latencyNanos);
    connections.add(connection);
    one.know(connection.there);
    other.know(connection.back);
    return connection;
  }

  List<Connection> connections() {
    return connections;
  }

  /** All that was sent. */
  long letters() {
    return letters;
  }

  /** Heartbeats among them. */
  long beats() {
    return beats;
  }

  /** Connects two nodes that both live; each says what it is. */
  void connect(Connection connection) {
    if (connection.isUp() || !connection.there.from.isAlive() || !connection.there.to.isAlive()) {
      return;
    }
    connection.becomes(true);
    for (Line line : connection.lines()) {
      send(line, line.from.hello());
    }
  }

  /** The connection is lost: both ends see it, each in its time. */
  void disconnect(Connection connection) {
    if (!connection.isUp()) {
      return;
    }
    int epoch = connection.epoch();
    connection.becomes(false);
    for (Line line : connection.lines()) {
      world.agenda.in(jitter.nextLong(SECOND / 10), () -> line.to.left(line.from, epoch));
    }
  }

  /** Sends {@code letter}, behind all that was sent before: whether there is a connection. */
  boolean send(Line line, Letter letter) {
    if (!line.connection.isUp()) {
      return false;
    }
    letters++;
    beats += letter instanceof Letter.Beat ? 1 : 0;
    boolean first = letter instanceof Letter.Hello; // a stream begins with it, or is none
    if (!first && world.strikes(FaultKind.LOSS, losses)) {
      world.story.note("a message from ", line.from.number, " to ", line.to.number, " is lost");
      return true;
    }
    Letter received = world.envelope.through(letter, line.from);
    carry(line, received);
    if (!first && world.strikes(FaultKind.DUPLICATION, repeats)) {
      carry(line, received);
    }
    return true;
  }

  private void carry(Line line, Letter letter) {
    int epoch = line.connection.epoch();
    long latency = line.connection.latencyNanos;
    long nanos = world.agenda.nowNanos() + latency + jitter.nextLong(latency / 4 + 1);
    if (world.strikes(FaultKind.REORDERING, orders)) {
      nanos += orders.nextLong(OVERTAKEN_NANOS);
    } else {
      nanos = Math.max(nanos, line.lastArrivalNanos);
      line.lastArrivalNanos = nanos;
    }
    world.agenda.at(nanos, () -> arrive(line, epoch, letter));
  }

  private void arrive(Line line, int epoch, Letter letter) {
    if (line.connection.epoch() != epoch) {
      return;
    }
    if (line.isSevered()) {
      world.agenda.in(RESEND_NANOS, () -> arrive(line, epoch, letter));
      return;
    }
    line.to.receive(line.from, letter);
  }
}

package io.banyan.delegation.simulation;

import io.banyan.delegation.Command;
import io.banyan.delegation.Delegator;
import io.banyan.delegation.Event;
import java.util.List;

/** A Delegator that gets one thing wrong: it hears, or says, what it should not. */
abstract class ErringBrain implements Brain {
  /** So that leases and calls that it makes up have numbers of their own. */
  static final long MADE_UP = 1L << 40;

  private final Brain right;
  private long nextMadeUp = MADE_UP;

  ErringBrain(Delegator.Settings settings) {
    this.right = Brain.of(settings);
  }

  @Override
  public List<Command> handle(Event event, long nowNanos) {
    return said(event, right.handle(event, nowNanos), nowNanos);
  }

  /** What comes of {@code commands}, the right answer to {@code event}. */
  List<Command> said(Event event, List<Command> commands, long nowNanos) {
    return commands;
  }

  /** What the Delegator would have said. */
  List<Command> rightly(Event event, long nowNanos) {
    return right.handle(event, nowNanos);
  }

  long madeUp() {
    return nextMadeUp++;
  }

  @Override
  public long wakeNanos() {
    return right.wakeNanos();
  }

  @Override
  public long fuelPerSecond() {
    return right.fuelPerSecond();
  }
}

package io.banyan.delegation.simulation;

import io.banyan.delegation.Command;
import io.banyan.delegation.Delegator;
import io.banyan.delegation.Event;
import java.util.List;

/** What decides in a virtual node: production's Delegator, or in a test one that is wrong. */
interface Brain {
  List<Command> handle(Event event, long nowNanos);

  long wakeNanos();

  long fuelPerSecond();

  /** The Delegator itself. */
  static Brain of(Delegator.Settings settings) {
    Delegator delegator = new Delegator(settings);
    return new Brain() {
      @Override
      public List<Command> handle(Event event, long nowNanos) {
        return delegator.handle(event, nowNanos);
      }

      @Override
      public long wakeNanos() {
        return delegator.wakeNanos();
      }

      @Override
      public long fuelPerSecond() {
        return delegator.fuelPerSecond();
      }
    };
  }
}

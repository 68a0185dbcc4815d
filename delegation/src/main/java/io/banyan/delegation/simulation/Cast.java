package io.banyan.delegation.simulation;

import io.banyan.delegation.Delegator;

/** Who plays in a simulation: what production runs, unless a test casts somebody who errs. */
interface Cast {
  Cast PRODUCTION = new Cast() {};

  default Brain brain(Delegator.Settings settings) {
    return Brain.of(settings);
  }

  default VirtualNode node(Simulation world, int number, Scenario.Member member) {
    return new VirtualNode(world, number, member);
  }
}

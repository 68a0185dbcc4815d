package io.banyan.delegation;

/** Which of the peers with credit is given the next lease. */
public enum Placement {
  /** The one that is expected to be done with it first. */
  FASTEST_FINISH,
  /** The next one in the order of peer ids: the same for the same events. */
  ROUND_ROBIN
}

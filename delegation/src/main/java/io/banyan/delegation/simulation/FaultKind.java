package io.banyan.delegation.simulation;

import java.util.Locale;

/** What can go wrong in a simulation. How often it does is drawn from the seed. */
public enum FaultKind {
  /** Messages are lost, though their connection is not. */
  LOSS,
  /** Messages arrive twice. */
  DUPLICATION,
  /** Messages overtake each other. */
  REORDERING,
  /** Nodes lose all that is not on a disk, and come back. */
  CRASHES,
  /** So does the node that the jobs were submitted to. */
  ENTRY_CRASHES,
  /** Connections are lost and made anew. */
  FLAPS,
  /** Two nodes do not hear each other for a while. */
  PARTITIONS,
  /** One does not hear the other, and is heard. */
  ONE_WAY_PARTITIONS,
  /** Nodes stand still for a while, as a stopped process does. */
  STALLS,
  /** Children deliver what does not hold, or claim traps that never were. */
  LIES,
  /** Children refuse what they are offered. */
  REFUSALS,
  /** The hosts of children fail at a call. */
  HOST_FAILURES,
  /** Disks fail to keep what they are given. */
  DISK_FAILURES,
  /** Clocks on walls jump. */
  CLOCK_JUMPS,
  /** Users cancel their jobs. */
  CANCELS,
  /** What was delivered under a lease that has just been revoked is told nevertheless. */
  LATE_ANSWERS;

  /** The name as people read it. */
  public String words() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
